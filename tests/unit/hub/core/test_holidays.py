"""Public holidays per Land, against the laws and published calendars."""

from datetime import date
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.holidays import Land, easter_sunday, holidays

LANDS = st.sampled_from(get_args(Land))


@pytest.mark.parametrize(
    ("year", "month", "day"),
    [(1961, 4, 2), (2000, 4, 23), (2008, 3, 23), (2025, 4, 20), (2026, 4, 5), (2027, 3, 28),
     (2038, 4, 25)],
)  # fmt: skip
def test_easter_falls_on_its_day(year: int, month: int, day: int) -> None:
    assert date(year, month, day) == easter_sunday(year)


@pytest.mark.parametrize(
    ("land", "count"),
    [("BB", 12), ("BE", 10), ("BW", 12), ("BY", 12), ("HB", 10), ("HE", 10), ("HH", 10),
     ("MV", 11), ("NI", 10), ("NW", 11), ("RP", 11), ("SH", 10), ("SL", 12), ("SN", 11),
     ("ST", 11), ("TH", 11)],
)  # fmt: skip
def test_every_land_has_its_number_of_holidays(land: Land, count: int) -> None:
    assert count == len(holidays(land, 2026))


@pytest.mark.parametrize(
    ("land", "day"),
    [("SN", date(2026, 11, 18)), ("SN", date(2028, 11, 22)), ("NW", date(2026, 6, 4)),
     ("BE", date(2027, 3, 8)), ("TH", date(2026, 9, 20)), ("HH", date(2026, 10, 31))],
)  # fmt: skip
def test_holidays_of_single_lands(land: Land, day: date) -> None:
    assert day in holidays(land, day.year)


@given(LANDS, st.integers(1990, 2200))
def test_german_unity_is_celebrated_everywhere(land: Land, year: int) -> None:
    assert date(year, 10, 3) in holidays(land, year)
