"""The one door of the e-file.

Every method names a tenant, and a name of another tenant behaves exactly like a missing one.
Bytes leave only after their digest was compared.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from copy import copy
from typing import Protocol

from efile import filing
from efile.access.room import AccessRoom
from efile.comparing import room as comparing
from efile.contents.room import ContentsRoom
from efile.disposal.room import DisposalRoom
from efile.errors import FilingError, IntegrityBroken, NotFound, StorageMisconfigured
from efile.export.room import ExportRoom
from efile.extracts.room import ExtractRoom
from efile.filing import Archive
from efile.finding.room import FindingRoom
from efile.handover.room import HandoverRoom
from efile.index import metadata
from efile.index import text as document_text
from efile.index.access import sight
from efile.inspection.room import InspectionRoom
from efile.integrity.digest import sha256_hex
from efile.isolation.pool import LimitedPool
from efile.kinds.catalog import FileKinds
from efile.legibility.room import LegibilityRoom
from efile.model import (
    Akte,
    AkteView,
    Capability,
    Document,
    DocumentPart,
    FiledDocument,
    FilingRequest,
    FormNode,
    Hit,
    PageImage,
    PageText,
    Readable,
    RebuildReport,
    ReconcileReport,
    VerifyReport,
)
from efile.objects.probe import probe
from efile.pdfa.room import PdfaRoom
from efile.ports import Clock, Database, Host, ObjectStore
from efile.preserving.room import PreservingRoom
from efile.proof.room import ProofRoom
from efile.recovery.rebuild import rebuild
from efile.recovery.reconcile import reconcile
from efile.recovery.verify import verify
from efile.renditions import pages
from efile.renditions.first_pages import FirstPageRoom
from efile.renditions.scans import ScanRoom
from efile.renditions.structured import form_of, is_structured
from efile.retention.room import RetentionRoom
from efile.sealing.ring import KeyRing
from efile.sealing.store import SealedStore
from efile.sealing.wrapping import Secrets

_SHORTEST_SECRET = 32
_MOST_HITS = 200
_PAGE_WIDTH = 1000


class EFile:
    """The electronic case file of every tenant of one installation."""

    def __init__(
        self,
        database: Database,
        objects: ObjectStore,
        clock: Clock,
        secrets: Secrets,
        host: Host = Host(),  # noqa: B008  it never changes
    ) -> None:
        """Open the rooms; ``host`` is what else is handed in."""
        _demand_long(secrets)
        self._database = database
        self.keys = KeyRing(database, objects, secrets.keys)
        self._objects = SealedStore(objects, self.keys)
        self._clock = clock
        self._readers = LimitedPool(document_text.WORKER, limits=document_text.LIMITS)
        self._drawers = LimitedPool(pages.WORKER)
        self._comparers = LimitedPool(comparing.WORKER, workers=1, limits=comparing.LIMITS)
        self._pages = pages.PageRoom(self._drawers)
        self._archive = Archive(
            database, self._objects, self._readers, secrets.names, self.keys,
            host.kinds or FileKinds.load(), host.passing, host.beside,
        )  # fmt: skip
        self._host = host
        self._look(None)
        self.extracts = ExtractRoom(self._archive)
        self.exports = ExportRoom(self, database, self._objects, clock)
        self.inspections = InspectionRoom(self, self._archive, clock)
        self.pdfa = PdfaRoom(self, database, self._objects, clock)
        self.scans = ScanRoom(self.fetch, database, self._objects, clock)
        self.first_pages = FirstPageRoom(self, self._objects, database, clock, self._pages, host)

    def behind(
        self,
        walls: Collection[str],
        *,
        person: str = "",
        units: Collection[str] = (),
        stands_for: Collection[str] = (),
        opened: Collection[str] = (),
    ) -> EFile:
        """Return this e-file as somebody sees it who was let behind these walls, and no others.

        Files of other kinds, files of other units, blocked files and documents, and what is in
        them, behave like missing ones. ``opened`` are files opened in an emergency; whoever
        stands for others sees what they work on, but not what is blocked for them alone.
        """
        kinds = frozenset(kind.id for kind in self._archive.kinds if kind.wall in walls)
        seen = copy(self)
        names = {sight.unit(one) for one in units} | {sight.person(one) for one in stands_for}
        if person:
            names |= {sight.person(person), sight.confidant(person)}
        seen._look(sight.Sight(kinds, frozenset(names), frozenset(opened)))  # noqa: SLF001  a copy of itself
        seen.exports = self.exports.seen_by(seen)
        seen.inspections = self.inspections.seen_by(seen)
        seen.pdfa = self.pdfa.seen_by(seen)
        seen.first_pages = self.first_pages.seen_by(seen)
        return seen

    def _look(self, seen: sight.Sight | None) -> None:
        """Open the rooms to somebody who sees this much; without a sight everything."""
        self._sight = seen
        self.retention = RetentionRoom(self._archive, seen)
        """How long files are kept, and opening new ones."""
        self.handover = HandoverRoom(self._archive, self.retention, seen)
        """Offering files to the archive and handing them over."""
        self.preserving = PreservingRoom(self._archive, self.retention, self._host, seen)
        self.proof = ProofRoom(self._archive, self._clock, self._host, seen)
        """Signed heads of the log, and what is proven with them."""
        self.access = AccessRoom(self._archive, seen)
        """Who may see what, and who is responsible."""
        self.contents = ContentsRoom(self._archive, seen)
        """Files in portions, as they are and as they were."""
        self.legibility = LegibilityRoom(self._archive, seen)
        """What can be read, today and in years."""
        self.finding = FindingRoom(self._archive, seen)
        """Documents by their words."""
        self.comparing = comparing.ComparingRoom(self, self._objects, self._comparers)
        self.disposal = DisposalRoom(self._archive, self._clock, self._host, seen)
        """Destroying files with four eyes."""

    async def file(self, request: FilingRequest) -> FiledDocument:
        """File one document; see :mod:`efile.filing`."""
        return await filing.file(request, self._archive)

    async def file_all(
        self, requests: Sequence[FilingRequest]
    ) -> list[FiledDocument | FilingError]:
        """File many documents of any tenants in one unit of work.

        Return for each, in their order, a receipt or what was wrong; see :mod:`efile.filing`.
        """
        return await filing.file_all(requests, self._archive)

    async def akten(
        self, tenant: str, query: str = "", after: str | None = None, limit: int = 50
    ) -> list[Akte]:
        """Return files in the order of their Aktenzeichen, beginning behind ``after``."""
        return await self._database.read(
            lambda tx: metadata.akten(tx, tenant, query, after, limit, self._sight)
        )

    async def akte(self, tenant: str, akte_id: str) -> AkteView:
        """Return the file with this id or Aktenzeichen, with matters and documents.

        Raises:
            NotFound: this tenant has no such file.
        """
        return await self.contents.view(tenant, akte_id)

    async def document(self, tenant: str, document_id: str) -> Document:
        """Return the document.

        Raises:
            NotFound: this tenant has no such document.
        """
        return await self._database.read(
            lambda tx: metadata.document(tx, tenant, document_id, self._sight)
        )

    async def fetch(self, tenant: str, document_id: str, part: int = 0) -> bytes:
        """Return the bytes of one part, proven to be those that were filed.

        Raises:
            NotFound: no such document or part.
            IntegrityBroken: storage holds other bytes, or none.
        """
        document = await self.document(tenant, document_id)
        return await self._bytes(document, _part(document, part))

    async def search(self, tenant: str, text: str, limit: int = 50) -> list[Hit]:
        """Return files whose name or Aktenzeichen begins so, then documents by their words."""
        limit = max(1, min(limit, _MOST_HITS))
        akten = await self.akten(tenant, text, limit=min(limit, 5)) if text.strip() else []
        found = await self.finding.documents(tenant, text, limit - len(akten))
        return [*map(_akte_hit, akten), *found]

    async def page_count(self, tenant: str, document_id: str, part: int | None = None) -> int:
        """Return the number of pages of the part, or of the part people look at first."""
        return await self._pages.count(*await self._shown(tenant, document_id, part))

    async def page_image(
        self, tenant: str, document_id: str, page: int, *, width: int = _PAGE_WIDTH,
        part: int | None = None,
    ) -> PageImage:  # fmt: skip
        """Return page ``page`` (from 1) as PNG, ``width`` pixels wide."""
        return await self._pages.image(*await self._shown(tenant, document_id, part), page, width)

    async def preview(
        self, mime: str, data: bytes, page: int, *, width: int = _PAGE_WIDTH
    ) -> PageImage:
        """Draw a page of bytes that are in no file, to tell into which they belong.

        Raises:
            NotFound: no such page.
            NotDisplayable: they have no pages or cannot be read.
        """
        return await self._pages.image(pages.Loose(sha256_hex(data), mime), data, page, width)

    async def page_text(
        self, tenant: str, document_id: str, page: int, *, part: int | None = None
    ) -> PageText:
        """Return the text of page ``page`` (from 1) with the boxes of its words."""
        return await self._pages.text(*await self._shown(tenant, document_id, part), page)

    async def form(self, tenant: str, document_id: str, part: int | None = None) -> FormNode:
        """Return a structured part as a form; without ``part`` the first structured one."""
        document = await self.document(tenant, document_id)
        structured = [each.position for each in document.parts if is_structured(each)]
        chosen = _part(document, part if part is not None else (structured or [0])[0])
        return form_of(chosen, await self._bytes(document, chosen))

    async def readable(self, tenant: str, document_id: str, part: int = 0) -> Readable:
        """Return what a mail, a text, a table or a Word document says, laid out plainly."""
        document = await self.document(tenant, document_id)
        chosen = _part(document, part)
        if not pages.is_readable(chosen):
            raise pages.not_pages(chosen)
        return await self._pages.readable(chosen, await self._bytes(document, chosen))

    async def verify(self, tenant: str) -> VerifyReport:
        """Read and hash every object of the tenant again."""
        await self._archive.prepare(tenant)
        return await verify(tenant, self._archive, self._clock, self._host)

    async def reconcile(self, tenant: str) -> ReconcileReport:
        """Compare storage and index; enter what a crash left unentered."""
        await self._archive.prepare(tenant)
        return await reconcile(tenant, self._archive, self._clock, self._host)

    async def rebuild(self, tenant: str) -> RebuildReport:
        """Build the tenant's index from storage alone."""
        await self._archive.prepare(tenant)
        return await rebuild(tenant, self._archive, self._clock, self._host)

    async def probe(self, tenant: str) -> list[Capability]:
        """Try out what the storage really does."""
        await self._archive.prepare(tenant)
        return await probe(self._objects.inner, tenant)

    async def unversioned(self, tenants: Sequence[str]) -> list[str]:
        """See to the places of these tenants; return those that could keep versions but do not.

        Places seen to before cost nothing, but those found lacking are looked at again.

        Raises:
            StorageUnavailable: the storage cannot be reached.
        """
        for tenant in self._objects.unversioned():
            await self._objects.prepare(tenant)
        for tenant in tenants:
            await self._archive.prepare(tenant)
        return [one for one in self._objects.unversioned() if one in tenants]

    async def ping(self, tenant: str) -> None:
        """Return when the storage answers.

        Raises:
            StorageUnavailable: it does not.
        """
        await self._objects.prepare(tenant)

    async def close(self) -> None:
        """End the child processes and the connections to storage."""
        await _close(self.exports, self.inspections, self.pdfa, self.scans, self.first_pages)
        await _close(self.extracts, self._readers, self._drawers, self._comparers, self._objects)

    async def _shown(
        self, tenant: str, document_id: str, part: int | None
    ) -> tuple[DocumentPart, bytes]:
        document = await self.document(tenant, document_id)
        shown = pages.shown_part(document) if part is None else _part(document, part)
        if pages.kind_of(shown) is None:
            raise pages.not_pages(shown)
        return shown, await self._bytes(document, shown)

    async def _bytes(self, document: Document, part: DocumentPart) -> bytes:
        try:
            data = await self._archive.stored(document, part)
        except (NotFound, IntegrityBroken) as exc:
            raise _broken(part) from exc
        if sha256_hex(data) != part.sha256:
            raise _broken(part)
        return data


