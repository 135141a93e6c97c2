"""Copying what was filed into something else, proven on the way and never held as a whole."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from typing import Any, Protocol

from efile.errors import IntegrityBroken
from efile.filing import Archive
from efile.model import HELD_BYTES, Document, DocumentPart
from efile.objects.pieces import pieces


class Sink(Protocol):
    """Something that takes bytes."""

    def write(self, data: bytes, /) -> object:
        """Take these as well."""
        ...


async def copy_part(file: Sink, document: Document, part: DocumentPart, archive: Archive) -> None:
    """Copy the bytes of a part into an open file.

    Raises:
        NotFound: storage has them no more.
        IntegrityBroken: storage holds other bytes than were filed; nothing is to be given away.
    """
    digest = hashlib.sha256()
    async for piece in _pieces(document, part, archive):
        await asyncio.to_thread(_take, piece, digest, file)
    if digest.hexdigest() != part.sha256:
        raise IntegrityBroken(
            "stored_bytes_differ",
            "Die gespeicherten Bytes sind nicht die abgelegten; sie werden nicht ausgeliefert.",
            remedy="Prüflauf der E-Akte starten und die vorherige Fassung wiederherstellen.",
            place=part.place,
        )


async def _pieces(document: Document, part: DocumentPart, archive: Archive) -> AsyncIterator[bytes]:
    if part.size <= HELD_BYTES:
        yield await archive.stored(document, part)
        return
    async for piece in pieces(archive.objects, document.tenant, part.object_key):
        yield piece


def _take(piece: bytes, digest: Any, file: Sink) -> None:  # noqa: ANN401  hashlib names no type
    digest.update(piece)
    file.write(piece)
