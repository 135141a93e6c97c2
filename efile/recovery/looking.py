"""A storage that is only looked at: what is read is counted, nothing is written or destroyed.

Verification and drills run on it, so that they cannot change what they are to prove.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from efile.errors import FilingError, StorageMisconfigured
from efile.model import LargeFile
from efile.ports import ObjectInfo, ObjectStore, ObjectVersion


class LookedAt:
    """An object store of somebody who may only read."""

    def __init__(self, inner: ObjectStore) -> None:
        self._inner = inner
        self.objects = 0
        """Reads so far."""
        self.bytes = 0
        """What they brought."""

    async def prepare(self, tenant: str) -> None:
        """Make an empty place where there is none: an office may have filed nothing yet."""
        await self._inner.prepare(tenant)

    def unversioned(self) -> tuple[str, ...]:
        """Return the tenants whose place could keep versions but does not."""
        return self._inner.unversioned()

    async def put_once(
        self,
        tenant: str,  # noqa: ARG002  as the port has it
        key: str,
        data: bytes | LargeFile,  # noqa: ARG002  the same
        *,
        by_content: bool = False,  # noqa: ARG002  the same
    ) -> None:
        """Refuse.

        Raises:
            StorageMisconfigured: always.
        """
        raise StorageMisconfigured(
            "storage_only_read",
            "Ein Prüflauf wollte in den Speicher schreiben; das ist ein Programmfehler.",
            remedy="Den Hersteller informieren; am Speicher wurde nichts geändert.",
            place=key,
        )

    async def get(self, tenant: str, key: str) -> bytes:
        """Return all bytes and count them."""
        return self._counted(await self._inner.get(tenant, key))

    async def get_all(self, tenant: str, keys: Sequence[str]) -> list[bytes | FilingError]:
        """Return for each key, in their order, all bytes or why there are none; count them."""
        found = await self._inner.get_all(tenant, keys)
        return [self._counted(one) if isinstance(one, bytes) else one for one in found]

    async def get_range(self, tenant: str, key: str, start: int, length: int) -> bytes:
        """Return ``length`` bytes from ``start`` and count them."""
        return self._counted(await self._inner.get_range(tenant, key, start, length))

    async def head(self, tenant: str, key: str) -> ObjectInfo:
        """Return key and size."""
        return await self._inner.head(tenant, key)

    def pages(self, tenant: str, prefix: str) -> AsyncIterator[list[ObjectInfo]]:
        """Yield every object whose key starts with ``prefix``, page by page, by key."""
        return self._inner.pages(tenant, prefix)

    async def versions(self, tenant: str, prefix: str) -> list[ObjectVersion]:
        """Return every version and delete marker."""
        return await self._inner.versions(tenant, prefix)

    async def delete(self, tenant: str, key: str) -> None:
        """Leave the object where it is."""

    async def destroy(self, tenant: str, key: str) -> int:
        """Leave the object where it is; return how many versions of it that are."""
        return sum(each.key == key for each in await self.versions(tenant, key))

    async def close(self) -> None:
        """Release connections and threads."""
        await self._inner.close()

    def _counted(self, data: bytes) -> bytes:
        self.objects += 1
        self.bytes += len(data)
        return data
