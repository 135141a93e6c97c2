"""Decisions on records of the case core."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

import msgspec

from hub.core.record import Record
from hub.partners.base import Handler, Situation
from hub.partners.case_core.made_orders import decide_claim, decide_payment
from hub.partners.case_core.notices import decide_notice
from hub.partners.case_core.orders import is_paying
from hub.partners.case_core.records import Falldaten
from hub.partners.case_core.register import RegisterStep, register_step
from hub.partners.case_core.rules import checked_iban
from hub.partners.outcome import Clearing, Filing, Note, Outcome
from hub.partners.shape import read_record
from hub.uvg.model import BankAccount, Case, Child, Person


def decide_case_data(record: Record, situation: Situation) -> Outcome:
    """Open or update the case named by ``Falldaten``; what was decided on it stays.

    Raises:
        RuleViolation: the account number is wrong (``iban_invalid``).
    """
    data = read_record(record, Falldaten)
    known = situation.case
    case = _case(data, known, situation)
    step = _register(known, case, data, situation)
    if step.state is not None:
        case = msgspec.structs.replace(case, register=step.state)
    return Outcome(
        case=case,
        sends=step.sends,
        filings=(_filing(data),),
        clearings=_payee_changed(known, case, situation.today) + step.clearings,
        notes=(_opened() if known is None else _updated(), *step.notes),
    )


def _case(data: Falldaten, known: Case | None, situation: Situation) -> Case:
    child = msgspec.convert(data.child, Child, from_attributes=True)
    carer = msgspec.convert(data.carer, Person, from_attributes=True)
    bank = BankAccount(iban=checked_iban(data.bank.iban, "bank.iban"), holder=data.bank.holder)
    other = data.other_parent
    parent = msgspec.convert(other, Person, from_attributes=True) if other else None
    if known is None:
        return Case(
            case_id=data.case_id,
            origin=situation.message.partner,
            child=child,
            carer=carer,
            bank=bank,
            other_parent=parent,
        )
    return msgspec.structs.replace(
        known,
        origin=situation.message.partner,
        child=child,
        carer=carer,
        bank=bank,
        other_parent=parent,
    )


def _register(
    known: Case | None, case: Case, data: Falldaten, situation: Situation
) -> RegisterStep:
    """New facts about a child whose benefit is paid may lead to the register."""
    if known is None or known.child == case.child:
        return RegisterStep()
    return register_step(case, data.clerk.id, situation)


def _filing(data: Falldaten) -> Filing:
    title = f"Falldaten vom {data.as_of:%d.%m.%Y}"
    return Filing(title, "Falldaten", "Antrag und Stammdaten", "file-case-data")


def _payee_changed(known: Case | None, case: Case, today: date) -> tuple[Clearing, ...]:
    """A standing payment keeps going to the account it was ordered for."""
    if known is None or known.bank == case.bank or not is_paying(known, today):
        return ()
    return (_PAYEE_CHANGED,)


def _opened() -> Note:
    return Note("case_opened", "Fall angelegt.")


def _updated() -> Note:
    return Note("case_updated", "Falldaten aktualisiert.")


_PAYEE_CHANGED = Clearing(
    "payee_changed",
    "Die Bankverbindung wurde geändert, eine laufende Zahlung geht weiter auf das alte Konto.",
    "Die Bankverbindung der laufenden Zahlung bei der Kasse ändern lassen.",
)

HANDLERS: Mapping[str, Handler] = MappingProxyType(
    {
        "Falldaten": decide_case_data,
        "Bescheid": decide_notice,
        "Auszahlungsanordnung": decide_payment,
        "Annahmeanordnung": decide_claim,
    }
)
"""What is decided on, by record kind."""
