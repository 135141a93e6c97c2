"""How much is due for a month, and whether a granted amount follows from its parts.

The case core decides amounts; the hub computes them to notice contradictions. Not covered:
who is entitled at all (§ 1 UVG) and income of the child (§ 2 Abs. 4 UVG); the latter comes
in as part of the offset.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from hub.core.money import format_german
from hub.uvg.model import Period
from hub.uvg.rates import RATES, Rate, age_step, completed_on, minimum_maintenance, rate_on

SMALLEST_PAYOUT_CENTS = 500
"""Less is not paid (§ 9 Abs. 3 Satz 2 UVG)."""
LAST_YEAR = 18
"""The entitlement ends when this year of life is completed (§ 1 Abs. 1a UVG)."""

Proration = Callable[[date, date], Fraction]
"""Share of a month for the days from the first to the second date, both inclusive."""


def thirty(begin: date, end: date) -> Fraction:
    """Return days / 30; a whole month is 1 whatever its length (practice to § 2 Abs. 1 UVG)."""
    if _is_whole_month(begin, end):
        return Fraction(1)
    return Fraction(min(_days(begin, end), 30), 30)


def actual(begin: date, end: date) -> Fraction:
    """Return days / days of the month."""
    return Fraction(_days(begin, end), _month_length(begin))


THIRTY: Proration = thirty
ACTUAL: Proration = actual


def _days(begin: date, end: date) -> int:
    return (end - begin).days + 1


def _month_length(day: date) -> int:
    return calendar.monthrange(day.year, day.month)[1]


def _is_whole_month(begin: date, end: date) -> bool:
    return begin.day == 1 and _days(begin, end) == _month_length(begin)


def payable(due_cents: int | Fraction) -> int:
    """Round up to full euros, then drop what stays below 5 EUR (§ 9 Abs. 3 UVG)."""
    rounded = -(-max(due_cents, 0) // 100) * 100
    return int(rounded) if rounded >= SMALLEST_PAYOUT_CENTS else 0


@dataclass(frozen=True, slots=True)
class MonthlyAmount:
    """The amount of one month with the parts a notice must state (§ 9 Abs. 2 UVG); cents."""

    minimum_maintenance_cents: int
    child_benefit_cents: int
    other_offset_cents: int
    amount_cents: int


def monthly_amount(
    birth_date: date,
    month: date,
    *,
    child_benefit: bool = True,
    offset_cents: int = 0,
    share: Fraction = Fraction(1),
    rates: tuple[Rate, ...] = RATES,
) -> MonthlyAmount:
    """Compute the amount of a month (§ 2, § 9 Abs. 3 UVG).

    Args:
        birth_date: decides the age step.
        month: any day of the month.
        child_benefit: whether *Kindergeld* is deducted (§ 2 Abs. 2 UVG).
        offset_cents: maintenance, orphan's benefits, income (§ 2 Abs. 3, 4 UVG).
        share: part of the month, from a :data:`Proration`.
        rates: the law; other tables serve tests and forecasts.

    Raises:
        NotChecked: no rates for the month (``rates_unknown``).
    """
    first = month.replace(day=1)
    minimum = minimum_maintenance(age_step(birth_date, first), first, rates)
    benefit = rate_on(first, rates).child_benefit_cents if child_benefit else 0
    amount = payable((minimum - benefit - offset_cents) * share)
    return MonthlyAmount(minimum, benefit, offset_cents, amount)


def expected_amounts(period: Period) -> tuple[int, ...]:
    """Return the amounts that follow from the parts of a period; the first is preferred.

    Part of a single month may be prorated in either way, as the law only says *anteilig*
    (§ 2 Abs. 1 Satz 3 UVG); longer periods carry the amount of a whole month.
    """
    due = period.minimum_maintenance_cents - period.child_benefit_cents - period.other_offset_cents
    end = period.end
    if end is None or (end.year, end.month) != (period.begin.year, period.begin.month):
        return (payable(due),)
    return tuple(payable(due * share(period.begin, end)) for share in (THIRTY, ACTUAL))


def doubts(period: Period, birth_date: date) -> tuple[str, ...]:
    """Name in German what in a period does not follow § 2 UVG for this child.

    Raises:
        NotChecked: no rates for the period's first month (``rates_unknown``).
    """
    computed = monthly_amount(birth_date, period.begin)
    last = period.end or period.begin
    checks = (
        (
            period.minimum_maintenance_cents != computed.minimum_maintenance_cents,
            _differs("Der Mindestunterhalt", computed.minimum_maintenance_cents),
        ),
        (
            period.child_benefit_cents not in (0, computed.child_benefit_cents),
            _differs("Das Kindergeld", computed.child_benefit_cents),
        ),
        (period.begin < birth_date.replace(day=1), "Der Zeitraum beginnt vor der Geburt."),
        (
            age_step(birth_date, last) != age_step(birth_date, period.begin),
            "Im Zeitraum wechselt die Altersstufe.",
        ),
        (
            not _has_whole_months(period),
            "Der Betrag gilt für ganze Monate, der Zeitraum beginnt oder endet mittendrin.",
        ),
        (
            period.amount_cents > 0 and last > completed_on(birth_date, LAST_YEAR),
            "Der Zeitraum reicht über das vollendete 18. Lebensjahr hinaus.",
        ),
    )
    return tuple(text for applies, text in checks if applies)


def _has_whole_months(period: Period) -> bool:
    """Whether a period of several months starts and ends with a month."""
    begin, end = period.begin, period.end
    if end is None:
        return begin.day == 1
    if (begin.year, begin.month) == (end.year, end.month):
        return True
    return begin.day == 1 and end.day == _month_length(end)


def _differs(what: str, expected_cents: int) -> str:
    return f"{what} weicht vom gesetzlichen Betrag {format_german(expected_cents)} EUR ab."