class _Closing(Protocol):
    """What holds children, tasks or connections."""

    async def close(self) -> None: ...


async def _close(*rooms: _Closing) -> None:
    for room in rooms:
        await room.close()


def _demand_long(secrets: Secrets) -> None:
    if len(secrets.names) < _SHORTEST_SECRET:
        raise StorageMisconfigured(
            "name_secret_too_short",
            "Das Geheimnis der E-Akte ist zu kurz.",
            remedy="Ein Geheimnis von mindestens 32 Bytes erzeugen und sicher aufbewahren.",
        )


def _part(document: Document, position: int) -> DocumentPart:
    if not 0 <= position < len(document.parts):
        raise NotFound(
            "part_missing",
            "Diesen Teil hat das Dokument nicht.",
            remedy="Dokument über die Akte öffnen.",
        )
    return document.parts[position]


def _akte_hit(akte: Akte) -> Hit:
    return Hit(
        kind="akte",
        akte_id=akte.id,
        aktenzeichen=akte.aktenzeichen,
        akte_title=akte.title,
        document_id=None,
        title=akte.title,
        filed_at_us=akte.changed_at_us,
        excerpt="",
        marks=(),
    )


def _broken(part: DocumentPart) -> IntegrityBroken:
    return IntegrityBroken(
        "stored_bytes_differ",
        "Die gespeicherten Bytes sind nicht die abgelegten; sie werden nicht ausgeliefert.",
        remedy="Prüflauf der E-Akte starten und die vorherige Fassung wiederherstellen.",
        place=part.place,
    )
