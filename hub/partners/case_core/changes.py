"""Orders that change or stop a standing payment (*Änderungs- und Stoppanordnung*).

An AEN says what is paid from a day on (§ 48 SGB X), an EIN or AUF that nothing is. What was
paid for days before is claimed back only where the notice says so (§ 5 UVG), by an order of
its own. Where the hub cannot be sure, it orders nothing and leaves the matter to a person.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import msgspec

from hub.core.record import Record
from hub.partners.base import Situation
from hub.partners.case_core.orders import CashOrder, order_id, payouts
from hub.partners.case_core.payments import PAYOUT, Paid, paid
from hub.partners.case_core.records import Bescheid, NoticeKind
from hub.uvg.model import Case, Order, Period

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Change:
    """From a day on another amount is paid on an order, or, with 0, nothing."""

    order_id: str
    begin: date
    amount_cents: int


def last_day(notice: Bescheid) -> date | None:
    """Return the last day the benefit is granted for, as far as an EIN or AUF says it.

    The day before the first period without an amount; for an EIN else the end of the last
    period. An AUF may also name the periods it takes back, so these say nothing.
    """
    if notice.notice_kind not in (NoticeKind.EIN, NoticeKind.AUF):
        return None
    periods = notice.granted_periods()
    without = next((period for period in periods if not period.amount_cents), None)
    if without:
        return without.begin - _DAY
    ends = periods and notice.notice_kind is NoticeKind.EIN
    return periods[-1].end if ends else None


def stops(case: Case, notice: Bescheid, situation: Situation) -> tuple[CashOrder, ...] | None:
    """Return the orders that let every payment end with the benefit.

    ``None``: the notice does not say when that is, or nobody knows what is being paid.
    """
    last = last_day(notice)
    running = _running(case, last + _DAY) if last else None
    if last is None or running is None:
        return None
    changes = [_Change(name, last + _DAY, 0) for name in _names(running)]
    return _ordered(changes, case, notice, situation)


def changed(case: Case, notice: Bescheid, situation: Situation) -> tuple[CashOrder, ...] | None:
    """Return the orders that let the periods of a notice be paid instead of what is paid now.

    One payment goes on under its own order where it can; else what runs is stopped and the
    periods are ordered anew. ``None``: a payment runs on beyond the notice's periods, which
    may be meant or not, or nobody knows what is being paid.
    """
    periods = notice.granted_periods()
    running = _running(case, periods[0].begin)
    if running is None or any(_outlasts(one, periods[-1]) for one in running):
        return None
    if _goes_on(running, periods):
        return _ordered(list(_amounts(running, periods)), case, notice, situation)
    anew = msgspec.structs.replace(case, periods=periods)
    stopped = [_Change(name, periods[0].begin, 0) for name in _names(running)]
    return _ordered(stopped, case, notice, situation) + payouts(anew, notice, situation)


def _running(case: Case, begin: date) -> list[Paid] | None:
    """Return the standing payments that pay for days from ``begin`` on.

    ``None``: the hub ordered none of the case's payments, or not all that run.
    """
    running = [one for one in paid(case) if not one.once and one.shares_a_day(begin, None)]
    known = any(order.kind == PAYOUT and not order.reference for order in case.orders)
    return running if known and all(one.by_hub for one in running) else None


def _names(running: Sequence[Paid]) -> list[str]:
    return list(dict.fromkeys(one.order_id for one in running))


def _outlasts(one: Paid, period: Period) -> bool:
    return period.end is not None and (one.end is None or one.end > period.end)


def _goes_on(running: Sequence[Paid], periods: Sequence[Period]) -> bool:
    """Tell whether one order can pay all periods, from their first day to their last."""
    begin, end = periods[0].begin, periods[-1].end
    seamless = all(
        one.end is not None and other.begin == one.end + _DAY for one, other in pairwise(periods)
    )
    return (
        len(_names(running)) == 1
        and any(one.begin is None or one.begin <= begin for one in running)
        and max((one.end or date.max) for one in running) == (end or date.max)
        and seamless
        and all(period.amount_cents for period in periods)
    )


def _amounts(running: Sequence[Paid], periods: Sequence[Period]) -> Iterator[_Change]:
    """Yield a change for every period that pays something else than what is paid then."""
    name = running[0].order_id
    if all(_is_paid(period, running) for period in periods):
        return
    for period in periods:
        yield _Change(name, period.begin, period.amount_cents)


def _is_paid(period: Period, running: Sequence[Paid]) -> bool:
    during = [one for one in running if one.shares_a_day(period.begin, period.end)]
    return all(one.amount_cents == period.amount_cents for one in during)


def _ordered(
    changes: Sequence[_Change], case: Case, notice: Bescheid, situation: Situation
) -> tuple[CashOrder, ...]:
    return tuple(
        _order(change, f"change-{number}", case, notice, situation)
        for number, change in enumerate(changes, 1)
    )


def _order(
    change: _Change, ref: str, case: Case, notice: Bescheid, situation: Situation
) -> CashOrder:
    order = Order(
        order_id=order_id(situation, ref),
        kind=PAYOUT,
        amount_cents=change.amount_cents,
        notice_id=notice.notice_id,
        begin=change.begin,
        changes=change.order_id,
    )
    data = {
        "order_id": order.order_id,
        "case_id": case.case_id,
        "notice_id": notice.notice_id,
        "mode": "change" if change.amount_cents else "stop",
        "amount_cents": change.amount_cents,
        "begin": change.begin.isoformat(),
        "changes": change.order_id,
        "reason": f"Bescheid {notice.notice_id} vom {notice.notice_date:%d.%m.%Y}",
        "budget_line": situation.tenant.cash.budget_out,
        "office": situation.tenant.cash.office,
    }
    return CashOrder(order, Record(PAYOUT, data), ref)
