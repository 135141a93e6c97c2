"""Handing files over to the archive, one office at a time.

What was offered, answered, delivered and confirmed stands in notes of the files themselves:
filing them is the commit point of each step, and a rebuild finds everything again. A step that
was interrupted is taken again; files that have it already are passed over.
"""

from __future__ import annotations

import io
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from efile.errors import Conflict, NotFound
from efile.filing import Archive
from efile.handover import choosing, notes
from efile.handover.choosing import Bounds
from efile.handover.hearing import HearingRoom
from efile.handover.notes import Voice, file_notes
from efile.handover.package import Contents, Written, write_package
from efile.index import metadata, offers
from efile.index.access import guards
from efile.index.access.sight import Sight
from efile.index.keeping import EVIDENCE, NOTE
from efile.index.offers import Extent, Process
from efile.model import Akte, Document
from efile.ports import Transaction
from efile.retention.notes import Author
from efile.retention.room import Outlook, RetentionRoom
from efile.xdomea import names
from efile.xdomea.elements import Element
from efile.xdomea.heads import Head, Parties
from efile.xdomea.records import Event, Record
from efile.xdomea.records import offered as offered_record
from efile.xdomea.writing import write_objects

STEPS = ("handover_after_package",)
"""Between two durable acts; the host's tests stop the process there."""
_NAMESPACE = uuid.UUID("3f0f6f0a-54c1-5d1e-8a3e-2f6f8a7f0a11")
_PAGE = 500
Approve = Callable[[Path], Awaitable[None]]
"""Raises when a package must not leave."""
_STILL = ("offer", "held", "due")
"""Nothing has come up since a file was offered that would keep it here."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A package that was made."""

    written: Written
    akten: tuple[str, ...]
    """Aktenzeichen of what is in it."""
    left_out: tuple[str, ...]
    """Aktenzeichen of files that are wanted but no longer to be given away."""


class HandoverRoom:
    """Offers to the archive and what comes of them."""

    def __init__(
        self, archive: Archive, retention: RetentionRoom, seen: Sight | None = None
    ) -> None:
        """What is not ``seen`` behaves like missing; without a sight everything is seen."""
        self._archive = archive
        self._retention = retention
        self._seen = seen
        self.hearing = HearingRoom(archive, self.files, seen)
        """What the archive says."""

    async def candidates(self, tenant: str, on: date) -> list[Outlook]:
        """Return the files that are to be offered and are not being offered."""
        found: list[Outlook] = []
        after: str | None = None
        while page := await self._retention.outlooks(tenant, on, after, _PAGE):
            found += [one for one in page if choosing.is_to_be_offered(one)]
            after = page[-1].akte.aktenzeichen
        return found

    async def offer(
        self,
        tenant: str,
        by: Author,
        on: date,
        akten: Sequence[str] = (),
        bounds: Bounds = Bounds(),  # noqa: B008  it never changes
    ) -> list[str]:
        """Offer files and return the offers; without names all that are to be offered.

        Raises:
            NotFound: there is no file of a given name.
            Conflict: a named file is not to be offered.
        """
        chosen = (
            await self._named(tenant, akten, on) if akten else await self.candidates(tenant, on)
        )
        extents = await self._extents(tenant, [one.akte.id for one in chosen])
        made: list[str] = []
        for number, batch in enumerate(choosing.batches(chosen, extents, bounds)):
            process = str(uuid.uuid5(_NAMESPACE, f"{tenant}|{by.key}|{number}"))
            voice = Voice(by, on, process)
            await file_notes(self._archive, [notes.offered(one.akte, voice) for one in batch])
            made.append(process)
        return made

    async def _named(self, tenant: str, akten: Sequence[str], on: date) -> list[Outlook]:
        found = [await self._retention.outlook(tenant, name, on) for name in dict.fromkeys(akten)]
        for one in found:
            if one.decision.state != "offer":
                raise not_to_be_offered(one.akte)
        return found

    async def processes(
        self, tenant: str, behind: tuple[int, str] | None = None, limit: int = 50
    ) -> list[Process]:
        """Return offers behind a cursor, the latest first."""
        return await self._archive.database.read(
            lambda tx: offers.processes(tx, tenant, self._seen, behind, limit)
        )

    async def files(self, tenant: str, process: str, on: date) -> list[Outlook]:
        """Return the files of an offer, by Aktenzeichen.

        Raises:
            NotFound: there is no such offer.
            Conflict: it has files that are not seen.
        """

        def work(tx: Transaction) -> list[str]:
            ids = offers.members(tx, tenant, process)
            akten = metadata.akten_by_id(tx, tenant, ids, self._seen)
            if not akten:
                raise _no_offer(process)
            unseen = guards.hidden(tx, tenant, ids, self._seen) if self._seen else set()
            if len(akten) < len(ids) or unseen:
                raise _unseen(process)
            return [akte.aktenzeichen for akte in akten.values()]

        zeichen = await self._archive.database.read(work)
        found = await self._retention.outlooks_of(tenant, zeichen, on)
        return sorted(found, key=lambda one: one.akte.aktenzeichen)

    async def offer_message(
        self, tenant: str, process: str, parties: Parties, on: date, *, titles: bool = False
    ) -> bytes:
        """Return the list of what is offered (0501); the same offer gives the same bytes.

        Args:
            tenant: the office.
            process: the offer.
            parties: who writes to whom.
            on: today.
            titles: whether files are named as here, or only by their kind.
        """
        found = await self.files(tenant, process, on)
        made_us = min(one.standing.offer.at_us for one in found if one.standing.offer)
        extents = await self._extents(tenant, [one.akte.id for one in found])
        stream = io.BytesIO()

        async def objects() -> AsyncIterator[Element]:
            for one in found:
                record = self._record(one, extents, titles=titles)
                if record is not None:
                    yield offered_record(record)

        await write_objects(stream, Head(names.OFFER, process, made_us, parties), objects())
        return stream.getvalue()

    async def deliver(
        self,
        tenant: str,
        folder: Path,
        parties: Parties,
        voice: Voice,
        approve: Approve | None = None,
    ) -> Delivery:
        """Write the package of what the archive wants (0503) into a folder and note it.

        A package that was lost is made again; files the archive has taken in are not.
        Nothing is noted of a package that is not approved.

        Raises:
            NotFound: there is no such offer.
            Conflict: the archive has not answered for every file, or wants none of them.
            IntegrityBroken: storage holds other bytes than were filed; nothing is given away.
        """
        found = await self.files(tenant, voice.process, voice.on)
        wanted = _wanted(voice.process, found)
        given = [one for one in wanted if one.decision.state in _STILL]
        if not given:
            raise nothing_wanted(voice.process)
        extents = await self._extents(tenant, [one.akte.id for one in given])

        async def source() -> AsyncIterator[Contents]:
            for one in given:
                record = self._record(one, extents, titles=True)
                if record is not None:
                    yield await self._contents(record)

        head = Head(names.DELIVERY, voice.process, voice.by.at_us, parties)
        written = await write_package(head, source, folder, self._archive)
        if approve is not None:
            await approve(written.package)
        self._archive.passing(STEPS[0])
        told = Voice(voice.by, voice.on, voice.process, written.sha256)
        await file_notes(
            self._archive,
            [
                notes.delivered(one.akte, told, written.contents[one.akte.id])
                for one in given
                if one.akte.id in written.contents
            ],
        )
        left = tuple(one.akte.aktenzeichen for one in wanted if one not in given)
        return Delivery(written, tuple(one.akte.aktenzeichen for one in given), left)

    async def _contents(self, record: Record) -> Contents:
        akte = record.akte
        found = await self._archive.database.read(
            lambda tx: metadata.akte_view(tx, akte.tenant, akte.id, self._seen)
        )
        kind = self._retention.kinds.find(akte.kind)
        view = found.by_subfile(kind.subfiles if kind else ())
        history = [
            Event(one.actor, one.filed_at_us, one.title) for one in view.documents if is_note(one)
        ]
        counted = sum(not is_note(one) and one.doc_type != EVIDENCE for one in view.documents)
        return Contents(record, view, history, counted)

    async def _extents(self, tenant: str, akten: Sequence[str]) -> dict[str, Extent]:
        return await self._archive.database.read(lambda tx: offers.extents(tx, tenant, akten))

    def _record(
        self, outlook: Outlook, extents: Mapping[str, Extent], *, titles: bool
    ) -> Record | None:
        kind = self._retention.kinds.find(outlook.akte.kind)
        return choosing.record_of(outlook, kind, extents.get(outlook.akte.id), titles=titles)


