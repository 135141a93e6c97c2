"""Renditions as PDF/A: made in the background, kept sealed beside the file, made again at will.

A rendition is one object: a line that says from which original it was made, by what and how it
was checked, then the bytes; without bytes the original itself will do. It lies under the file's
prefix for what can be made again and goes with its file or document.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from copy import copy
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from efile.capture.content import PDF, XLSX, plain_mime
from efile.errors import Conflict, NotDisplayable, NotFound
from efile.export import orders
from efile.export.background import Background
from efile.export.orders import ExportRow, Finished
from efile.integrity.digest import sha256_hex
from efile.isolation.pool import LimitedPool, Limits
from efile.legibility import formats
from efile.model import Document, DocumentPart
from efile.objects import layout
from efile.pdfa import wording
from efile.pdfa.office import ENDINGS, Office
from efile.ports import Clock, Database
from efile.sealing.store import SealedStore

WORKER = "efile.pdfa.jobs"
"""Module whose ``JOBS`` the limited child serves."""
LIMITS = Limits(wall_s=300.0, cpu_s=280, memory_mb=2048, jobs=50)
_ACTOR = "pdfa"
_SHRUNK = 12_700.0
"""No page of LibreOffice is longer (points): it shrinks what stands on it, past reading."""


class Source(Protocol):
    """The e-file as somebody may see it."""

    async def document(self, tenant: str, document_id: str) -> Document:
        """Return the document."""
        ...

    async def fetch(self, tenant: str, document_id: str, part: int = 0) -> bytes:
        """Return the proven bytes of a part."""
        ...


@dataclass(frozen=True, slots=True)
class Rendition:
    """What is known of a rendition."""

    original: str
    """SHA-256 of the original it was made from."""
    way: str
    """``as_it_is``, ``corrected``, ``drawn``, ``pictures``, ``set`` or ``office``."""
    flavour: str
    """Part and level of PDF/A, e.g. ``2b``."""
    pages: int
    engine: str
    """What made it, with version."""
    checker: str
    """What proved it, with version."""
    made_at_us: int
    lost: int = 0
    """Signs no font had."""
    size: int = 0
    """Bytes; 0 where the original will do."""
    sha256: str = ""

    @property
    def note(self) -> str:
        """How it was made, German."""
        return wording.note_of(self.way, self.lost)


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether there is a rendition, is going to be one, or why not."""

    rendition: Rendition | None = None
    running: bool = False
    fault: str = ""
    """Code of what went wrong the last time."""

    @property
    def reason(self) -> str:
        """What went wrong, German."""
        return wording.reason_of(self.fault) if self.fault else ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is told on pages of our own."""

    title: str
    lines: Sequence[Mapping[str, object]]
    """Each with the fields of :class:`efile.renditions.typesetting.Line`."""
    source: bytes
    """What they tell of; it goes with the pages as a file."""
    name: str
    mime: str


class PdfaRoom:
    """Renditions of the documents somebody sees."""

    def __init__(
        self, source: Source, database: Database, objects: SealedStore, clock: Clock
    ) -> None:
        self._source = source
        self._database = database
        self._objects = objects
        self._clock = clock
        self._pool = LimitedPool(WORKER, limits=LIMITS)
        self._office = Office()
        self._background = Background(database, clock)

    def seen_by(self, source: Source) -> PdfaRoom:
        """Return the same room for somebody who sees less of the e-file."""
        seen = copy(self)
        seen._source = source  # noqa: SLF001  a copy of itself
        return seen

    async def standing(self, tenant: str, document_id: str, part: int) -> Standing:
        """Return how it stands with the rendition of a part.

        Raises:
            NotFound: no such document or part.
        """
        document, one = await self._part(tenant, document_id, part)
        order = _order(document, one)
        row = await self._database.read(lambda tx: orders.find(tx, tenant, order))
        seen = row.seen_at(self._clock.now_us()) if row else None
        if seen and seen.state == "running":
            return Standing(running=True)
        held = await self._held(document, one)
        return Standing(held, fault=seen.fault if seen and not held else "")

    async def begin(self, tenant: str, document_id: str, part: int, *, again: bool = False) -> None:
        """Begin to make a rendition, unless there is one or it is being made.

        Raises:
            NotFound: no such document or part.
            FilingError: too much waits.
        """
        standing = await self.standing(tenant, document_id, part)
        if standing.running or (standing.rendition and not again):
            return
        document, one = await self._part(tenant, document_id, part)

        async def work() -> Finished:
            # Somebody who asked at the same time may have had it made meanwhile.
            if again or not await self._held(document, one):
                await self._make(document, one)
            return Finished((), "")

        row = ExportRow(
            tenant, _order(document, one), document.akte_id, _ACTOR, self._clock.now_us(), 1
        )
        await self._background.begin(row, work)

    async def make(self, tenant: str, document_id: str, part: int = 0) -> Rendition:
        """Make a rendition, or make it again, and return once it is stored.

        Raises:
            NotFound: no such document or part.
            NotDisplayable: there is no way, or none that can be proven.
        """
        return await self._make(*await self._part(tenant, document_id, part))

    async def fetch(self, tenant: str, document_id: str, part: int) -> bytes:
        """Return the bytes of a rendition, proven to be those that were checked.

        Raises:
            NotFound: there is none.
        """
        document, one = await self._part(tenant, document_id, part)
        try:
            stored = await self._objects.derived(tenant, _key(document, one))
        except NotFound as exc:
            raise _missing() from exc
        head, _, data = stored.partition(b"\n")
        if not data or sha256_hex(data) != json.loads(head)["sha256"]:
            raise _missing()
        return data

    async def written(self, sheet: Sheet) -> bytes:
        """Return lines of our own as PDF/A, with what they tell of inside.

        Raises:
            NotDisplayable: the fonts are missing, or they are too many.
        """
        params = {
            "lines": sheet.lines, "title": sheet.title, "name": sheet.name, "mime": sheet.mime,
            "digest": sha256_hex(sheet.source),
        }  # fmt: skip
        facts, made = await self._pool.run("write", params, sheet.source)
        if "refused" in facts:
            raise _no_rendition(str(facts["refused"]))
        return made

    async def close(self) -> None:
        """Stop what is under way."""
        await self._background.close()
        await self._pool.close()

    async def _part(
        self, tenant: str, document_id: str, part: int
    ) -> tuple[Document, DocumentPart]:
        document = await self._source.document(tenant, document_id)
        if not 0 <= part < len(document.parts):
            raise _missing()
        return document, document.parts[part]

    async def _held(self, document: Document, part: DocumentPart) -> Rendition | None:
        try:
            # The whole of it: what is made anew lies under the same key, and ranges are read as
            # the object was when it was first looked into.
            head = await self._objects.derived(document.tenant, _key(document, part))
        except NotFound:
            return None
        return Rendition(**json.loads(head.partition(b"\n")[0]))

    async def _make(self, document: Document, part: DocumentPart) -> Rendition:
        data = await self._source.fetch(document.tenant, document.id, part.position)
        facts, engine, made = await self._convert(part, data)
        rendition = Rendition(
            original=part.sha256, way=facts["way"], flavour=facts["flavour"],
            pages=facts["pages"], engine=engine, checker=facts["checker"],
            made_at_us=self._clock.now_us(), lost=facts.get("lost", 0), size=len(made),
            sha256=sha256_hex(made) if made else "",
        )  # fmt: skip
        await self._keep(document, part, rendition, made)
        return rendition

    async def _convert(self, part: DocumentPart, data: bytes) -> tuple[dict[str, Any], str, bytes]:
        mime, engine, original = plain_mime(part.mime), "aktenhub", data
        if mime in ENDINGS and (laid_out := await self._laid_out(mime, data)):
            data, mime = laid_out, PDF
        facts, made = await self._pool.run("make", {"mime": mime, "digest": part.sha256}, data)
        if "refused" in facts:
            code = str(facts["refused"])
            raise _no_rendition("rendition_no_way" if code == "no_pages" else code)
        if data is not original:
            engine = str(facts["producer"])
            if facts["way"] != "drawn":
                facts["way"], made = "office", made or data
        return facts, engine, made

    async def _laid_out(self, mime: str, data: bytes) -> bytes | None:
        """Return a document as LibreOffice lays it out; of a workbook that may be nothing.

        Then its words are set anew: less is seen, but nothing it holds is missing.

        Raises:
            NotDisplayable: the program is not there, or fails.
        """
        if mime != XLSX:
            return await self._office.to_pdf(mime, data)
        with suppress(NotDisplayable):
            for whole_sheets in (True, False):
                made = await self._office.to_pdf(mime, data, whole_sheets=whole_sheets)
                seen, _ = await self._pool.run("look_over", {}, made)
                if seen["hides"]:
                    return None
                if seen["side"] < _SHRUNK or not whole_sheets:
                    return made
        return None

    async def _keep(
        self, document: Document, part: DocumentPart, rendition: Rendition, data: bytes
    ) -> None:
        key = _key(document, part)
        stored = json.dumps(asdict(rendition)).encode() + b"\n" + data
        await self._objects.destroy(document.tenant, key)
        # Another node may be quicker; its rendition was proven as well.
        with suppress(Conflict):
            await self._objects.put_once(document.tenant, key, stored)
        await self._database.write(
            lambda tx: formats.note_rendition(tx, document.tenant, document.id, part.position)
        )


def _key(document: Document, part: DocumentPart) -> str:
    return layout.rendition_key(document.akte_id, document.leaf, part.position)


def _order(document: Document, part: DocumentPart) -> str:
    """Return the name under which everybody finds the same work."""
    return str(uuid.uuid5(uuid.UUID(document.id), f"pdfa/{part.position}"))


def _no_rendition(code: str) -> NotDisplayable:
    return NotDisplayable(
        code, wording.reason_of(code), remedy="Das Original bleibt, wie es ist, und ist abrufbar."
    )


def _missing() -> NotFound:
    return NotFound(
        "rendition_missing",
        "Diese PDF/A-Fassung gibt es nicht oder nicht mehr.",
        remedy="Auf der Seite des Dokuments neu erstellen.",
    )
