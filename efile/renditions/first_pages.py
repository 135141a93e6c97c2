"""Pictures of first pages, so that a document is seen before the browser has drawn it.

They are drawn away from filing, the newest documents first, or when somebody opens a document
that has none; they lie sealed beside the file, go with it, and can be made again. A picture
bridges some milliseconds: it is no part of the document and proves nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from copy import copy
from typing import Protocol

from efile.errors import Conflict, IntegrityBroken, NotDisplayable, NotFound
from efile.index import metadata
from efile.index.queues import first_pages as queue
from efile.isolation.pool import LimitedPool, Limits
from efile.model import Document
from efile.objects import layout
from efile.ports import Clock, Database, Host, Transaction
from efile.renditions import pages
from efile.sealing.store import SealedStore

log = logging.getLogger(__name__)

_AT_ONCE = 4
"""Documents taken from the queue at a time."""
_LARGEST = 64 * 1024 * 1024
"""Bytes; a larger document is not read as a whole for one picture."""
_POLITE = Limits(nice=19)


class Files(Protocol):
    """The e-file, as whoever asks sees it."""

    async def document(self, tenant: str, document_id: str) -> Document:
        """Return the document."""
        ...

    async def fetch(self, tenant: str, document_id: str, part: int = 0) -> bytes:
        """Return the proven bytes of a part."""
        ...


class FirstPageRoom:
    """Draws first pages and keeps their pictures in storage."""

    def __init__(
        self,
        files: Files,
        objects: SealedStore,
        database: Database,
        clock: Clock,
        drawn: pages.PageRoom,
        host: Host,
    ) -> None:
        """``drawn`` draws for somebody who waits; ``host`` says when pictures are made."""
        self._files = files
        self._objects = objects
        self._database = database
        self._clock = clock
        self._drawn = drawn
        self._ahead = host.first_pages
        self._drawers = LimitedPool(pages.WORKER, workers=1, limits=_POLITE)
        self._politely = pages.PageRoom(self._drawers, cache_bytes=0)

    def seen_by(self, files: Files) -> FirstPageRoom:
        """Return this room as somebody sees it who sees so much of the e-file."""
        seen = copy(self)
        seen._files = files  # noqa: SLF001  a copy of itself
        return seen

    async def picture(self, tenant: str, document_id: str) -> bytes:
        """Return the first page as WebP: from storage, else drawn now and kept there.

        Raises:
            NotFound: no such document, or it has no picture.
            StorageUnavailable: the storage cannot be reached.
        """
        document = await self._files.document(tenant, document_id)
        if not queue.has_pages(document) or await self.lacking(tenant, [document_id]):
            raise _missing()
        try:
            return await self._stored(document)
        except NotFound:
            picture = await self._make(document, self._drawn)
        if picture is None:
            raise _missing()
        return picture

    async def lacking(self, tenant: str, documents: Sequence[str]) -> frozenset[str]:
        """Return those of the documents there is no picture of, and will be none."""
        if self._ahead == "never":
            return frozenset(documents)
        found = await self._database.read(lambda tx: queue.given_up(tx, tenant, documents))
        return frozenset(found)

    async def round(self) -> int:
        """Draw a few of the pages that wait, resting as long as it worked; return how many.

        Raises:
            StorageUnavailable: they are tried again later.
        """
        if self._ahead != "filed":
            if not await self._database.read(queue.is_empty):
                await self._database.write(queue.forget)
            return 0
        now_us = self._clock.now_us()
        if await self._database.read(queue.is_empty):
            return 0
        taken = await self._database.write(lambda tx: queue.take(tx, now_us, _AT_ONCE))
        time = asyncio.get_running_loop().time
        for tenant, name in taken:
            begun = time()
            await self._see_to(tenant, name)
            await asyncio.sleep(time() - begun)
        return len(taken)

    async def close(self) -> None:
        """End the child."""
        await self._drawers.close()

    async def _see_to(self, tenant: str, name: str) -> None:
        document = await self._database.read(lambda tx: metadata.find_document(tx, tenant, name))
        if document is None or not queue.has_pages(document) or await self._is_stored(document):
            await self._database.write(lambda tx: queue.done(tx, tenant, name))
            return
        try:
            await self._make(document, self._politely)
        except (NotFound, IntegrityBroken) as exc:
            # Destroyed meanwhile, or storage is damaged, which verification tells.
            log.info("first_page_not_drawn", extra={"code": exc.code})

    async def _is_stored(self, document: Document) -> bool:
        try:
            await self._objects.head(document.tenant, _place(document))
        except NotFound:
            return False
        return True

    async def _stored(self, document: Document) -> bytes:
        return await self._objects.derived(document.tenant, _place(document))

    async def _make(self, document: Document, drawn: pages.PageRoom) -> bytes | None:
        """Draw and keep the picture; None where there can be none, which is remembered."""
        try:
            picture = await self._draw(document, drawn)
        except NotDisplayable as exc:
            reason = exc.code
            await self._database.write(lambda tx: queue.give_up(tx, document, reason))
            return None
        try:
            await self._objects.put_once(document.tenant, _place(document), picture)
        except Conflict:
            # Another version of the program drew it a little differently, or the file is gone.
            picture = await self._stored(document)
        if not await self._database.write(lambda tx: _finish(tx, document)):
            await self._objects.destroy(document.tenant, _place(document))
            raise _missing()
        return picture

    async def _draw(self, document: Document, drawn: pages.PageRoom) -> bytes:
        part = pages.shown_part(document)
        if part.size > _LARGEST:
            raise pages.not_pages(part)
        data = await self._files.fetch(document.tenant, document.id, part.position)
        return await drawn.first(part, data)


def _finish(tx: Transaction, document: Document) -> bool:
    """Nothing is left to be drawn; return whether the document is still there."""
    queue.done(tx, document.tenant, document.id)
    return metadata.find_document(tx, document.tenant, document.id) is not None


def _place(document: Document) -> str:
    return layout.first_page_key(document.akte_id, document.leaf)


def _missing() -> NotFound:
    return NotFound(
        "first_page_missing",
        "Von diesem Dokument gibt es kein Bild der ersten Seite.",
        remedy="Das Dokument öffnen; seine Seiten zeigt die Ansicht auch ohne das Bild.",
    )
