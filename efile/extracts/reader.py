"""Reading extracts; whatever of them cannot be believed counts as missing.

Storage says which documents there are, extracts only spare reading them one by one. Nothing in
an extract has a digest anywhere else, so that it must lie sealed. An extract with anything else
in it was put there by somebody else: it is destroyed, and the documents are read.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import AsyncIterator, Sequence

from efile.errors import IntegrityBroken, NotFound
from efile.extracts import form
from efile.filing import Archive
from efile.index.entries import Entry
from efile.model import Document
from efile.objects import layout, pack
from efile.sealing.envelope import header_of, is_sealed

log = logging.getLogger(__name__)

_HELD = 8
"""Extracts held: documents that are entered together lie in one or two."""
Found = dict[str, pack.Packed]
"""Documents of an extract by id."""


class Extracts:
    """The extracts of one office."""

    def __init__(self, tenant: str, archive: Archive) -> None:
        self._tenant = tenant
        self._archive = archive
        self.sizes: dict[str, int] = {}
        """Of today's reading, by key."""
        self._turn = asyncio.Lock()
        self._held: OrderedDict[str, tuple[bytes, Found]] = OrderedDict()

    @classmethod
    async def listed(cls, tenant: str, archive: Archive) -> Extracts:
        """See which there are."""
        found = cls(tenant, archive)
        async for page in archive.objects.pages(tenant, layout.EXTRACTS_ROOT):
            found.sizes |= {e.key: e.size for e in page if form.is_read_today(e.key)}
        return found

    async def manifests(self, key: str, stored: bytes) -> AsyncIterator[tuple[str, bytes]]:
        """Yield the manifests an extract holds copies of, with where they should lie."""
        for (name, version), found in zip(*_named(stored), strict=True):
            sealed = pack.content(stored, found.manifest)
            if not sealed:
                continue
            opened = await self._opened(key, sealed, form.MANIFEST_PLACE)
            if opened is not None:
                akte = header_of(sealed, key).akte
                yield layout.manifest_key(akte, name, version), opened

    async def entry(self, document: Document, place: int) -> Entry | None:
        """Return what is known of the document at a place in the log, if anything."""
        key = form.key_of(place)
        stored, found = await self._extract(key)
        slots = found.get(document.id)
        if slots is None or len(slots.parts) != 1:
            return None
        sealed = pack.content(stored, slots.parts[0])
        words = await self._opened(key, sealed, form.words_place(document))
        return None if words is None else form.entry_from(document, words)

    async def _extract(self, key: str) -> tuple[bytes, Found]:
        async with self._turn:
            if key not in self._held:
                self._held[key] = await self._fetched(key)
                while len(self._held) > _HELD:
                    self._held.popitem(last=False)
            return self._held[key]

    async def _fetched(self, key: str) -> tuple[bytes, Found]:
        if key not in self.sizes:
            return b"", {}
        try:
            stored = await self._archive.objects.get(self._tenant, key)
        except NotFound:
            return b"", {}
        return stored, {name: found for (name, _), found in zip(*_named(stored), strict=True)}

    async def _opened(self, key: str, sealed: bytes, place: str) -> bytes | None:
        """Return what was sealed for a place; None where it is not, or its key is gone."""
        try:
            if is_sealed(sealed):
                akte = header_of(sealed, key).akte
                return await self._archive.keys.opened(self._tenant, akte, place, sealed)
        except NotFound:
            return None
        except IntegrityBroken:
            pass
        await self._drop(key)
        return None

    async def _drop(self, key: str) -> None:
        if self.sizes.pop(key, None) is not None:
            log.warning("derived_object_altered", extra={"tenant": self._tenant})
            await self._archive.objects.destroy(self._tenant, key)


def _named(stored: bytes) -> tuple[Sequence[tuple[str, int]], Sequence[pack.Packed]]:
    """Return names and places of the documents of an extract; nothing of a damaged one."""
    contents = pack.read(stored)
    return (pack.named(stored), contents.documents) if contents.sound else ((), ())
