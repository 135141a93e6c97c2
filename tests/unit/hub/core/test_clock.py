"""Days are counted in Germany, moments in UTC."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.clock import FixedClock, iso_utc, local_date, local_datetime

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
HOUR_US = 3_600_000_000
SUMMER_2026_07_01_UTC = 1_782_864_000_000_000


def test_an_hour_before_midnight_utc_it_is_tomorrow_in_a_german_office() -> None:
    assert date(2026, 7, 1) == local_date(SUMMER_2026_07_01_UTC - HOUR_US)


@given(st.integers(-70 * 366 * 24, 130 * 366 * 24), st.integers(0, HOUR_US - 1))
def test_the_day_of_a_moment_is_that_of_its_local_time(hour: int, rest_us: int) -> None:
    at_us = hour * HOUR_US + rest_us

    assert local_datetime(at_us).date() == local_date(at_us)


def test_summer_time_is_two_hours_ahead() -> None:
    assert 2 == local_datetime(SUMMER_2026_07_01_UTC).hour


def test_a_moment_is_written_to_the_microsecond() -> None:
    assert "2026-07-01T00:00:00.000042Z" == iso_utc(SUMMER_2026_07_01_UTC + 42)


def test_a_fixed_clock_moves_only_when_told() -> None:
    clock = FixedClock(1_000_000)

    clock.advance(2.5)

    assert 3_500_000 == clock.now_us()


@pytest.mark.parametrize(
    ("moment", "hour"),
    [
        (datetime(2026, 3, 29, 0, 59, tzinfo=UTC), 1),
        (datetime(2026, 3, 29, 1, 0, tzinfo=UTC), 3),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), 2),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), 2),
    ],
)
def test_the_clock_change_skips_and_repeats_an_hour(moment: datetime, hour: int) -> None:
    assert hour == local_datetime(int(moment.timestamp()) * 1_000_000).hour


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 12, 31, 22, 59, 59, tzinfo=UTC), date(2026, 12, 31)),
        (datetime(2026, 12, 31, 23, 0, 0, tzinfo=UTC), date(2027, 1, 1)),
        (datetime(2026, 6, 30, 21, 59, 59, tzinfo=UTC), date(2026, 6, 30)),
        (datetime(2026, 6, 30, 22, 0, 0, tzinfo=UTC), date(2026, 7, 1)),
    ],
)
def test_a_day_ends_at_midnight_of_the_office(moment: datetime, day: date) -> None:
    assert day == local_date(int(moment.timestamp()) * 1_000_000)


@given(st.integers(0, 4_000_000_000_000_000))
def test_no_microsecond_is_lost_in_either_notation(at_us: int) -> None:
    shown = datetime.fromisoformat(iso_utc(at_us))

    assert at_us == (shown - EPOCH) // timedelta(microseconds=1)
    assert shown == local_datetime(at_us)
