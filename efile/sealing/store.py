"""An object store that seals what belongs to a file, before any other.

Whoever reads and writes sees contents; storage sees sealed ones. What files share (packs) and
what belongs to none passes as it is: packs are sealed entry by entry (:mod:`efile.filing`).
Objects of the time before sealing are read as they lie there.

Sizes are those in storage: a sealed content is a little larger than what was filed.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from tempfile import NamedTemporaryFile

from efile.errors import FilingError, IntegrityBroken, NotFound
from efile.model import LargeFile
from efile.objects import layout
from efile.objects.faults import object_missing
from efile.ports import ObjectInfo, ObjectStore, ObjectVersion
from efile.sealing import envelope
from efile.sealing.envelope import HEADER_BYTES, SEGMENT, TAG, DataKey, Header
from efile.sealing.ring import KeyRing

log = logging.getLogger(__name__)

_HEADERS_KEPT = 1_000


class SealedStore:
    """The object store port on another store."""

    def __init__(self, inner: ObjectStore, ring: KeyRing) -> None:
        self._inner = inner
        self._ring = ring
        self._headers: dict[tuple[str, str], Header | None] = {}
        """Of objects that are read in pieces; without one the object is not sealed."""

    @property
    def inner(self) -> ObjectStore:
        """What lies beneath."""
        return self._inner

    async def prepare(self, tenant: str) -> None:
        """Create the tenant's place if it is missing."""
        await self._inner.prepare(tenant)

    def unversioned(self) -> tuple[str, ...]:
        """Return the tenants whose place could keep versions but does not."""
        return self._inner.unversioned()

    async def put_once(
        self, tenant: str, key: str, data: bytes | LargeFile, *, by_content: bool = False
    ) -> None:
        """Seal and write the object and read it back; the same content again changes nothing."""
        if not _file(key):
            await self._inner.put_once(tenant, key, data, by_content=by_content)
        elif isinstance(data, LargeFile):
            await self._put_file(await self._own(tenant, key), key, data, by_content=by_content)
        else:
            sealed = envelope.seal(await self._own(tenant, key), key, data)
            await self._inner.put_once(tenant, key, sealed, by_content=by_content)

    async def _put_file(self, own: DataKey, key: str, file: LargeFile, *, by_content: bool) -> None:
        with NamedTemporaryFile(prefix="efile-") as copy:
            digest, size = await asyncio.to_thread(envelope.seal_file, own, key, file, copy.file)
            await asyncio.to_thread(copy.flush)
            sealed = LargeFile(Path(copy.name), digest, size)
            await self._inner.put_once(own.tenant, key, sealed, by_content=by_content)

    async def _own(self, tenant: str, key: str) -> DataKey:
        file = tenant, _file(key)
        found = (await self._ring.for_filing([file]))[file]
        if isinstance(found, FilingError):
            raise found
        return found

    async def get(self, tenant: str, key: str) -> bytes:
        """Return the whole content.

        Raises:
            NotFound: no such object, or its key is gone.
            IntegrityBroken: it was altered, or sealed for another place.
        """
        stored = await self._inner.get(tenant, key)
        if not _file(key):
            return stored
        return await self._ring.opened(tenant, _file(key), key, stored)

    async def derived(self, tenant: str, key: str) -> bytes:
        """Return what was made from documents, lies sealed, and can be made again.

        It has no digest anywhere else. So what is not sealed, or was sealed for another place, was
        put there by somebody else: it is destroyed, and counts as missing.

        Raises:
            NotFound: there is no such object.
        """
        stored = await self._inner.get(tenant, key)
        try:
            if envelope.is_sealed(stored):
                return await self._ring.opened(tenant, _file(key), key, stored)
        except IntegrityBroken:
            pass
        log.warning("derived_object_altered", extra={"tenant": tenant})
        await self.destroy(tenant, key)
        raise object_missing(key)

    async def get_all(self, tenant: str, keys: Sequence[str]) -> list[bytes | FilingError]:
        """Return for each key, in their order, the whole content or why there is none."""
        stored = await self._inner.get_all(tenant, keys)
        opening = [
            await self._opening(tenant, key, found) for key, found in zip(keys, stored, strict=True)
        ]
        return await asyncio.to_thread(_unsealed, list(zip(keys, stored, opening, strict=True)))

    async def _opening(
        self, tenant: str, key: str, found: bytes | FilingError
    ) -> DataKey | FilingError | None:
        """Return what opens an object; nothing where it is not sealed."""
        if isinstance(found, FilingError) or not _file(key) or not envelope.is_sealed(found):
            return None
        try:
            return await self._ring.of_file(tenant, _file(key), key, found)
        except (NotFound, IntegrityBroken) as exc:
            return exc

    async def get_range(self, tenant: str, key: str, start: int, length: int) -> bytes:
        """Return ``length`` bytes of the content from ``start`` (fewer at the end)."""
        header = await self._header(tenant, key) if _file(key) else None
        if header is None:
            return await self._inner.get_range(tenant, key, start, length)
        end = min(start + length, header.size)
        if end <= start:
            return b""
        first, last = start // SEGMENT, (end - 1) // SEGMENT
        at = HEADER_BYTES + first * (SEGMENT + TAG)
        sealed = await self._inner.get_range(tenant, key, at, (last - first + 1) * (SEGMENT + TAG))
        own = await self._ring.opening(tenant, header, key)
        opened = envelope.open_segments(own, key, header, first, sealed)
        if len(opened) < end - first * SEGMENT:
            raise envelope.altered(key)
        return opened[start - first * SEGMENT : end - first * SEGMENT]

    async def _header(self, tenant: str, key: str) -> Header | None:
        if (tenant, key) not in self._headers:
            begin = await self._inner.get_range(tenant, key, 0, HEADER_BYTES)
            header = envelope.header_of(begin, key) if envelope.is_sealed(begin) else None
            if header is not None and header.akte != _file(key):
                raise envelope.altered(key)
            if len(self._headers) >= _HEADERS_KEPT:
                self._headers.clear()
            self._headers[tenant, key] = header
        return self._headers[tenant, key]

    async def head(self, tenant: str, key: str) -> ObjectInfo:
        """Return key and size in storage."""
        return await self._inner.head(tenant, key)

    def pages(self, tenant: str, prefix: str) -> AsyncIterator[list[ObjectInfo]]:
        """Yield every object whose key starts with ``prefix``, page by page, by key."""
        return self._inner.pages(tenant, prefix)

    async def versions(self, tenant: str, prefix: str) -> list[ObjectVersion]:
        """Return every version and delete marker."""
        return await self._inner.versions(tenant, prefix)

    async def delete(self, tenant: str, key: str) -> None:
        """Remove the object; an absent one is fine."""
        await self._inner.delete(tenant, key)

    async def destroy(self, tenant: str, key: str) -> int:
        """Remove the object with every version; return how many versions storage keeps."""
        return await self._inner.destroy(tenant, key)

    async def close(self) -> None:
        """Release connections and threads."""
        await self._inner.close()


def _file(key: str) -> str:
    """Return the file whose key seals the object; empty where it passes as it is."""
    return "" if key.startswith(layout.DATA_KEYS_ROOT) else layout.akte_of(key)


def _unsealed(
    stored: Sequence[tuple[str, bytes | FilingError, DataKey | FilingError | None]],
) -> list[bytes | FilingError]:
    """Return each content; runs beside the event loop."""
    return [_opened(*one) for one in stored]


def _opened(
    key: str, found: bytes | FilingError, own: DataKey | FilingError | None
) -> bytes | FilingError:
    if isinstance(own, FilingError):
        return own
    if isinstance(found, FilingError) or own is None:
        return found
    try:
        return envelope.unseal(own, key, found)
    except IntegrityBroken as exc:
        return exc
