"""Destroying files with four eyes: proposed by one person, approved by another, then carried out.

A run is carried out in the background, file by file. Each file is judged once more in the unit
of work that destroys it: whatever was noted or filed since the proposal keeps it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from efile.disposal import certificate, refusals
from efile.disposal.carrying import Carrier
from efile.disposal.judging import Judgement, Moment, judge
from efile.disposal.misfiling import GROUNDS, Misfiled, Moved, item_of, look
from efile.filing import Archive
from efile.index import metadata
from efile.index.access.sight import Sight
from efile.index.ending import destroyed, runs
from efile.index.ending.destroyed import Destroyed
from efile.index.ending.runs import Item, RunRow
from efile.model import Akte
from efile.objects import layout, tombstone
from efile.objects.tombstone import Tombstone
from efile.ports import Clock, Host, Transaction
from efile.retention.notes import Author, checked_text

MOST = 500
"""Files of one run: as many as two people can look at."""
_LISTED = "Die Akte steht schon in einem Vorschlag."
_ID = re.compile(r"[0-9a-f-]{36}")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Files somebody wants destroyed, each with a reason."""

    reasons: Mapping[str, str]
    """By id or Aktenzeichen."""
    reason: str
    """Of the whole run."""


@dataclass(frozen=True, slots=True)
class Line:
    """One file of a run as it stands now."""

    item: Item
    judged: Judgement | None
    """None where the file is gone or may not be seen."""
    moved: Moved | None
    """The document a misfiling is about; None where it is none, gone or may not be seen."""
    left: Destroyed | None
    """What is left of it."""


@dataclass(frozen=True, slots=True)
class RunView:
    """A run with its files."""

    run: RunRow
    lines: tuple[Line, ...]

    @property
    def unseen(self) -> bool:
        """Whether it is about files that may not be seen by whoever looks."""
        return any(
            line.item.state == "listed"
            and (line.judged is None or (line.item.document_id and line.moved is None))
            for line in self.lines
        )

    def count(self, state: str) -> int:
        """Return how many files are listed, destroyed or kept."""
        return sum(line.item.state == state for line in self.lines)


