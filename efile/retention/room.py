"""Retention of the files of an installation: what may be destroyed when, dates, holds.

Nothing is destroyed here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from efile import filing
from efile.errors import Conflict, FilingError, InvalidRequest, NotFound
from efile.filing import Archive
from efile.index import keeping, metadata, offers
from efile.index.access.sight import Sight
from efile.kinds.catalog import FileKind, FileKinds, unknown_kind
from efile.kinds.statement import ArchiveAnswer, HoldLifted, HoldSet, Statement
from efile.model import Akte, FiledDocument, FilingRequest
from efile.ports import Transaction
from efile.retention.decision import Decision, decide
from efile.retention.notes import Author, checked_day, checked_text, note
from efile.retention.standing import Standing, standing_of

_TRIES = 20
"""So often a name drawn by somebody else at the same time is drawn anew."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """A file and what may be done with it on a day."""

    akte: Akte
    kind: str
    """Name of its kind, German."""
    on: date
    standing: Standing
    decision: Decision


@dataclass(frozen=True, slots=True)
class DayNote:
    """Days of events to be noted in a file; without a day, that it has not happened after all."""

    akte: Akte
    days: Mapping[str, date | None]
    reason: str
    by: Author


class RetentionRoom:
    """Retention, one office at a time."""

    def __init__(self, archive: Archive, seen: Sight | None = None) -> None:
        """What is not ``seen`` behaves like missing; without a sight everything is seen."""
        self._archive = archive
        self._seen = seen

    @property
    def kinds(self) -> FileKinds:
        """Every kind of file that is set up."""
        return self._archive.kinds

    async def outlook(self, tenant: str, akte: str, on: date) -> Outlook:
        """Return what may be done with one file, given by id or Aktenzeichen, on a day.

        Raises:
            NotFound: this tenant has no such file.
        """
        return self._outlook(*await self._known(tenant, akte), on)

    async def outlooks(
        self, tenant: str, on: date, after: str | None = None, limit: int = 500
    ) -> list[Outlook]:
        """Return the same for files in the order of their Aktenzeichen, behind ``after``."""

        def work(tx: Transaction) -> list[tuple[Akte, Standing]]:
            akten = metadata.akten(tx, tenant, "", after, limit, self._seen)
            return list(zip(akten, standings(tx, tenant, akten), strict=True))

        known = await self._archive.database.read(work)
        return [self._outlook(akte, standing, on) for akte, standing in known]

    async def outlooks_of(self, tenant: str, names: Sequence[str], on: date) -> list[Outlook]:
        """Return the same for the files with these Aktenzeichen; unknown ones are left out."""

        def work(tx: Transaction) -> list[tuple[Akte, Standing]]:
            akten = metadata.akten_named(tx, tenant, names, self._seen)
            return list(zip(akten, standings(tx, tenant, akten), strict=True))

        known = await self._archive.database.read(work)
        return [self._outlook(akte, standing, on) for akte, standing in known]

    def _outlook(self, akte: Akte, standing: Standing, on: date) -> Outlook:
        kind = self.kinds.find(akte.kind)
        decision = decide(kind, standing, on)
        return Outlook(akte, kind.name if kind else akte.kind, on, standing, decision)

    async def record_day(
        self, tenant: str, akte: str, event: str, day: date | None, reason: str, by: Author
    ) -> FiledDocument:
        """Note the day of an event, or, without a day, that it has not happened after all.

        Raises:
            NotFound: no such file.
            InvalidRequest: its kind has no such event, or a text or day cannot be meant.
        """
        found = DayNote(await self._akte(tenant, akte), {event: day}, reason, by)
        return await filing.file(self._day_note(found), self._archive)

    async def note_days(self, notes: Sequence[DayNote]) -> list[FiledDocument | FilingError]:
        """Note days in many files; return for each note a receipt or what was wrong with it.

        Raises:
            InvalidRequest: a kind has no such event, or a text or day cannot be meant.
        """
        return await filing.file_all([self._day_note(one) for one in notes], self._archive)

    def _day_note(self, noted: DayNote) -> FilingRequest:
        kind = self.kinds.kind(noted.akte.kind)
        content: dict[str, str] = {}
        for event, day in noted.days.items():
            if event not in kind.events:
                raise _unknown_event(event, kind)
            said = "nicht eingetreten" if day is None else f"{checked_day(day, event):%d.%m.%Y}"
            content[kind.events[event]] = said
        title = "; ".join(f"{name}: {said}" for name, said in content.items())
        content["Grund"] = checked_text(noted.reason, "reason")
        checked_text(noted.by.name, "actor")
        return note(noted.akte, title, content, Statement(dates=dict(noted.days)), noted.by)

    async def hold(
        self, tenant: str, akte: str, reason: str, since: date, until: date | None, by: Author
    ) -> str:
        """Forbid destruction (*Löschsperre*) and return the hold's name.

        Raises:
            NotFound: no such file.
            InvalidRequest: a text or day cannot be meant.
        """
        found = await self._akte(tenant, akte)
        if until is not None and checked_day(until, "until") < since:
            raise InvalidRequest(
                "hold_already_over",
                "Diese Sperre wäre schon zu Ende.",
                remedy="Einen späteren letzten Tag angeben oder keinen.",
                place=f"{until:%d.%m.%Y}",
            )
        hold = HoldSet(id=by.key, reason=checked_text(reason, "reason"), since=since, until=until)
        end = f"bis {until:%d.%m.%Y}" if until else "ohne Enddatum"
        content = {"Löschsperre": end, "Grund": hold.reason, "Kennung": hold.id}
        await self._file(found, f"Löschsperre {end}", content, Statement(hold=hold), by)
        return hold.id

    async def lift(
        self, tenant: str, akte: str, hold: str, reason: str, by: Author
    ) -> FiledDocument:
        """End one hold; others stay.

        Raises:
            NotFound: no such file, or it has no such hold any more.
            InvalidRequest: the reason says nothing.
        """
        found, standing = await self._known(tenant, akte)
        if hold not in {one.id for one in standing.holds}:
            raise NotFound(
                "hold_missing",
                "Diese Akte hat keine solche Löschsperre, oder sie ist schon aufgehoben.",
                remedy="„aktenhub efile retention show“ nennt die Sperren der Akte.",
            )
        lifted = HoldLifted(id=hold, reason=checked_text(reason, "reason"))
        content = {"Löschsperre": "aufgehoben", "Grund": lifted.reason, "Kennung": hold}
        statement = Statement(lifted=lifted)
        return await self._file(found, "Löschsperre aufgehoben", content, statement, by)

    async def answer(
        self, tenant: str, akte: str, said: ArchiveAnswer, by: Author
    ) -> FiledDocument:
        """Note what the archive said of a file that was offered to it.

        Raises:
            NotFound: no such file.
            Conflict: the file is not to be offered on that day.
            InvalidRequest: the reason says nothing.
        """
        found = await self.outlook(tenant, akte, said.since)
        rule = found.decision.rule
        if found.decision.state not in ("offer", "due") or rule is None or not rule.offer:
            raise Conflict(
                "not_to_be_offered",
                "Diese Akte ist dem Archiv an diesem Tag nicht anzubieten.",
                remedy="„aktenhub efile retention show“ sagt, wie lange sie bleibt und warum.",
                place=found.akte.aktenzeichen,
            )
        word = "übernimmt die Akte" if said.takes else "lehnt die Akte ab"
        content = {"Archiv": word, "Grund": checked_text(said.reason, "reason")}
        statement = Statement(answer=said)
        return await self._file(found.akte, f"Archiv {word}", content, statement, by)

    async def open(self, tenant: str, kind: str, title: str, year: int, by: Author) -> Akte:
        """Open a file under an Aktenzeichen of its own and return it.

        Raises:
            InvalidRequest: no such kind, or a text says nothing.
            Conflict: no free Aktenzeichen was found.
        """
        wanted = self.kinds.kind(kind)
        if self._seen is not None and kind not in self._seen.kinds:
            raise unknown_kind(kind)
        for _ in range(_TRIES):
            name = await self._archive.database.write(
                lambda tx: keeping.draw(tx, tenant, wanted.numbering, year)
            )
            new = Akte(tenant, "", name, checked_text(title, "title"), wanted.aktenplan,
                       by.at_us, by.at_us, 0, kind)  # fmt: skip
            content = {"Akte": "angelegt", "Aktenart": wanted.name, "Aktenzeichen": name}
            # One name, one opening: whoever else drew the same name is told so by storage.
            own = Author(by.name, by.at_us, f"opening|{name}")
            (outcome,) = await filing.file_all(
                [note(new, "Akte angelegt", {**content, "Schlüssel": by.key}, None, own)],
                self._archive,
            )
            if isinstance(outcome, FiledDocument):
                return await self._akte(tenant, outcome.akte_id)
            if not isinstance(outcome, Conflict):
                raise outcome
        raise Conflict(
            "aktenzeichen_contested",
            "Ein freies Aktenzeichen ließ sich nicht vergeben.",
            remedy="Den Befehl noch einmal ausführen.",
        )

    async def _known(self, tenant: str, name: str) -> tuple[Akte, Standing]:
        def work(tx: Transaction) -> tuple[Akte, Standing]:
            akte = metadata.find_akte(tx, tenant, name, self._seen)
            return akte, standings(tx, tenant, [akte])[0]

        return await self._archive.database.read(work)

    async def _akte(self, tenant: str, name: str) -> Akte:
        return await self._archive.database.read(
            lambda tx: metadata.find_akte(tx, tenant, name, self._seen)
        )

    async def _file(
        self,
        akte: Akte,
        title: str,
        content: dict[str, str],
        statement: Statement,
        by: Author,
    ) -> FiledDocument:
        checked_text(by.name, "actor")
        return await filing.file(note(akte, title, content, statement, by), self._archive)


def standings(tx: Transaction, tenant: str, akten: Sequence[Akte]) -> list[Standing]:
    """Return what is known of each of these files for its retention."""
    said = keeping.statements(tx, tenant, [akte.id for akte in akten])
    found = [standing_of(said[akte.id]) for akte in akten]
    taken = [
        a.id for a, s in zip(akten, found, strict=True) if s.offer and s.offer.state == "taken"
    ]
    now = offers.contents(tx, tenant, taken)
    return [
        replace(one, late=True) if one.offer and now.get(akte.id, 0) > one.offer.contents else one
        for akte, one in zip(akten, found, strict=True)
    ]


def _unknown_event(event: str, kind: FileKind) -> InvalidRequest:
    return InvalidRequest(
        "unknown_retention_event",
        "Dieses Ereignis kennt die Aktenart nicht.",
        remedy=f"Möglich sind: {', '.join(sorted(kind.events))}.",
        place=event[:40],
    )
