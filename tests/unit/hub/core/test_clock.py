"""Days are counted in Germany, moments in UTC."""

from datetime import date

from hub.core.clock import FixedClock, iso_utc, local_date, local_datetime

HOUR_US = 3_600_000_000
SUMMER_2026_07_01_UTC = 1_782_864_000_000_000


def test_an_hour_before_midnight_utc_it_is_tomorrow_in_a_german_office() -> None:
    assert date(2026, 7, 1) == local_date(SUMMER_2026_07_01_UTC - HOUR_US)


def test_summer_time_is_two_hours_ahead() -> None:
    assert 2 == local_datetime(SUMMER_2026_07_01_UTC).hour


def test_a_moment_is_written_to_the_microsecond() -> None:
    assert "2026-07-01T00:00:00.000042Z" == iso_utc(SUMMER_2026_07_01_UTC + 42)


def test_a_fixed_clock_moves_only_when_told() -> None:
    clock = FixedClock(1_000_000)

    clock.advance(2.5)

    assert 3_500_000 == clock.now_us()
