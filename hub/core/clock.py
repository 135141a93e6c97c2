"""The only place that asks the machine for the time."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Protocol
from zoneinfo import ZoneInfo

BERLIN = ZoneInfo("Europe/Berlin")
"""Days and deadlines of German offices are counted in this zone."""

_HOUR_US = 3_600_000_000


class Clock(Protocol):
    """Time, handed in."""

    def now_us(self) -> int:
        """Return microseconds since the epoch, UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now_us(self) -> int:
        """Return microseconds since the epoch, UTC."""
        return time.time_ns() // 1000


@dataclass
class FixedClock:
    """A clock that moves only when told to; for tests and replays."""

    at_us: int = field(default=1_795_000_000_000_000)

    def now_us(self) -> int:
        """Return the time it was set to."""
        return self.at_us

    def advance(self, seconds: float) -> None:
        """Move forward."""
        self.at_us += int(seconds * 1_000_000)


def local_datetime(at_us: int) -> datetime:
    """Return the local time of a German office."""
    return datetime.fromtimestamp(at_us / 1_000_000, UTC).astimezone(BERLIN)


def local_date(at_us: int) -> date:
    """Return the calendar day of a German office."""
    return _day_of_hour(at_us // _HOUR_US)


@lru_cache(maxsize=64)
def _day_of_hour(hour: int) -> date:
    """Return the day an hour since the epoch belongs to.

    Since April 1893 German time differs from UTC by whole hours: no day begins within one.
    """
    return local_datetime(hour * _HOUR_US).date()


def begin_of_day(day: date) -> int:
    """Return when a calendar day of a German office begins, in microseconds since the epoch."""
    return int(datetime(day.year, day.month, day.day, tzinfo=BERLIN).timestamp()) * 1_000_000


def iso_utc(at_us: int) -> str:
    """Return ``2026-11-22T05:03:45.123456Z``."""
    moment = datetime.fromtimestamp(at_us // 1_000_000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{at_us % 1_000_000:06d}Z"
