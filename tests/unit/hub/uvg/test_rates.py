from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.errors import NotChecked
from hub.uvg.rates import RATES, age_step, completed_on, minimum_maintenance, rate_on

ANY_BIRTH = st.dates(date(2000, 1, 1), date(2026, 12, 31))


def test_the_table_has_no_gap_and_no_overlap() -> None:
    ends = [earlier.valid_to + timedelta(days=1) for earlier in RATES[:-1]]

    assert ends == [later.valid_from for later in RATES[1:]]


def test_the_table_ends_with_2026() -> None:
    assert date(2026, 12, 31) == RATES[-1].valid_to


@pytest.mark.parametrize("on", [date(2016, 12, 31), date(2027, 1, 1)])
def test_a_day_without_a_row_is_an_error(on: date) -> None:
    with pytest.raises(NotChecked) as caught:
        rate_on(on)

    assert ("rates_unknown", on.isoformat()) == (caught.value.code, caught.value.place)


def test_age_step_3_did_not_exist_before_july_2017() -> None:
    with pytest.raises(NotChecked, match="rates_unknown"):
        minimum_maintenance(3, date(2017, 6, 30))

    assert minimum_maintenance(3, date(2017, 7, 1)) == 46_000


def test_the_minimum_grows_with_the_age_step() -> None:
    for rate in RATES:
        known = [cents for cents in rate.minimum_cents if cents is not None]

        assert sorted(known) == known


@pytest.mark.parametrize(
    ("born", "years", "completed"),
    [
        (date(2020, 3, 1), 6, date(2026, 2, 28)),  # §§ 187 Abs. 2, 188 Abs. 2 BGB, V8
        (date(2008, 6, 15), 18, date(2026, 6, 14)),  # V9
        (date(2014, 3, 1), 6, date(2020, 2, 29)),  # the day before is a leap day
        (date(2016, 2, 29), 6, date(2022, 2, 28)),  # § 188 Abs. 3 BGB: no such day
        (date(2016, 2, 29), 12, date(2028, 2, 28)),
        (date(2020, 1, 1), 6, date(2025, 12, 31)),
    ],
)
def test_a_year_of_life_is_completed_on_the_day_before_the_birthday(
    born: date, years: int, completed: date
) -> None:
    assert completed == completed_on(born, years)


@pytest.mark.parametrize(
    ("born", "month", "step"),
    [
        (date(2020, 3, 1), date(2026, 1, 31), 1),  # § 1612a Abs. 3 BGB, V8
        (date(2020, 3, 1), date(2026, 2, 1), 2),
        (date(2020, 3, 2), date(2026, 2, 28), 1),
        (date(2020, 3, 2), date(2026, 3, 1), 2),
        (date(2014, 12, 31), date(2026, 11, 30), 2),
        (date(2014, 12, 31), date(2026, 12, 1), 3),
        (date(2026, 11, 1), date(2026, 11, 1), 1),
    ],
)
def test_the_higher_step_counts_from_the_month_of_completion(
    born: date, month: date, step: int
) -> None:
    assert step == age_step(born, month)


@given(ANY_BIRTH, st.dates(date(2000, 1, 1), date(2045, 1, 1)))
def test_the_age_step_is_the_same_on_all_days_of_a_month(born: date, day: date) -> None:
    assert age_step(born, day.replace(day=1)) == age_step(born, day)


@given(ANY_BIRTH, st.lists(st.dates(date(2000, 1, 1), date(2045, 1, 1)), min_size=2))
def test_the_age_step_never_falls(born: date, days: list[date]) -> None:
    steps = [age_step(born, day) for day in sorted(days)]

    assert all(earlier <= later for earlier, later in pairwise(steps))
