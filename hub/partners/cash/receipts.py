"""Money that came in (*Isteinnahme*): booked on its claim or put aside (*Verwahrung*).

Invariant: money is never booked without a posted claim, and no receipt twice.
"""

from __future__ import annotations

import msgspec

from hub.core.record import Record
from hub.partners.base import Situation
from hub.partners.cash import clearings
from hub.partners.cash.orders import filed, find_claim, with_order
from hub.partners.cash.records import Isteinnahme
from hub.partners.outcome import Note, Outcome, Role, Send
from hub.partners.shape import read_record, without_blanks
from hub.uvg.model import Case, Order


def decide_receipt(record: Record, situation: Situation) -> Outcome:
    """Book money on the claim it names; a person decides about everything else."""
    data = read_record(record, Isteinnahme)
    found = find_claim(data.cash_reference, situation)
    if found is None:
        return Outcome(clearings=(clearings.receipt_unmatched(data),))
    case, order = found
    filing = filed(record, order, "Zahlungseingang")
    if data.receipt_id in order.receipts:
        note = Note("receipt_repeated", f"Zahlung {data.receipt_id} war schon gebucht.")
        return Outcome(filings=(filing,), notes=(note,))
    if data.amount_cents <= 0:
        return Outcome(filings=(filing,), clearings=(clearings.receipt_reversed(data),))
    booked = _booked(order, data)
    excess = booked.paid_cents - booked.amount_cents
    return Outcome(
        case=with_order(case, booked),
        sends=(_told(case, booked, data),),
        filings=(filing,),
        clearings=(clearings.overpaid(data, excess),) if excess > 0 else (),
        notes=(Note("receipt_booked", f"Zahlung auf {booked.cash_reference} gebucht."),),
    )


def _booked(order: Order, data: Isteinnahme) -> Order:
    return msgspec.structs.replace(
        order,
        paid_cents=order.paid_cents + data.amount_cents,
        receipts=(*order.receipts, data.receipt_id),
    )


def _told(case: Case, order: Order, data: Isteinnahme) -> Send:
    content = {
        "case_id": case.case_id,
        "cash_reference": order.cash_reference,
        "receipt_id": data.receipt_id,
        "amount_cents": data.amount_cents,
        "booking_date": data.booking_date.isoformat(),
        "payer": data.payer,
        "text": data.text,
        "open_cents": max(order.amount_cents - order.paid_cents, 0),
    }
    return Send(Role.CASE_CORE, Record("Zahlungseingang", without_blanks(content)), "receipt")
