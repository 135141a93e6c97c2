"""Makes scans findable: words are read off their pages, away from filing.

What was read lies in storage beside the file, so that a rebuilt index reads no page twice; it
can be thrown away and made again. Where Tesseract is not installed nothing is taken: scans
wait until it is.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Awaitable, Callable

from efile.capture.content import PDF, PICTURES, plain_mime
from efile.errors import Conflict, NotDisplayable, NotFound
from efile.index import entries, fulltext, metadata, scans
from efile.index.words.analysis import joined
from efile.isolation.pool import LimitedPool, Limits
from efile.model import Document
from efile.objects import layout
from efile.ports import Clock, Database, Transaction
from efile.renditions.recognition import PROGRAM
from efile.sealing.store import SealedStore

log = logging.getLogger(__name__)

WORKER = "efile.renditions.recognition"
"""Module whose ``JOBS`` the limited child serves."""
_LIMITS = Limits(wall_s=120.0, cpu_s=110, jobs=100)
_MOST_PAGES = 200
_SEPARATOR = "\n\n"
Fetch = Callable[[str, str, int], Awaitable[bytes]]
"""Returns the proven bytes of a part, by tenant, document and position."""


class ScanRoom:
    """Reads scans one after the other: recognition costs seconds of a whole core."""

    def __init__(
        self, fetch: Fetch, database: Database, objects: SealedStore, clock: Clock
    ) -> None:
        self._fetch = fetch
        self._database = database
        self._objects = objects
        self._clock = clock
        self._readers = LimitedPool(WORKER, workers=1, limits=_LIMITS)

    @property
    def can_read(self) -> bool:
        """Whether the program that reads pictures is installed."""
        return shutil.which(PROGRAM) is not None

    async def round(self) -> int:
        """Read one scan that waits, if any; return how many were read.

        Raises:
            StorageUnavailable: it is tried again later.
        """
        if not self.can_read:
            return 0
        now_us = self._clock.now_us()
        taken = await self._database.write(lambda tx: scans.take(tx, now_us))
        if taken is None:
            return 0
        tenant, name = taken
        document = await self._database.read(lambda tx: metadata.find_document(tx, tenant, name))
        text, fault = await self._text(document) if document else ("", "")
        if document and text:
            await self._enter(document, text)
        await self._database.write(
            lambda tx: (
                scans.give_up(tx, tenant, name, fault) if fault else scans.done(tx, tenant, name)
            )
        )
        return 1

    async def close(self) -> None:
        """End the child."""
        await self._readers.close()

    async def _text(self, document: Document) -> tuple[str, str]:
        """Return the words on pictures of a document, from storage where they lie there.

        With them comes what hindered reading; what could not be read as a whole is not kept.
        """
        key = layout.recognised_key(document.akte_id, document.leaf)
        try:
            return (await self._objects.derived(document.tenant, key)).decode(), ""
        except NotFound:
            text, fault = await self._read(document)
        if fault:
            return text, fault
        try:
            await self._objects.put_once(document.tenant, key, text.encode())
        except Conflict:
            # Another node was quicker; its version of the program may read a sign differently.
            return (await self._objects.derived(document.tenant, key)).decode(), ""
        return text, ""

    async def _read(self, document: Document) -> tuple[str, str]:
        found: list[str] = []
        fault = ""
        for part in document.parts:
            mime = plain_mime(part.mime)
            kind = "pdf" if mime == PDF else "image" if mime in PICTURES else ""
            if not kind:
                continue
            try:
                data = await self._fetch(document.tenant, document.id, part.position)
                found += await self._pages(kind, data)
            except NotDisplayable as exc:
                fault = exc.code
            except NotFound as exc:
                log.info("scan_unread", extra={"code": exc.code})
        return _SEPARATOR.join(text for each in found if (text := each.strip())), fault

    async def _pages(self, kind: str, data: bytes) -> list[str]:
        texts: list[str] = []
        pages = 1
        while len(texts) < min(pages, _MOST_PAGES):
            params = {"kind": kind, "page": len(texts) + 1}
            answer, text = await self._readers.run("recognise", params, data)
            pages = int(answer["pages"])
            texts.append(text.decode(errors="replace").replace("\0", " "))
        return texts

    async def _enter(self, document: Document, text: str) -> None:
        """Add the words to what the index has; said again, nothing is added twice."""

        def work(tx: Transaction) -> None:
            known = fulltext.body(tx, document.tenant, document.id)
            if joined(text) not in known:
                whole = f"{known}{_SEPARATOR}{text}" if known else text
                entries.renew(tx, [(document, fulltext.words_of(document, whole))])

        await self._database.write(work)
