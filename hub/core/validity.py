"""Spans of days in which something is in force: schemas, mappings, routes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from msgspec import Struct

_DAY = timedelta(days=1)


class Validity(Struct, frozen=True, forbid_unknown_fields=True, rename={"since": "from"}):
    """Days something is in force, both inclusive; open where not given."""

    since: date | None = None
    until: date | None = None

    def covers(self, day: date) -> bool:
        """Return whether it is in force on a day."""
        return (self.since or date.min) <= day <= (self.until or date.max)

    def is_empty(self) -> bool:
        """Return whether no day at all is covered."""
        return (self.since or date.min) > (self.until or date.max)

    def within(self, *others: Validity) -> Validity:
        """Return the days this and all others share; empty when there are none."""
        spans = (self, *others)
        begin = max(span.since or date.min for span in spans)
        end = min(span.until or date.max for span in spans)
        return Validity(None if begin == date.min else begin, None if end == date.max else end)

    def meets(self, other: Validity) -> bool:
        """Return whether both are in force on some common day."""
        return not self.within(other).is_empty()

    def __str__(self) -> str:
        """Say it in German: ``ab 01.01.2026 bis 30.04.2027``; empty when open on both sides."""
        begin = f"ab {self.since:%d.%m.%Y}" if self.since else ""
        end = f"bis {self.until:%d.%m.%Y}" if self.until else ""
        return " ".join(part for part in (begin, end) if part)


def gaps(spans: Sequence[Validity]) -> list[Validity]:
    """Return the days between the first and the last span that none of them covers."""
    found: list[Validity] = []
    in_order = sorted(spans, key=lambda one: one.since or date.min)
    reached = in_order[0].until or date.max if in_order else date.max
    for span in in_order[1:]:
        if span.since and reached < span.since and span.since - reached > _DAY:
            found.append(Validity(reached + _DAY, span.since - _DAY))
        reached = max(reached, span.until or date.max)
    return found


def last_day(spans: Sequence[Validity]) -> date | None:
    """Return the last day that any span covers; ``None`` when one is open."""
    ends = [span.until for span in spans]
    return None if None in ends else max((end for end in ends if end), default=None)
