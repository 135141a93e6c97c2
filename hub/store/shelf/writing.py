"""Writing bytes into the payload folder so that they are on disk before anybody is told."""

from __future__ import annotations

import hashlib
import os
from collections.abc import AsyncIterable, AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

from hub.core.errors import Unavailable
from hub.disk.folders import make, sync

BLOCK_BYTES = 1024 * 1024
"""Bytes written at once: a thread is asked once per block, and no more is held."""


@contextmanager
def durably() -> Iterator[None]:
    """Say of a disk that refuses what that means."""
    try:
        yield
    except OSError as exc:
        raise Unavailable(
            "payload_not_durable",
            "Die Nutzdaten konnten nicht sicher abgelegt werden.",
            remedy="Plattenplatz im Datenordner prüfen.",
        ) from exc


def put(temporary: Path, path: Path) -> None:
    """Give bytes that are on disk their name, and sync the folders.

    What lies there already is read, because a damaged file must not stand for good bytes, and
    its folder is synced all the same: whoever put it there may not have come so far.
    """
    if not (_is_sound(path) and _touched(path)):
        make(path.parent)
        temporary.rename(path)
    sync(path.parent)


def _touched(path: Path) -> bool:
    """Say that a file is wanted, to whoever removes old ones; false when it is gone by now."""
    try:
        os.utime(path)
    except FileNotFoundError:
        return False
    return True


def _is_sound(path: Path) -> bool:
    """Tell whether a file holds the bytes its name promises."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == path.name
    except FileNotFoundError:
        return False


async def blocks(chunks: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    """Join what arrives in small pieces."""
    block = bytearray()
    async for chunk in chunks:
        block += chunk
        if len(block) >= BLOCK_BYTES:
            yield bytes(block)
            block.clear()
    if block:
        yield bytes(block)
