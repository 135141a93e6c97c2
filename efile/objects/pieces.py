"""Reading large objects piece by piece, on any store."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from typing import IO

from efile.ports import ObjectStore

_PIECE_BYTES = 4 * 1024 * 1024
"""A request per piece: some thousandth of what it takes to send it."""


async def pieces(objects: ObjectStore, tenant: str, key: str) -> AsyncIterator[bytes]:
    """Yield the bytes of an object in order.

    Raises:
        NotFound: no such object.
    """
    start = 0
    while piece := await objects.get_range(tenant, key, start, _PIECE_BYTES):
        yield piece
        start += len(piece)


async def digest_of(
    objects: ObjectStore, tenant: str, key: str, copy: IO[bytes] | None = None
) -> tuple[str, int]:
    """Return digest and length of an object, and write it to ``copy`` on the way.

    Raises:
        NotFound: no such object.
        OSError: the copy cannot be written.
    """
    digest, size = hashlib.sha256(), 0
    async for piece in pieces(objects, tenant, key):
        await asyncio.to_thread(digest.update, piece)
        if copy is not None:
            await asyncio.to_thread(copy.write, piece)
        size += len(piece)
    return digest.hexdigest(), size
