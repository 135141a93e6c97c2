"""Tells benefit files when their benefit ended, as the state of their cases says.

A retention period counts from there. Once a day all cases are looked through, a page at a time:
a period of decades can wait, and messages on their way cannot. What is said carries the moment
from which it is true, so that nodes that find it at the same time write the same note, and a
person who said something else since then is right. Whether every claim is settled is said by
people alone; it is taken back when the case changes afterwards.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from efile import (
    Author,
    DayNote,
    FiledDocument,
    Outlook,
    RetentionRoom,
    StorageMisconfigured,
    StorageUnavailable,
)
from hub.core.clock import Clock, begin_of_day, local_date
from hub.core.ids import derived_uuid
from hub.store import cases
from hub.store.database import Database
from hub.store.journal import Entry, Journal
from hub.uvg.model import Case

log = logging.getLogger(__name__)
KIND = "uvg"
ENDED, SETTLED = "benefit_ended", "claims_settled"
"""Events of the kind; an office whose own rules do not know them is told nothing."""
PAGE = 200
_REASON = "Stand des Falls laut Fachverfahren"
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Fact:
    """A day, or that there is none, and since when this is true."""

    day: date | None
    since_us: int


def facts_of(case: Case, changed_us: int, told: Mapping[str, date], today: date) -> dict[str, Fact]:
    """Return what the state of a case says; nothing of a case that was never granted."""
    facts: dict[str, Fact] = {}
    if SETTLED in told:
        facts[SETTLED] = Fact(None, changed_us)
    if not case.periods:
        return facts
    ends = [period.end for period in case.periods]
    last = None if None in ends else max(end for end in ends if end)
    if last is not None and last < today:
        facts[ENDED] = Fact(last, max(changed_us, begin_of_day(last + _DAY)))
    elif ENDED in told:
        facts[ENDED] = Fact(None, changed_us)
    return facts


class BenefitEnds:
    """Looks through the cases of all offices once a day."""

    def __init__(
        self,
        database: Database,
        room: RetentionRoom,
        clock: Clock,
        book: Journal,
        tenants: Sequence[str],
    ) -> None:
        self._database = database
        self._room = room
        self._clock = clock
        self._book = book
        self._tenants = tuple(tenants)
        self._office, self._after = 0, ""
        self._done_on: date | None = None

    async def round(self) -> int:
        """Look through a page of cases; return how many they were."""
        today = local_date(self._clock.now_us())
        kind = self._room.kinds.find(KIND)
        if self._done_on == today or kind is None or ENDED not in kind.events:
            return 0
        if self._office == len(self._tenants):
            self._done_on, self._office, self._after = today, 0, ""
            return 0
        tenant = self._tenants[self._office]
        page = await self._database.read(lambda tx: cases.page(tx, tenant, self._after, PAGE))
        if not page:
            self._office, self._after = self._office + 1, ""
            return 1
        if not await self._tell(tenant, page, today):
            return 0
        self._after = page[-1].case.case_id
        return len(page)

    async def _tell(self, tenant: str, page: Sequence[cases.Kept], today: date) -> bool:
        """Note what files do not know yet; say whether storage took it."""
        names = [one.case.case_id for one in page]
        known = {
            one.akte.aktenzeichen: one
            for one in await self._room.outlooks_of(tenant, names, today)
            if one.akte.kind == KIND
        }
        notes = [
            note
            for one in page
            if (file := known.get(one.case.case_id)) and (note := _note(one, file, today))
        ]
        outcomes = await self._room.note_days(notes) if notes else []
        for note, outcome in zip(notes, outcomes, strict=True):
            if isinstance(outcome, FiledDocument):
                await self._journal(note, outcome.sha256)
            else:
                log.warning("benefit_end_untold", extra={"tenant": tenant, "code": outcome.code})
        away = StorageUnavailable | StorageMisconfigured
        return not any(isinstance(outcome, away) for outcome in outcomes)

    async def _journal(self, note: DayNote, digest: str) -> None:
        entry = Entry(
            note.akte.tenant, "retention_date_noted", case_key=note.akte.aktenzeichen,
            digest=digest, facts={"akte": note.akte.id},
        )  # fmt: skip
        now_us = self._clock.now_us()
        await self._database.write(lambda tx: self._book.append(tx, now_us, entry))


def _note(kept: cases.Kept, file: Outlook, today: date) -> DayNote | None:
    """Return the note a file lacks: what is newer than what it was told."""
    standing = file.standing
    facts = {
        event: fact
        for event, fact in facts_of(kept.case, kept.changed_us, standing.days, today).items()
        if fact.day != standing.days.get(event) and fact.since_us > standing.told_us.get(event, -1)
    }
    if not facts:
        return None
    at_us = max(fact.since_us for fact in facts.values())
    days = {event: fact.day for event, fact in sorted(facts.items())}
    key = derived_uuid(file.akte.tenant, file.akte.id, str(at_us), str(days))
    return DayNote(file.akte, days, _REASON, Author("hub", at_us, key))
