"""Delivery windows: when a partner takes deliveries, in the local time of German offices. Pure.

A window is a list of spans such as ``Mo-Fr 06:00-20:00, Sa 08:00-12:00``. A span whose end is
not after its begin runs into the next day. Clocks of a changeover day are read so that no
span gets lost: an hour that comes twice lies wholly in the span that names it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from hub.core.clock import BERLIN, local_date
from hub.core.holidays import Land, holidays

_DAYS = ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So")
_DAY = "(Mo|Di|Mi|Do|Fr|Sa|So)"
_CLOCK = "([01][0-9]|2[0-3]):[0-5][0-9]"
_SPAN = rf"{_DAY}(-{_DAY})? {_CLOCK}-({_CLOCK}|24:00)"
WINDOW = rf"^({_SPAN}(, {_SPAN})*)?\Z"
"""What a window may look like; the empty one is always open."""

_FAR_DAYS = 30
"""Longer than any row of holidays can keep a weekly window shut."""

Span = tuple[frozenset[int], int, int]
"""Days of the week, minute of begin, minute of end (beyond midnight above 1440)."""


def next_open_us(window: str, land: Land | None, now_us: int) -> int | None:
    """Return when the window is open next: now, or when it opens.

    ``None`` when holidays keep it shut beyond any reasonable wait; it is looked at again.
    """
    if not window:
        return now_us
    today = local_date(now_us)
    opens = [
        max(begin, now_us)
        for offset in range(-1, _FAR_DAYS)
        for begin, end in _intervals(window, land, today + timedelta(days=offset))
        if end > now_us
    ]
    return min(opens, default=None)


def _intervals(window: str, land: Land | None, day: date) -> Iterator[tuple[int, int]]:
    if land is not None and day in holidays(land, day.year):
        return
    for days, begin, end in _spans(window):
        if day.weekday() in days:
            yield _at_us(day, begin, fold=0), _at_us(day, end, fold=1)


def _at_us(day: date, minute: int, *, fold: int) -> int:
    days, left = divmod(minute, 1440)
    wall = time(left // 60, left % 60, fold=fold)
    moment = datetime.combine(day + timedelta(days=days), wall, tzinfo=BERLIN)
    return int(moment.timestamp()) * 1_000_000


@lru_cache(maxsize=64)
def _spans(window: str) -> tuple[Span, ...]:
    return tuple(_span(part) for part in window.split(", "))


def _span(text: str) -> Span:
    days, _, clocks = text.partition(" ")
    first, _, last = days.partition("-")
    begin, _, end = clocks.partition("-")
    start, stop = _DAYS.index(first), _DAYS.index(last or first)
    length = (stop - start) % 7 + 1
    opens, closes = _minute(begin), _minute(end)
    covered = frozenset((start + step) % 7 for step in range(length))
    return covered, opens, closes if closes > opens else closes + 1440


def _minute(clock: str) -> int:
    hours, _, minutes = clock.partition(":")
    return int(hours) * 60 + int(minutes)