class DisposalRoom:
    """Destroying, one office at a time."""

    def __init__(
        self, archive: Archive, clock: Clock, host: Host, seen: Sight | None = None
    ) -> None:
        """What is not ``seen`` behaves like missing; without a sight everything is seen."""
        self._archive = archive
        self._clock = clock
        self._signing = host.signing
        self._seen = seen
        self._carrier = Carrier(archive, clock, host.signing)

    async def judge(self, tenant: str, names: Sequence[str], today: date) -> list[Judgement]:
        """Return for files what would be proposed now and what not, and why.

        Raises:
            NotFound: a file is missing.
        """
        at = Moment(today, self._clock.now_us())

        def work(tx: Transaction) -> list[Judgement]:
            akten = [metadata.find_akte(tx, tenant, name, self._seen) for name in names]
            listed = runs.open_items(tx, tenant, [akte.id for akte in akten])
            taken = {item.akte_id for item in listed if not item.document_id}
            judged = [judge(tx, akte, at, self._archive) for akte in akten]
            return [
                replace(one, against=(*one.against, _LISTED)) if one.akte.id in taken else one
                for one in judged
            ]

        return await self._archive.database.read(work)

    async def propose(self, tenant: str, wanted: Wanted, today: date, by: Author) -> RunRow:
        """Propose files for destruction; the same key proposes once.

        Raises:
            NotFound: a file is missing.
            InvalidRequest: nothing or too much is named, or a reason says nothing.
            Conflict: a file may not be destroyed now, or is in another run.
        """
        if not 1 <= len(wanted.reasons) <= MOST or not _ID.fullmatch(by.key):
            raise refusals.nothing_named(MOST)
        reasons = {name: checked_text(said, "reason") for name, said in wanted.reasons.items()}
        run = RunRow(tenant, by.key, "retention", "proposed", checked_text(wanted.reason, "reason"),
                     checked_text(by.name, "actor"), by.at_us)  # fmt: skip
        at = Moment(today, self._clock.now_us())

        def work(tx: Transaction) -> RunRow:
            if known := runs.find(tx, tenant, run.id):
                return known
            items = [self._item(tx, run, name, why, at) for name, why in reasons.items()]
            if len({item.akte_id for item in items}) < len(items):
                raise refusals.nothing_named(MOST)
            if taken := runs.open_items(tx, tenant, [item.akte_id for item in items]):
                raise refusals.in_another_run(taken[0])
            runs.enter(tx, run, items)
            return run

        return await self._archive.database.write(work)

    def _item(self, tx: Transaction, run: RunRow, name: str, why: str, at: Moment) -> Item:
        akte = metadata.find_akte(tx, run.tenant, name, self._seen)
        judged = judge(tx, akte, at, self._archive)
        if judged.against:
            raise refusals.not_ready(akte, judged.against)
        whole = self._whole(tx, akte)
        return Item(run.tenant, run.id, akte.id, "", akte.aktenzeichen, why, "",
                    whole.documents, whole.changed_at_us)  # fmt: skip

    def _whole(self, tx: Transaction, akte: Akte) -> Akte:
        """Return a file as it is, whatever of it may be seen."""
        if self._seen is None:
            return akte
        return metadata.akten_by_id(tx, akte.tenant, [akte.id])[akte.id]

    async def misfiled(self, tenant: str, found: Misfiled, today: date, by: Author) -> RunRow:
        """Propose to take a document out of a wrong file into the right one.

        Raises:
            NotFound: the document or the right file is missing.
            InvalidRequest: ground or reason say nothing, or it is a note on the file itself.
            Conflict: it lies in the right file already, is held there, or is in another run.
        """
        if not _ID.fullmatch(by.key) or found.ground not in GROUNDS:
            raise refusals.nothing_named(MOST)
        reason, name = checked_text(found.reason, "reason"), checked_text(by.name, "actor")
        run = RunRow(tenant, by.key, "misfiling", "proposed", reason, name, by.at_us)
        at = Moment(today, self._clock.now_us())

        def work(tx: Transaction) -> RunRow:
            if known := runs.find(tx, tenant, run.id):
                return known
            item = item_of(tx, run, found, at, self._seen)
            if taken := runs.open_items(tx, tenant, [item.akte_id]):
                raise refusals.in_another_run(taken[0])
            runs.enter(tx, run, [item])
            return run

        return await self._archive.database.write(work)

    async def taken_out(self, tenant: str, akte: str) -> list[Tombstone]:
        """Return what was taken out of a file as misfiled, the latest first."""
        rows = await self._archive.database.read(lambda tx: destroyed.of_file(tx, tenant, akte))
        return [
            tombstone.read(
                row.tombstone.encode(), self._archive.secret,
                layout.tombstone_key(row.akte_id, row.document_id),
            )
            for row in rows
        ]  # fmt: skip

    async def runs(self, tenant: str, before: str = "", limit: int = 50) -> list[RunRow]:
        """Return the runs of an office, the newest first; reasons only of what is seen."""

        def work(tx: Transaction) -> list[RunRow]:
            found = runs.latest(tx, tenant, before, limit)
            about = {run.id: {i.akte_id for i in runs.items(tx, tenant, run.id)} for run in found}
            ids = sorted({akte for akten in about.values() for akte in akten})
            seen = metadata.akten_by_id(tx, tenant, ids, self._seen)
            return [
                run if about[run.id] <= seen.keys() else replace(run, reason="", decision="")
                for run in found
            ]

        return await self._archive.database.read(work)

    async def proposed(self, tenant: str, person: str, limit: int) -> list[RunRow]:
        """Return what others proposed and this person may approve, the oldest first."""

        def work(tx: Transaction) -> list[RunRow]:
            found: list[RunRow] = []
            for run in runs.undecided(tx, tenant):
                own = run.proposed_by.casefold() == person.casefold()
                if not own and len(found) < limit and self._is_seen(tx, run):
                    found.append(run)
            return found

        return await self._archive.database.read(work)

    def _is_seen(self, tx: Transaction, run: RunRow) -> bool:
        """Tell whether everything a run is about may be seen."""
        items = runs.items(tx, run.tenant, run.id)
        akten = {item.akte_id for item in items}
        seen = metadata.akten_by_id(tx, run.tenant, sorted(akten), self._seen)
        moved = [item for item in items if item.document_id]
        return akten <= seen.keys() and all(look(tx, item, self._seen) for item in moved)

    async def run(self, tenant: str, run: str, today: date) -> RunView:
        """Return a run, each of its files judged as of now.

        Raises:
            NotFound: the office has no such run.
        """
        at = Moment(today, self._clock.now_us())
        return await self._archive.database.read(lambda tx: self._view(tx, tenant, run, at))

    def _view(self, tx: Transaction, tenant: str, name: str, at: Moment) -> RunView:
        run = runs.find(tx, tenant, name)
        if run is None:
            raise refusals.run_missing(name)
        items = runs.items(tx, tenant, name)
        akten = metadata.akten_by_id(tx, tenant, [item.akte_id for item in items], self._seen)
        left = {(one.akte_id, one.document_id): one for one in destroyed.of_run(tx, tenant, name)}
        lines = []
        for item in items:
            akte = akten.get(item.akte_id)
            judged = judge(tx, akte, at, self._archive) if akte else None
            moved = look(tx, item, self._seen) if akte and item.document_id else None
            lines.append(Line(item, judged, moved, left.get((item.akte_id, item.document_id))))
        view = RunView(run, tuple(lines))
        # A reason may name somebody: it is for those who see what it is about.
        return replace(view, run=replace(run, reason="", decision="")) if view.unseen else view

    async def approve(self, tenant: str, run: str, today: date, by: Author) -> RunView:
        """Let a run be carried out: said by another person, who sees everything it is about.

        Raises:
            NotFound: the office has no such run.
            Conflict: it is the same person, somebody decided before, or not all files are seen.
        """
        at = Moment(today, self._clock.now_us())
        name = checked_text(by.name, "actor")

        def work(tx: Transaction) -> RunView:
            found = self._view(tx, tenant, run, at)
            if found.run.state == "approved" and found.run.decided_by == name:
                return found
            if found.run.proposed_by.casefold() == name.casefold():
                raise refusals.same_person()
            if found.unseen:
                raise refusals.not_all_seen()
            if not runs.decide(tx, found.run, "approved", name, by.at_us):
                raise refusals.decided(found.run)
            return self._view(tx, tenant, run, at)

        return await self._archive.database.write(work)

    async def decline(self, tenant: str, run: str, reason: str, by: Author) -> None:
        """Say that a run is not carried out; whoever proposed it may take it back so.

        Raises:
            NotFound: the office has no such run.
            Conflict: somebody decided before.
            InvalidRequest: the reason says nothing.
        """
        why, name = checked_text(reason, "reason"), checked_text(by.name, "actor")

        def work(tx: Transaction) -> None:
            found = runs.find(tx, tenant, run)
            if found is None:
                raise refusals.run_missing(run)
            if not runs.decide(tx, found, "declined", name, by.at_us, why):
                raise refusals.decided(found)

        await self._archive.database.write(work)

    async def certificate(self, tenant: str, run: str) -> bytes:
        """Return the certificate of a run that was carried out, as it lies in storage.

        Raises:
            NotFound: there is no such run, or it is still under way.
            IntegrityBroken: it was altered.
        """
        await self._archive.prepare(tenant)
        key = layout.certificate_key(run)
        if not _ID.fullmatch(run):
            raise refusals.run_missing(run[:40])
        stored = await self._archive.objects.get(tenant, key)
        certificate.read(stored, self._archive.secret, key, self._signing)
        return stored

    async def gone(self, tenant: str, akte: str) -> Destroyed | None:
        """Return what is left of a destroyed file, asked for by Aktenzeichen or id."""
        names = (akte, layout.akte_id(tenant, akte))

        def work(tx: Transaction) -> Destroyed | None:
            found = (destroyed.find(tx, tenant, name) for name in names)
            return next((one for one in found if one), None)

        return await self._archive.database.read(work)

    async def round(self, today: date) -> int:
        """Carry out what was approved, a step of each run; return how much was done."""
        return await self._carrier.round(today)
