"""How long files are kept (*Aufbewahrungsfrist*): rules on event dates, in force by day.

A period begins after the day of its event or after the end of that day's year, and whole years
are added. Its last day is the one of the same number (§ 188 Abs. 2 BGB), the last of the month
where that is missing (Abs. 3). Destruction is allowed from the day after. A birthday is not
counted in, which is one day later than § 187 Abs. 2 BGB asks: never too early.
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated, Literal

from msgspec import Meta, Struct

Word = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_-]{1,39}\Z")]
"""Names that programs use."""
Text = Annotated[str, Meta(min_length=1, max_length=300)]
"""German, for people."""
Years = Annotated[int, Meta(ge=1, le=500)]
_DAY = timedelta(days=1)


class RetentionRule(
    Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, rename={"since": "from"}
):
    """One rule and the days it is law."""

    name: Text
    """What it is about, as a sentence can quote it."""
    source: Text
    """Where it stands: paragraph, ordinance, or that nobody has laid it down."""
    events: Annotated[tuple[Word, ...], Meta(min_length=1)]
    """All of these must have happened; the latest begins the period."""
    years: Annotated[tuple[Years, ...], Meta(min_length=1)]
    """Added up: ``[30, 70]`` are thirty years and seventy more."""
    begins: Literal["event", "year_end"] = "year_end"
    """Counted from the event, or from the end of its calendar year."""
    since: date | None = None
    until: date | None = None
    """First and last day the rule is law; open where not given."""
    offer: bool = True
    """Whether the archive must be asked before anything is destroyed."""
    assumed: bool = False
    """Nobody's law, or of one Land only: the office must confirm it."""

    def covers(self, day: date) -> bool:
        """Return whether the rule is law on a day."""
        return (self.since or date.min) <= day <= (self.until or date.max)

    def missing(self, days: Mapping[str, date]) -> tuple[str, ...]:
        """Return the events whose days are not known."""
        return tuple(event for event in self.events if event not in days)

    def last_event(self, days: Mapping[str, date]) -> tuple[date, str]:
        """Return day and name of the event that begins the period; all must be known."""
        return max((days[event], event) for event in self.events)

    def first_day(self, event_day: date) -> date:
        """Return the first day on which destruction is allowed, going by the period alone."""
        years = sum(self.years)
        if self.begins == "year_end":
            return date(event_day.year + years + 1, 1, 1)
        return years_later(event_day, years) + _DAY


def years_later(day: date, years: int) -> date:
    """Return the same day of a later year; the last of February for a missing 29th."""
    year = day.year + years
    return date(year, day.month, min(day.day, calendar.monthrange(year, day.month)[1]))
