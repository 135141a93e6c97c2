"""Statutory amounts by date and age step (§ 2 UVG, § 1612a BGB, § 66 EStG).

Invariant: the law is data with dates. Amounts change on a day, never "with a year", and a
day without a row is an error: an amount is never carried over into unknown law.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from hub.core.errors import NotChecked


@dataclass(frozen=True, slots=True)
class Rate:
    """What applied from one change of the law to the next; cents per month."""

    valid_from: date
    valid_to: date
    """Last day, inclusive."""
    minimum_cents: tuple[int, int, int | None]
    """*Mindestunterhalt* of the age steps 1 to 3; ``None`` where § 1 UVG granted nothing yet."""
    child_benefit_cents: int
    """*Kindergeld* of a first child."""


def _rate(begin: str, end: str, minimum: tuple[int, int, int | None], benefit: int) -> Rate:
    first, second, third = minimum
    in_cents = (first * 100, second * 100, None if third is None else third * 100)
    return Rate(date.fromisoformat(begin), date.fromisoformat(end), in_cents, benefit * 100)


RATES: tuple[Rate, ...] = (
    _rate("2017-01-01", "2017-06-30", (342, 393, None), 192),
    _rate("2017-07-01", "2017-12-31", (342, 393, 460), 192),
    _rate("2018-01-01", "2018-12-31", (348, 399, 467), 194),
    _rate("2019-01-01", "2019-06-30", (354, 406, 476), 194),
    _rate("2019-07-01", "2019-12-31", (354, 406, 476), 204),
    _rate("2020-01-01", "2020-12-31", (369, 424, 497), 204),
    _rate("2021-01-01", "2021-12-31", (393, 451, 528), 219),
    _rate("2022-01-01", "2022-12-31", (396, 455, 533), 219),
    _rate("2023-01-01", "2023-12-31", (437, 502, 588), 250),
    _rate("2024-01-01", "2024-12-31", (480, 551, 645), 250),
    _rate("2025-01-01", "2025-12-31", (482, 554, 649), 255),
    _rate("2026-01-01", "2026-12-31", (486, 558, 653), 259),
)
"""Every change since 2017, without gaps; the next row is added when the law is published."""


def rate_on(on: date, rates: tuple[Rate, ...] = RATES) -> Rate:
    """Return what applied on a day.

    Raises:
        NotChecked: no row covers the day (``rates_unknown``).
    """
    for rate in rates:
        if rate.valid_from <= on <= rate.valid_to:
            return rate
    raise _unknown(on)


def minimum_maintenance(step: int, on: date, rates: tuple[Rate, ...] = RATES) -> int:
    """Return the *Mindestunterhalt* of an age step in cents (§ 2 Abs. 1 UVG).

    Raises:
        NotChecked: no row covers the day, or the step did not exist then (``rates_unknown``).
    """
    cents = rate_on(on, rates).minimum_cents[step - 1]
    if cents is None:
        raise _unknown(on)
    return cents


def _unknown(on: date) -> NotChecked:
    return NotChecked(
        "rates_unknown",
        f"Für den {on:%d.%m.%Y} sind keine Unterhaltsvorschussbeträge hinterlegt.",
        remedy="Betragstabelle ergänzen, sobald die Beträge veröffentlicht sind; "
        "danach die Nachricht erneut verarbeiten.",
        place=f"{on:%Y-%m-%d}",
    )


def completed_on(birth_date: date, years: int) -> date:
    """Return the day on which a year of life is completed: the one before the birthday.

    A birthday on 29 February falls on 1 March of other years (§§ 187 Abs. 2, 188 BGB).
    """
    year = birth_date.year + years
    try:
        birthday = birth_date.replace(year=year)
    except ValueError:
        birthday = date(year, 3, 1)
    return birthday - timedelta(days=1)


def age_step(birth_date: date, month: date) -> int:
    """Return the age step (1 to 3) of a month; any day of the month will do.

    The higher step counts from the first day of the month in which the child completes
    the sixth or twelfth year (§ 1612a Abs. 3 BGB).
    """
    reached = [
        years
        for years in (6, 12)
        if completed_on(birth_date, years).replace(day=1) <= month.replace(day=1)
    ]
    return 1 + len(reached)
