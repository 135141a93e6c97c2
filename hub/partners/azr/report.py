"""Decide whether the benefit is reported to the register, and compare the person first."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date

from msgspec.structs import replace

from hub.core.record import Record
from hub.partners.azr.clearings import BENEFIT_OVERLAP, CLERK_MISSING
from hub.partners.azr.records import UVG, Benefit, Gesamtauskunft, Person
from hub.partners.outcome import Clearing, Note, Role, Send
from hub.uvg.model import Case, Child, RegisterState

_REPORTED = ("reported", "acknowledged")


@dataclass(frozen=True, slots=True)
class Report:
    """What the register's record of the child leads to."""

    register: RegisterState
    sends: tuple[Send, ...] = ()
    clearings: tuple[Clearing, ...] = ()
    notes: tuple[Note, ...] = ()


def differences(person: Person, child: Child) -> tuple[str, ...]:
    """Return the facts that do not name the child beyond doubt (§ 10 Abs. 2 AZRG)."""
    pairs = {
        "Familienname": (_comparable(person.family_name), _comparable(child.family_name)),
        "Vornamen": (_comparable(person.given_names), _comparable(child.given_names)),
        "Geburtsdatum": (person.birth_date, child.birth_date),
    }
    return tuple(name for name, (theirs, ours) in pairs.items() if theirs != ours)


def _comparable(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


def report(answer: Gesamtauskunft, case: Case) -> Report:
    """Report the begin of the benefit unless the register already shows it."""
    register = replace(case.register, azr_number=answer.azr_number)
    begin = register.benefit_begin
    if begin is None or register.state in _REPORTED:
        return Report(register)
    shown = [entry for entry in answer.benefits if entry.kind == UVG and entry.end is None]
    ours = next((entry for entry in shown if _is_ours(entry, register)), None)
    if ours is not None:
        return _already_there(register, ours)
    if not register.clerk:
        return Report(replace(register, state="unclear"), clearings=(CLERK_MISSING,))
    return Report(
        replace(register, state="reported"),
        sends=(_registermeldung(case, register, begin),),
        clearings=(BENEFIT_OVERLAP,) if shown else (),
        notes=(Note("register_reported", "Der Leistungsbeginn wird dem AZR gemeldet."),),
    )


def _is_ours(entry: Benefit, register: RegisterState) -> bool:
    """The first seven characters of a reference name the entry, the rest its version."""
    if register.reference_id:
        return entry.reference_id[:7] == register.reference_id[:7]
    return entry.begin == register.benefit_begin


def _already_there(register: RegisterState, entry: Benefit) -> Report:
    return Report(
        replace(register, state="acknowledged", reference_id=entry.reference_id),
        notes=(Note("register_acknowledged", "Das AZR kennt den Leistungsbeginn bereits."),),
    )


def _registermeldung(case: Case, register: RegisterState, begin: date) -> Send:
    data = {
        "case_id": case.case_id,
        "file_reference": case.case_id,
        "azr_number": register.azr_number,
        "change": "01",
        "benefit_begin": begin.isoformat(),
        "clerk": register.clerk,
    }
    return Send(Role.REGISTER, Record("Registermeldung", data), "register-report")
