"""Making extracts, away from filing: of each run of the log, once a signed head covers it.

From then on the places of documents in the log stay what they are.

What is in them is read from storage and proven, as a rebuild without them would do it; the index
in use is never copied into them. Extracts can be made again, and prove nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from efile.errors import Conflict, FilingError, IntegrityBroken, NotFound
from efile.extracts import form
from efile.filing import Archive, entry
from efile.index import log, metadata
from efile.index import text as document_text
from efile.index.ending import destroyed
from efile.index.ending.destroyed import Destroyed
from efile.index.entries import Entry
from efile.integrity.digest import leaf_hash, sha256_hex
from efile.isolation.pool import LimitedPool
from efile.model import HELD_BYTES, Document, Part
from efile.objects import layout, pack, tombstone
from efile.ports import Transaction

_POLITE = replace(document_text.LIMITS, nice=19)


class ExtractRoom:
    """Makes the extracts of every office."""

    def __init__(self, archive: Archive) -> None:
        self._readers = LimitedPool(document_text.WORKER, workers=1, limits=_POLITE)
        self._archive = replace(archive, readers=self._readers)
        self._seen: dict[str, set[str]] = {}
        """Extracts that were there when this process last listed them, by office."""
        self._looked: dict[str, int] = {}
        """When something had last been taken out of a file then: extracts went with it."""
        self._next: dict[str, int] = {}
        """Where in the log it goes on."""

    async def round(self, tenant: str) -> int:
        """Make one extract that is missing, and rest as long; return how many documents it has.

        Raises:
            StorageUnavailable: it is tried again later.
        """
        time = asyncio.get_running_loop().time
        begun = time()
        made = await self.make(tenant)
        await asyncio.sleep(time() - begun if made else 0)
        return made

    async def make(self, tenant: str) -> int:
        """Make the first extract that is missing; return how many places of the log it covers."""
        head, taken_out = await self._archive.database.read(
            lambda tx: (
                log.newest_head(tx, tenant, stored=True),
                destroyed.last_taken_out(tx, tenant),
            )
        )
        if self._looked.get(tenant) != taken_out:
            self._seen[tenant] = await self._listed(tenant)
            self._looked[tenant] = taken_out
            self._next[tenant] = 0
        begin, seen = self._next[tenant], self._seen[tenant]
        while form.key_of(begin) in seen:
            begin += layout.EXTRACT_RUN
        self._next[tenant] = begin
        if head is None or head.size < begin + layout.EXTRACT_RUN:
            return 0
        await self._make(tenant, begin)
        self._next[tenant] += layout.EXTRACT_RUN
        return layout.EXTRACT_RUN

    async def close(self) -> None:
        """End the child."""
        await self._readers.close()

    async def _listed(self, tenant: str) -> set[str]:
        """Return the extracts there are; one that keeps a misfiled document is destroyed."""
        await self._archive.prepare(tenant)
        objects = self._archive.objects
        found: set[str] = set()
        async for page in objects.pages(tenant, layout.EXTRACTS_ROOT):
            found |= {item.key for item in page}
        rows = await self._archive.database.read(lambda tx: destroyed.of_tenant(tx, tenant))
        for row in rows:
            prefixes = _extracts_of(row, self._archive.secret)
            for key in [key for key in found if key.startswith(prefixes)]:
                if await self._holds(tenant, key, row.document_id):
                    # Whoever made it died before it was seen that the document goes.
                    await objects.destroy(tenant, key)
                    found.discard(key)
        return found

    async def _holds(self, tenant: str, key: str, document: str) -> bool:
        try:
            stored = await self._archive.objects.get(tenant, key)
        except NotFound:
            return False
        return not pack.read(stored).sound or document in {name for name, _ in pack.named(stored)}

    async def _make(self, tenant: str, begin: int) -> None:
        documents = await self._documents(tenant, begin)
        items = [item for each in documents if (item := await self._item(each)) is not None]
        key = form.key_of(begin)
        await self._drop_others(tenant, begin)
        if not items:
            return
        data, _ = pack.build(tenant, items)
        try:
            await self._archive.objects.put_once(tenant, key, data)
        except Conflict:
            # Another node was quicker, or what lay there was damaged.
            return
        names = [item.id for item in items]
        left = await self._archive.database.read(
            lambda tx: metadata.find_documents(tx, tenant, names)
        )
        if len(left) < len(names):
            # What was taken out of its file meanwhile must not stay here.
            await self._archive.objects.destroy(tenant, key)

    async def _documents(self, tenant: str, begin: int) -> Sequence[Document]:
        def work(tx: Transaction) -> list[Document]:
            names = log.documents_at(tx, tenant, begin, begin + layout.EXTRACT_RUN)
            return sorted(metadata.find_documents(tx, tenant, names).values(), key=_by_id)

        return await self._archive.database.read(work)

    async def _drop_others(self, tenant: str, begin: int) -> None:
        """Take away what was read in another way."""
        async for page in self._archive.objects.pages(tenant, layout.extract_prefix(begin)):
            for item in page:
                if item.key != form.key_of(begin):
                    await self._archive.objects.destroy(tenant, item.key)

    async def _item(self, document: Document) -> pack.Item | None:
        """Return a document as storage has it; None where it is not whole, or too large."""
        if any(part.size > HELD_BYTES for part in document.parts):
            return None
        try:
            stored = await self._manifest(document)
            found = await self._entry(document)
        except (NotFound, IntegrityBroken):
            # Verification tells.
            return None
        file = document.tenant, document.akte_id
        own = (await self._archive.keys.for_filing([file]))[file]
        return None if isinstance(own, FilingError) else form.item_of(found, stored, own)

    async def _manifest(self, document: Document) -> bytes:
        """Return the manifest; nothing of a packed document, whose pack is read anyway.

        Raises:
            NotFound: it is gone.
            IntegrityBroken: it is another.
        """
        if document.packed:
            return b""
        key = layout.commit_key(document)
        stored = await self._archive.objects.get(document.tenant, key)
        if leaf_hash(stored) != document.leaf:
            raise _other(key)
        return stored

    async def _entry(self, document: Document) -> Entry:
        parts = []
        for listed in document.parts:
            data = await self._archive.stored(document, listed)
            if sha256_hex(data) != listed.sha256:
                raise _other(listed.place)
            parts.append(Part(listed.role, listed.name, listed.mime, data))
        return await entry(document, parts, self._archive)


def _extracts_of(row: Destroyed, secret: bytes) -> tuple[str, ...]:
    """Return where extracts lie that cover a document that was taken out of its file."""
    if not row.document_id:
        return ()
    place = layout.tombstone_key(row.akte_id, row.document_id)
    try:
        return tombstone.read(row.tombstone.encode(), secret, place).extracts
    except IntegrityBroken:
        # Verification tells.
        return ()


def _by_id(document: Document) -> str:
    return document.id


def _other(place: str) -> IntegrityBroken:
    return IntegrityBroken(
        "stored_bytes_differ",
        "Die gespeicherten Bytes sind nicht die abgelegten.",
        remedy="Prüflauf der E-Akte starten und die vorherige Fassung wiederherstellen.",
        place=place,
    )
