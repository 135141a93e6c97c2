"""Delivery windows in German local time, also on the days the clocks change."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.clock import BERLIN, local_datetime
from hub.core.holidays import Land
from hub.core.windows import WINDOW, next_open_us

OFFICE = "Mo-Fr 06:00-20:00"


def us(text: str) -> int:
    """Return a local time of German offices."""
    return int(datetime.fromisoformat(text).replace(tzinfo=BERLIN).timestamp()) * 1_000_000


def opens(window: str, at: str, land: Land | None = None) -> str:
    found = next_open_us(window, land, us(at))
    return local_datetime(found).strftime("%Y-%m-%dT%H:%M") if found is not None else ""


@pytest.mark.parametrize(
    ("window", "at", "expected"),
    [
        ("", "2026-11-22T03:00", "2026-11-22T03:00"),
        (OFFICE, "2026-11-20T06:00", "2026-11-20T06:00"),
        (OFFICE, "2026-11-20T05:59", "2026-11-20T06:00"),
        (OFFICE, "2026-11-20T19:59", "2026-11-20T19:59"),
        (OFFICE, "2026-11-20T20:00", "2026-11-23T06:00"),
        (OFFICE, "2026-11-22T12:00", "2026-11-23T06:00"),
        (f"{OFFICE}, Sa 08:00-12:00", "2026-11-20T20:00", "2026-11-21T08:00"),
        ("Fr-Mo 22:00-04:00", "2026-11-21T03:59", "2026-11-21T03:59"),
        ("Fr-Mo 22:00-04:00", "2026-11-24T03:59", "2026-11-24T03:59"),
        ("Fr-Mo 22:00-04:00", "2026-11-24T04:00", "2026-11-27T22:00"),
        ("So 00:00-24:00", "2026-11-22T23:59", "2026-11-22T23:59"),
        ("So 00:00-24:00", "2026-11-23T00:00", "2026-11-29T00:00"),
    ],
)
def test_a_window_says_when_it_is_open_next(window: str, at: str, expected: str) -> None:
    assert expected == opens(window, at)


def test_a_holiday_of_the_land_is_shut() -> None:
    assert "2026-11-19T06:00" == opens(OFFICE, "2026-11-18T09:00", "SN")
    assert "2026-11-18T09:00" == opens(OFFICE, "2026-11-18T09:00", "BY")


def test_christmas_and_a_weekend_in_a_row_are_shut() -> None:
    assert "2026-12-28T06:00" == opens(OFFICE, "2026-12-24T20:00", "NW")


def test_in_spring_the_lost_hour_opens_the_window_when_it_should_have_begun() -> None:
    asked = int(datetime(2027, 3, 28, 0, 50, tzinfo=UTC).timestamp()) * 1_000_000
    found = next_open_us("So 02:00-05:00", None, asked)

    assert datetime(2027, 3, 28, 1, 0, tzinfo=UTC) == datetime.fromtimestamp(
        (found or 0) / 1e6, UTC
    )


@pytest.mark.parametrize(("hour", "is_open"), [(0, True), (1, True), (2, False)])
def test_in_autumn_the_hour_that_comes_twice_is_open_twice(hour: int, is_open: bool) -> None:  # noqa: FBT001  a case
    asked = int(datetime(2026, 10, 25, hour, 30, tzinfo=UTC).timestamp()) * 1_000_000

    assert is_open == (next_open_us("So 02:00-03:00", None, asked) == asked)


@given(st.integers(1_700_000_000, 2_000_000_000))
def test_the_next_opening_is_never_past_and_then_it_is_open(at_s: int) -> None:
    found = next_open_us(f"{OFFICE}, Sa 22:00-03:00", "SN", at_s * 1_000_000)

    assert found is not None
    assert at_s * 1_000_000 <= found
    assert found == next_open_us(f"{OFFICE}, Sa 22:00-03:00", "SN", found)


@pytest.mark.parametrize(
    "text", ["Mo", "mo-fr 06:00-20:00", "Mo-Fr 6:00-20:00", "Mo-Fr 06:00-25:00", f"{OFFICE},", " "]
)
def test_what_is_no_window_is_not_taken_for_one(text: str) -> None:
    assert re.match(WINDOW, text) is None
