"""Sealed contents within packs: each document's manifest and parts for itself.

A document keeps its place when it is packed with other neighbours, so its sealed bytes are the
same in every pack.
"""

from __future__ import annotations

from efile.model import Document, DocumentPart
from efile.sealing.envelope import header_of, is_sealed, sealed_size
from efile.sealing.ring import KeyRing

PACKED_MANIFEST = "packed/manifest"
"""For what a packed manifest is sealed; which document it is of stands within."""


def packed_place(document: str, position: int) -> str:
    """Return for what a part is sealed."""
    return f"packed/{document}/{position}"


def room(part: DocumentPart) -> int:
    """Return how many bytes to read from where a packed part begins: more than a clear one has."""
    return sealed_size(part.size)


async def part_of(stored: bytes, document: Document, part: DocumentPart, ring: KeyRing) -> bytes:
    """Return a packed part from the bytes that lie where it begins.

    Raises:
        NotFound: the file's key is gone.
        IntegrityBroken: it was altered, or is another document's.
    """
    if not is_sealed(stored):
        return stored[: part.size]
    place = packed_place(document.id, part.position)
    return await ring.opened(document.tenant, document.akte_id, place, stored[: room(part)])


async def manifest_of(stored: bytes, tenant: str, place: str, ring: KeyRing) -> bytes:
    """Return a packed manifest.

    Raises:
        NotFound: the file's key is gone.
        IntegrityBroken: it was altered.
    """
    if not is_sealed(stored):
        return stored
    akte = header_of(stored, place).akte
    return await ring.opened(tenant, akte, PACKED_MANIFEST, stored)
