"""Decide what follows from the register's answers.

The AZR number goes into the case's register state and into messages to the register, nowhere
else (§ 10 Abs. 4 AZRG). An answer about a person who is not surely the child leaves no trace
but a clearing case (§ 10 Abs. 3 AZRG).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from msgspec.structs import replace

from hub.core.record import Record
from hub.partners.azr import clearings
from hub.partners.azr.records import (
    Gesamtauskunft,
    KeinTreffer,
    Meldebestaetigung,
    Registerfehler,
    Trefferliste,
)
from hub.partners.azr.report import differences, report
from hub.partners.base import Handler, Situation
from hub.partners.outcome import Clearing, Filing, Note, Outcome, Role, Send
from hub.partners.shape import read_record, without_blanks
from hub.uvg.model import Case

VORGANG = "Ausländerzentralregister"
_AZR_NUMBER = re.compile(r"\d{12}")

Decision = Callable[[Record, Situation, Case], Outcome]


def _about_a_case(decide: Decision) -> Handler:
    """Answers carry no case number: the hub knows the case from the question it asked."""

    def handle(record: Record, situation: Situation) -> Outcome:
        if situation.case is None:
            return Outcome(clearings=(clearings.UNASSIGNED,))
        return decide(record, situation, situation.case)

    return handle


def _gesamtauskunft(record: Record, situation: Situation, case: Case) -> Outcome:
    answer = read_record(record, Gesamtauskunft)
    differing = differences(answer.person, case.child)
    if differing:
        return _unclear(situation, case, "ambiguous", clearings.identity_unclear(differing))
    due = report(answer, case)
    return Outcome(
        case=replace(case, register=due.register),
        sends=(_information(situation, case, "found", **_known(answer)), *due.sends),
        filings=(Filing("Auskunft aus dem AZR", "Registerauskunft", VORGANG, "register-file"),),
        clearings=(*due.clearings, *_blocked(answer)),
        notes=(Note("register_answered", "Das AZR hat Auskunft erteilt."), *due.notes),
    )


def _known(answer: Gesamtauskunft) -> dict[str, object]:
    """Return what the case core may know of the answer: never the AZR number."""
    person = answer.person
    return {
        "person": {
            "family_name": person.family_name,
            "given_names": person.given_names,
            "birth_date": str(person.birth_date),
        },
        "residence_title": answer.residence_title,
        "residence_until": str(answer.residence_until or ""),
    }


def _blocked(answer: Gesamtauskunft) -> tuple[Clearing, ...]:
    return (clearings.blocked(answer.blocks),) if answer.blocks else ()


def _kein_treffer(record: Record, situation: Situation, case: Case) -> Outcome:
    read_record(record, KeinTreffer)
    return _unclear(situation, case, "not_found", clearings.PERSON_NOT_FOUND)


def _trefferliste(record: Record, situation: Situation, case: Case) -> Outcome:
    count = read_record(record, Trefferliste).count
    return _unclear(situation, case, "ambiguous", clearings.ambiguous(count))


def _unclear(situation: Situation, case: Case, result: str, clearing: Clearing) -> Outcome:
    """Keep nothing of the answer: it may speak of another person."""
    return Outcome(
        case=replace(case, register=replace(case.register, state="unclear")),
        sends=(_information(situation, case, result),),
        clearings=(clearing,),
        notes=(Note("register_answered", "Das AZR konnte das Kind nicht sicher zuordnen."),),
    )


def _meldebestaetigung(record: Record, situation: Situation, case: Case) -> Outcome:
    answer = read_record(record, Meldebestaetigung)
    register = replace(
        case.register,
        state="acknowledged",
        azr_number=answer.azr_number or case.register.azr_number,
        reference_id=answer.reference_id or case.register.reference_id,
    )
    return Outcome(
        case=replace(case, register=register),
        sends=(_receipt(situation, case, "acknowledged"),),
        filings=(Filing("Bestätigung des AZR", "Registerquittung", VORGANG, "register-file"),),
        notes=(Note("register_acknowledged", "Das AZR hat die Meldung übernommen."),),
    )


def _registerfehler(record: Record, situation: Situation, case: Case) -> Outcome:
    faults = read_record(record, Registerfehler).faults
    codes = ", ".join(fault.code for fault in faults)
    # Free text of the register may quote the number it was asked about.
    text = _AZR_NUMBER.sub("[AZR-Nummer]", " · ".join(fault.text for fault in faults))
    if case.register.state == "reported":
        asked, answer = "Meldung", _receipt(situation, case, "refused", code=codes, text=text)
    else:
        asked, answer = "Anfrage", _information(situation, case, "failed")
    return Outcome(
        case=replace(case, register=replace(case.register, state="refused")),
        sends=(answer,),
        clearings=(clearings.refused(asked, codes, text),),
        notes=(Note("register_refused", f"Das AZR hat die {asked} nicht verarbeitet."),),
    )


def _information(situation: Situation, case: Case, result: str, **facts: object) -> Send:
    data = {"case_id": case.case_id, "result": result, "at": str(situation.today)}
    record = Record("Registerauskunft", without_blanks(data | facts))
    return Send(Role.CASE_CORE, record, "register-information")


def _receipt(situation: Situation, case: Case, result: str, **facts: str) -> Send:
    data = {
        "case_id": case.case_id,
        "result": result,
        "benefit_begin": str(case.register.benefit_begin or ""),
        "at": str(situation.today),
    }
    record = Record("Registerquittung", without_blanks(data | facts))
    return Send(Role.CASE_CORE, record, "register-receipt")


HANDLERS: Mapping[str, Handler] = {
    "Gesamtauskunft": _about_a_case(_gesamtauskunft),
    "KeinTreffer": _about_a_case(_kein_treffer),
    "Trefferliste": _about_a_case(_trefferliste),
    "Meldebestaetigung": _about_a_case(_meldebestaetigung),
    "Registerfehler": _about_a_case(_registerfehler),
}
"""Handlers by record kind."""
