"""The orders of a case, as answers of the cash system find and change them."""

from __future__ import annotations

import msgspec

from hub.core.record import Record
from hub.partners.base import Situation
from hub.partners.outcome import Filing
from hub.uvg.model import Case, Order

CLAIM = "Annahmeanordnung"
_RECOURSE = "Rückgriff § 7 UVG"
_VORGANG = {"Auszahlungsanordnung": "Zahlungen", CLAIM: "Rückforderung § 5 UVG"}


def find_order(order_id: str, situation: Situation) -> tuple[Case, Order] | None:
    """Return the case and its order with this id."""
    if situation.case is None:
        return None
    for order in situation.case.orders:
        if order.order_id == order_id:
            return situation.case, order
    return None


def find_claim(cash_reference: str, situation: Situation) -> tuple[Case, Order] | None:
    """Return the case and its claim with this reference (*Kassenzeichen*)."""
    if situation.case is None or not cash_reference:
        return None
    for order in situation.case.orders:
        if order.kind == CLAIM and order.cash_reference == cash_reference:
            return situation.case, order
    return None


def with_order(case: Case, changed: Order) -> Case:
    """Return the case with one order in its new state."""
    orders = tuple(changed if o.order_id == changed.order_id else o for o in case.orders)
    return msgspec.structs.replace(case, orders=orders)


def filed(record: Record, order: Order, doc_type: str) -> Filing:
    """Return the promise to file an answer about an order."""
    vorgang = _RECOURSE if order.recourse else _VORGANG[order.kind]
    return Filing(f"{doc_type} {order.order_id}", doc_type, vorgang, "file-answer", record)
