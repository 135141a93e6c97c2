"""What the orders of a case make the cash system pay, changes and stops included.

Nothing is written over: a change or stop that the cash system refuses has never been.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from hub.uvg.model import Case, Order

PAYOUT = "Auszahlungsanordnung"
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Paid:
    """A stretch in which one order pays one amount."""

    order_id: str
    """The order the cash system knows the payment by."""
    begin: date | None
    end: date | None
    amount_cents: int
    once: bool
    """A single payment: it can be neither changed nor stopped."""
    by_hub: bool
    """Whether a notice led to it; others are the matter of the case core that ordered them."""

    def shares_a_day(self, begin: date, end: date | None) -> bool:
        """Tell whether it pays for a day of this span."""
        begins_in_time = self.begin is None or end is None or self.begin <= end
        return begins_in_time and (self.end is None or begin <= self.end)


def paid(case: Case) -> tuple[Paid, ...]:
    """Return what is paid on orders of a case, each counted until the cash system refuses it."""
    return tuple(
        one
        for order in case.orders
        if _counts(order) and not order.changes
        for one in _stretches(case, order)
    )


def _stretches(case: Case, order: Order) -> list[Paid]:
    first = Paid(
        order.order_id, order.begin, order.end, order.amount_cents, order.once, not order.reference
    )
    stretches = [first]
    for change in case.orders:
        if change.changes != order.order_id or not _counts(change) or change.begin is None:
            continue
        stretches = list(_until(stretches, change.begin))
        if change.amount_cents:
            stretches.append(replace(first, begin=change.begin, amount_cents=change.amount_cents))
    return stretches


def _counts(order: Order) -> bool:
    return order.kind == PAYOUT and order.state != "refused"


def _until(stretches: list[Paid], begin: date) -> Iterator[Paid]:
    """Yield what of the stretches lies before a day."""
    for one in stretches:
        last = begin - _DAY if one.end is None else min(one.end, begin - _DAY)
        if one.begin is None or one.begin <= last:
            yield replace(one, end=last)
