"""What lies in storage: every manifest read, every object listed.

All three recoveries begin here, so they agree on what a document is.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from efile.errors import IntegrityBroken, NotFound
from efile.filing import Archive
from efile.model import Document, Fault
from efile.objects import layout, manifest
from efile.recovery import faults

A = TypeVar("A")
B = TypeVar("B")
_AT_ONCE = 16


@dataclass(slots=True)
class Survey:
    """A tenant's storage at one moment."""

    sizes: dict[str, int] = field(default_factory=dict)
    """Every object by key."""
    documents: dict[str, Document] = field(default_factory=dict)
    """Every document with a readable manifest, by id."""
    altered: list[Fault] = field(default_factory=list)
    """Manifests that cannot be believed."""
    manifest_bytes: int = 0

    def referenced(self) -> set[str]:
        """Return the keys of all blobs that a manifest names."""
        return {part.object_key for each in self.documents.values() for part in each.parts}

    def orphans(self) -> list[str]:
        """Return the keys no manifest accounts for."""
        known = self.referenced()
        return [key for key in self.sizes if key not in known and not layout.is_manifest(key)]


async def survey(tenant: str, archive: Archive) -> Survey:
    """List everything and read every manifest."""
    seen = Survey()
    async for page in archive.objects.pages(tenant, layout.ROOT):
        seen.sizes |= {item.key: item.size for item in page}
    keys = sorted(key for key in seen.sizes if layout.is_manifest(key))

    async def read(key: str) -> bytes | None:
        try:
            return await archive.objects.get(tenant, key)
        except NotFound:
            return None

    async for key, stored in each_of(keys, read):
        if stored is None:
            del seen.sizes[key]
            continue
        _enter(seen, tenant, key, stored, archive.secret)
    return seen


def _enter(seen: Survey, tenant: str, key: str, stored: bytes, secret: bytes) -> None:
    seen.manifest_bytes += len(stored)
    try:
        document = manifest.read(stored, secret, key)
    except IntegrityBroken:
        seen.altered.append(faults.manifest_altered(key))
        return
    if document.tenant != tenant:
        seen.altered.append(faults.manifest_altered(key))
    elif document.id in seen.documents:
        seen.altered.append(faults.document_twice(key))
    else:
        seen.documents[document.id] = document


async def loss(
    tenant: str, key: str, archive: Archive, missing: Callable[[str], Fault]
) -> Fault | None:
    """Look for one object itself, which may have been filed after the listing.

    Return what is wrong with it: ``missing``, or hidden by a delete marker, which even an
    object lock does not prevent.
    """
    try:
        await archive.objects.head(tenant, key)
    except NotFound:
        versions = await archive.objects.versions(tenant, key)
        hidden = any(each.key == key and each.is_delete_marker for each in versions)
        return faults.object_hidden(key) if hidden else missing(key)
    return None


async def each_of(
    items: Sequence[A], work: Callable[[A], Awaitable[B]]
) -> AsyncIterator[tuple[A, B]]:
    """Yield each item with its result; a bounded number of them is under way at once."""
    for start in range(0, len(items), _AT_ONCE):
        group = items[start : start + _AT_ONCE]
        results = await asyncio.gather(*(work(item) for item in group))
        for item, result in zip(group, results, strict=True):
            yield item, result
