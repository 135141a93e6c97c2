"""The law of dates: counted as the civil code counts, never too early."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from efile.kinds.rule import RetentionRule, years_later

UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

DAYS = st.dates(date(1850, 1, 1), date(2200, 12, 31))
SPANS = st.lists(st.integers(1, 100), min_size=1, max_size=3)
BEGINS = st.sampled_from(["event", "year_end"])


def rule(
    years: list[int], begins: str = "event", events: tuple[str, ...] = ("e",)
) -> RetentionRule:
    return RetentionRule(
        name="Regel", source="Quelle", events=events, years=tuple(years), begins=begins  # type: ignore[arg-type]  # one of two words
    )  # fmt: skip


@pytest.mark.parametrize(
    ("event", "years", "begins", "first"),
    [
        (date(2026, 3, 31), [10], "year_end", date(2037, 1, 1)),
        (date(2026, 12, 31), [10], "year_end", date(2037, 1, 1)),
        (date(2027, 1, 1), [10], "year_end", date(2038, 1, 1)),
        (date(2019, 5, 4), [30, 70], "event", date(2119, 5, 5)),
        (date(2020, 2, 29), [1], "event", date(2021, 3, 1)),
        (date(2020, 2, 29), [4], "event", date(2024, 3, 1)),
        (date(2023, 2, 28), [1], "event", date(2024, 2, 29)),
        (date(2000, 2, 29), [30, 70], "event", date(2100, 3, 1)),
        (date(2025, 12, 31), [1], "event", date(2027, 1, 1)),
    ],
)
def test_periods_end_as_the_civil_code_counts(
    event: date, years: list[int], begins: str, first: date
) -> None:
    assert first == rule(years, begins).first_day(event)


@UNHURRIED
@given(DAYS, DAYS, SPANS, BEGINS)
def test_a_later_event_never_ends_a_period_earlier(
    one: date, other: date, years: list[int], begins: str
) -> None:
    law = rule(years, begins)

    assert (one <= other) <= (law.first_day(one) <= law.first_day(other))


@UNHURRIED
@given(DAYS, SPANS, BEGINS)
def test_no_period_is_shorter_than_its_years(event: date, years: list[int], begins: str) -> None:
    first = rule(years, begins).first_day(event)

    assert first > years_later(event, sum(years))
    assert first.year - event.year in (sum(years), sum(years) + 1)


@UNHURRIED
@given(DAYS, SPANS)
def test_a_period_from_the_year_end_begins_a_year(event: date, years: list[int]) -> None:
    first = rule(years, "year_end").first_day(event)

    assert (1, 1) == (first.month, first.day)
    assert first >= rule(years, "event").first_day(event)


@UNHURRIED
@given(DAYS, SPANS, BEGINS)
def test_more_years_never_end_earlier(event: date, years: list[int], begins: str) -> None:
    assert rule([*years, 1], begins).first_day(event) > rule(years, begins).first_day(event)


@UNHURRIED
@given(DAYS, st.integers(0, 400))
def test_years_later_is_the_same_day_or_the_last_of_february(day: date, years: int) -> None:
    later = years_later(day, years)

    same = (later.month, later.day) == (day.month, day.day)
    assert same or ((day.month, day.day) == (2, 29) and (later.month, later.day) == (2, 28))
    assert day.year + years == later.year


@UNHURRIED
@given(st.dictionaries(st.sampled_from(["a", "b", "c"]), DAYS, min_size=1))
def test_the_latest_of_all_events_begins_the_period(days: dict[str, date]) -> None:
    law = rule([1], events=("a", "b"))

    assert {"a", "b"} - days.keys() == set(law.missing(days))
    if not law.missing(days):
        assert max(days["a"], days["b"]) == law.last_event(days)[0]


def test_a_rule_is_law_on_its_days_only() -> None:
    law = RetentionRule(
        name="x", source="x", events=("e",), years=(1,), since=date(2026, 1, 1),
        until=date(2026, 12, 31),
    )  # fmt: skip
    around = [
        date(2026, 1, 1) - timedelta(1),
        date(2026, 1, 1),
        date(2026, 12, 31),
        date(2027, 1, 1),
    ]

    assert [False, True, True, False] == [law.covers(day) for day in around]