def is_note(document: Document) -> bool:
    """Tell whether a document only says something of its file."""
    return document.doc_type == NOTE and bool(document.retention)


def _wanted(process: str, found: Sequence[Outlook]) -> list[Outlook]:
    """Return the files the archive wants and does not have.

    Raises:
        Conflict: it has not answered for every file, or wants none.
    """
    states = [(one, one.standing.offer.state) for one in found if one.standing.offer]
    open_ones = [one for one, state in states if state in ("offered", "appraising")]
    if open_ones:
        raise Conflict(
            "offer_unanswered",
            f"Für {len(open_ones)} Akten dieser Anbietung steht die Antwort des Archivs noch aus;"
            " je Anbietung gibt es nur eine Übergabe.",
            remedy="Die Antwort abwarten, oder diese Akten mit „aktenhub efile archive --offer"
            " --akte“ neu anbieten.",
            place=open_ones[0].akte.aktenzeichen,
        )
    wanted = [one for one, state in states if state in ("wanted", "delivered", "refused")]
    if not wanted:
        raise nothing_wanted(process)
    return wanted


def nothing_wanted(process: str) -> Conflict:
    """Nothing of an offer is to be given away."""
    return Conflict(
        "nothing_to_deliver",
        "Aus dieser Anbietung ist nichts zu übergeben.",
        remedy="„aktenhub efile archive“ zeigt, wie die Akten der Anbietung stehen.",
        place=process,
    )


def not_to_be_offered(akte: Akte) -> Conflict:
    """A file is kept, held, free already, or nobody can say."""
    return Conflict(
        "not_to_be_offered",
        "Diese Akte ist dem Archiv an diesem Tag nicht anzubieten.",
        remedy="„aktenhub efile retention show“ sagt, wie lange sie bleibt und warum.",
        place=akte.aktenzeichen,
    )


def _no_offer(process: str) -> NotFound:
    return NotFound(
        "offer_missing",
        "Diese Anbietung gibt es nicht.",
        remedy="„aktenhub efile archive“ listet die Anbietungen auf.",
        place=process[:60],
    )


def _unseen(process: str) -> Conflict:
    return Conflict(
        "offer_not_seen",
        "Zu dieser Anbietung gehören Akten oder Dokumente, die Sie nicht sehen.",
        remedy="Jemand mit Zugriff auf alle Akten der Anbietung führt sie weiter.",
        place=process,
    )
