"""Decisions on what cash systems answer.

Answers may overtake each other: a claim may be confirmed before its protocol arrives, money
may come before the confirmation. No answer takes back what a later one already proved.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import msgspec

from hub.core.record import Record
from hub.partners.base import Handler, Situation
from hub.partners.cash import clearings
from hub.partners.cash.orders import CLAIM, filed, find_order, with_order
from hub.partners.cash.receipts import decide_receipt
from hub.partners.cash.records import Kassenprotokoll, Sollbestaetigung
from hub.partners.outcome import Note, Outcome, Role, Send
from hub.partners.shape import read_record, without_blanks
from hub.uvg.model import Case, Order


def decide_protocol(record: Record, situation: Situation) -> Outcome:
    """Note whether an order was taken and tell the case core."""
    data = read_record(record, Kassenprotokoll)
    found = find_order(data.order_id, situation)
    if found is None:
        return Outcome(clearings=(clearings.order_unknown(data.order_id),))
    case, order = found
    filing = filed(record, order, "Kassenprotokoll")
    if order.state == data.result or (order.state, data.result) == ("confirmed", "accepted"):
        return Outcome(filings=(filing,), notes=(_repeated(order),))
    if order.state != "ordered":
        return Outcome(filings=(filing,), clearings=(clearings.order_contradictory(order),))
    changed = msgspec.structs.replace(order, state=data.result)
    refused = data.result == "refused"
    return Outcome(
        case=with_order(case, changed),
        sends=(_status(case, changed, situation, code=data.code, text=data.text),),
        filings=(filing,),
        clearings=(clearings.order_refused(order, data.code, data.text),) if refused else (),
        notes=(_refused(order) if refused else _accepted(order),),
    )


def decide_confirmation(record: Record, situation: Situation) -> Outcome:
    """Keep the reference of a posted claim and tell the case core."""
    data = read_record(record, Sollbestaetigung)
    found = find_order(data.order_id, situation)
    if found is None:
        return Outcome(clearings=(clearings.order_unknown(data.order_id),))
    case, order = found
    filing = filed(record, order, "Sollbestätigung")
    if (order.state, order.cash_reference) == ("confirmed", data.cash_reference):
        return Outcome(filings=(filing,), notes=(_repeated(order),))
    if order.kind != CLAIM or order.state in ("refused", "confirmed"):
        return Outcome(filings=(filing,), clearings=(clearings.order_contradictory(order),))
    changed = msgspec.structs.replace(order, state="confirmed", cash_reference=data.cash_reference)
    return Outcome(
        case=with_order(case, changed),
        sends=(_status(case, changed, situation),),
        filings=(filing,),
        notes=(Note("soll_confirmed", f"Forderung {order.order_id} zum Soll gestellt."),),
    )


def _status(
    case: Case, order: Order, situation: Situation, *, code: str = "", text: str = ""
) -> Send:
    data = {
        "case_id": case.case_id,
        "order_id": order.order_id,
        "notice_id": order.notice_id,
        "order_kind": order.kind,
        "status": order.state,
        "amount_cents": order.amount_cents,
        "cash_reference": order.cash_reference,
        "code": code,
        "text": text,
        "at": situation.today.isoformat(),
        "reference": order.reference,
    }
    return Send(Role.CASE_CORE, Record("Kassenstatus", without_blanks(data)), "status")


def _accepted(order: Order) -> Note:
    return Note("order_accepted", f"{order.kind} {order.order_id} von der Kasse angenommen.")


def _refused(order: Order) -> Note:
    return Note("order_refused", f"{order.kind} {order.order_id} von der Kasse abgelehnt.")


def _repeated(order: Order) -> Note:
    return Note("answer_repeated", f"Antwort der Kasse zu {order.order_id} lag schon vor.")


HANDLERS: Mapping[str, Handler] = MappingProxyType(
    {
        "Kassenprotokoll": decide_protocol,
        "Sollbestaetigung": decide_confirmation,
        "Isteinnahme": decide_receipt,
    }
)
"""What is decided on, by record kind."""
