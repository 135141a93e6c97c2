"""What is known of a file for its retention: days of events and holds in force."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from efile.index.keeping import Said
from efile.index.offers import Offer, offer_of
from efile.kinds.statement import ArchiveAnswer, HoldSet


@dataclass(frozen=True, slots=True)
class Hold:
    """A hold nobody has lifted."""

    id: str
    reason: str
    actor: str
    since: date
    until: date | None

    def covers(self, day: date) -> bool:
        """Return whether it still holds on a day; it does so before its first day, too."""
        return self.until is None or day <= self.until


@dataclass(frozen=True, slots=True)
class Standing:
    """The sum of all statements on a file."""

    days: dict[str, date] = field(default_factory=dict)
    told_us: dict[str, int] = field(default_factory=dict)
    """When something was said of each event for the last time, also that it has no day."""
    holds: tuple[Hold, ...] = ()
    """In the order they were set."""
    answer: ArchiveAnswer | None = None
    """The archive's latest."""
    offer: Offer | None = None
    """Where the latest offer to the archive stands."""
    late: bool = False
    """Documents came after the file was handed over to the archive."""

    def held_on(self, day: date) -> tuple[Hold, ...]:
        """Return the holds that forbid destruction on a day."""
        return tuple(hold for hold in self.holds if hold.covers(day))


def standing_of(said: Iterable[Said]) -> Standing:
    """Sum up statements in the order of their filing: the later word counts.

    A hold ends by its day or when it is lifted; none lifts another. Once lifted it stays so.
    """
    said = tuple(said)
    days: dict[str, date] = {}
    told_us: dict[str, int] = {}
    holds: dict[str, Hold] = {}
    lifted: set[str] = set()
    answer: ArchiveAnswer | None = None
    for one in said:
        for event, day in one.statement.dates.items():
            told_us[event] = one.at_us
            if day is None:
                days.pop(event, None)
            else:
                days[event] = day
        if one.statement.hold:
            holds.setdefault(one.statement.hold.id, _hold(one.statement.hold, one.actor))
        if one.statement.lifted:
            lifted.add(one.statement.lifted.id)
        answer = one.statement.answer or answer
    in_force = tuple(hold for name, hold in holds.items() if name not in lifted)
    return Standing(days, told_us, in_force, answer, offer_of(said))


def _hold(said: HoldSet, actor: str) -> Hold:
    return Hold(said.id, said.reason, actor, said.since, said.until)
