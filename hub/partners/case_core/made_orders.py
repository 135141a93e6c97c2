"""Cash orders the case core makes itself (*Auszahlungsanordnung*, *Annahmeanordnung*).

They need a known case: who is paid, who owes and whether the register must hear of it follow
from the case data, so an order alone opens no case. Invariant: an order is named by its
message, so deciding again yields the same order.
"""

from __future__ import annotations

from datetime import date

import msgspec

from hub.core.errors import RuleViolation
from hub.core.record import Record
from hub.partners.base import Situation
from hub.partners.case_core.objection import objection
from hub.partners.case_core.orders import (
    ACCEPTANCE,
    CashOrder,
    covers_a_day,
    order_id,
    pays_the_same,
    plain,
    span,
    usual_purpose,
)
from hub.partners.case_core.payments import PAYOUT
from hub.partners.case_core.records import Annahmeanordnung, Auszahlungsanordnung
from hub.partners.case_core.register import RegisterStep, register_step
from hub.partners.case_core.rules import checked_iban, known_case
from hub.partners.outcome import Clearing, Filing, Note, Outcome
from hub.partners.shape import read_record, without_blanks
from hub.uvg.model import Case, Order

_REF = "order"


def decide_payment(record: Record, situation: Situation) -> Outcome:
    """Bring an order to pay to the cash system.

    Raises:
        RuleViolation: ``case_unknown``, ``child_contradictory``, ``period_invalid`` or
            ``iban_invalid``.
    """
    data = read_record(record, Auszahlungsanordnung)
    case = known_case(data.case_id, situation)
    _check_child(data.child.birth_date, case)
    _check_span(data.begin, data.end, "end")
    made = _payment(data, situation)
    if _paid_already(case, made.order, data):
        return Outcome(filings=(_filing(made),), clearings=(_PAYMENT_OVERLAPS,))
    step = register_step(case, data.clerk.id, situation, ordered_from=data.begin)
    return _outcome(case, made, step, _payee_differs(case, made))


def decide_claim(record: Record, situation: Situation) -> Outcome:
    """Bring an order to take in what is claimed to the cash system.

    Raises:
        RuleViolation: ``case_unknown``, ``child_contradictory`` or ``period_invalid``.
    """
    data = read_record(record, Annahmeanordnung)
    case = known_case(data.case_id, situation)
    _check_child(data.child.birth_date, case)
    _check_span(data.period_begin, data.period_end, "period_end")
    return _outcome(case, _claim(data, situation), RegisterStep(), ())


def _outcome(case: Case, made: CashOrder, step: RegisterStep, notes: tuple[Note, ...]) -> Outcome:
    ordered = msgspec.structs.replace(
        case, orders=(*case.orders, made.order), register=step.state or case.register
    )
    return Outcome(
        case=ordered,
        sends=(made.send, *step.sends),
        filings=(_filing(made),),
        clearings=step.clearings,
        notes=(
            Note("order_made", f"{made.order.kind} {made.order.order_id} übernommen."),
            *notes,
            *step.notes,
        ),
    )


def _payment(data: Auszahlungsanordnung, situation: Situation) -> CashOrder:
    once = data.mode == "once"
    order = Order(
        order_id=order_id(situation, _REF),
        kind=PAYOUT,
        amount_cents=data.amount_cents,
        notice_id=data.notice_id,
        begin=data.begin,
        # A single payment for no stated span is for its first day only.
        end=data.end or (data.begin if once else None),
        once=once,
        reference=data.business_id,
    )
    told = {
        "order_id": order.order_id,
        "case_id": data.case_id,
        "notice_id": data.notice_id,
        "mode": data.mode,
        "amount_cents": data.amount_cents,
        "begin": data.begin.isoformat(),
        "end": data.end.isoformat() if data.end else None,
        "payee": data.payee.holder,
        "iban": checked_iban(data.payee.iban, "payee.iban"),
        "purpose": plain(data.purpose) or usual_purpose(data.case_id, data.notice_id),
        "budget_line": situation.tenant.cash.budget_out,
        "office": situation.tenant.cash.office,
    }
    return CashOrder(order, Record(PAYOUT, without_blanks(told)), _REF)


def _claim(data: Annahmeanordnung, situation: Situation) -> CashOrder:
    order = Order(
        order_id=order_id(situation, _REF),
        kind=ACCEPTANCE,
        amount_cents=data.amount_cents,
        notice_id=data.notice_id,
        recourse=data.claim == "recourse",
        reference=data.business_id,
    )
    debtor = data.debtor
    told = {
        "order_id": order.order_id,
        "case_id": data.case_id,
        "notice_id": data.notice_id,
        "amount_cents": data.amount_cents,
        "due_date": data.due_date.isoformat(),
        "debtor": f"{debtor.given_names} {debtor.family_name}",
        "street": debtor.street,
        "house_number": debtor.house_number,
        "postal_code": debtor.postal_code,
        "city": debtor.city,
        "reason": plain(f"{data.legal_basis}, {span(data.period_begin, data.period_end)}"),
        "legal_basis": data.legal_basis,
        "budget_line": situation.tenant.cash.budget_in,
        "office": situation.tenant.cash.office,
        "dunning_key": "1",
    }
    return CashOrder(order, Record(ACCEPTANCE, told), _REF)


def _filing(made: CashOrder) -> Filing:
    """The message is the order; nothing else needs to be filed."""
    return Filing(made.title, made.order.kind, made.vorgang, f"file-{_REF}")


def _paid_already(case: Case, order: Order, data: Auszahlungsanordnung) -> bool:
    """A single payment may add to what was paid; a standing one never runs beside another."""
    if data.mode == "once":
        return pays_the_same(case, order)
    return covers_a_day(case, data.begin, data.end)


def _check_child(birth_date: date, case: Case) -> None:
    """Money ordered under a mistyped case number would be paid for another child."""
    if birth_date != case.child.birth_date:
        raise objection(
            "child_contradictory",
            "Das Geburtsdatum des Kindes ist nicht das des Falls.",
            remedy="Fallnummer und Kind prüfen und die Anordnung berichtigt senden.",
            field="child.birth_date",
        )


def _check_span(begin: date, end: date | None, field: str) -> None:
    if end is not None and end < begin:
        raise _ends_too_early(field)


def _ends_too_early(field: str) -> RuleViolation:
    return objection(
        "period_invalid",
        "Der Zeitraum der Anordnung endet vor seinem Beginn.",
        remedy="Den Zeitraum berichtigen und die Anordnung erneut senden.",
        field=field,
    )


def _payee_differs(case: Case, made: CashOrder) -> tuple[Note, ...]:
    """Paying to another account is allowed, for example to an office that paid in advance."""
    if made.record.data["iban"] == case.bank.iban:
        return ()
    return (Note("payee_differs", "Angeordnet auf ein anderes Konto als das des Falls."),)


_PAYMENT_OVERLAPS = Clearing(
    "payment_overlaps",
    "Für denselben Zeitraum wird schon gezahlt; die Auszahlungsanordnung wurde deshalb nicht "
    "an die Kasse gegeben.",
    "Prüfen, ob doppelt angeordnet wurde. Soll die neue Zahlung gelten, die laufende bei der "
    "Kasse beenden und die neue dort von Hand anordnen.",
)
