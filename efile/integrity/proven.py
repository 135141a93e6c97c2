"""Files too large to be held: read in pieces, and worth nothing without their digest."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from efile.errors import IntegrityBroken
from efile.model import LargeFile

PIECE_BYTES = 1024 * 1024
"""Read at once: beyond this, larger pieces save no time."""


class ProvenReader:
    """A stream that does not give its last byte away before its digest is right."""

    def __init__(self, file: LargeFile, opened: BinaryIO) -> None:
        self._file = file
        self._opened = opened
        self._left = file.size
        self._digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes.

        Raises:
            IntegrityBroken: the file is not what was said of it.
        """
        piece = self._opened.read(self._left if size < 0 else min(size, self._left))
        self._digest.update(piece)
        self._left -= len(piece)
        ends_early = self._left > 0 and size != 0 and not piece
        if ends_early or (not self._left and self._digest.hexdigest() != self._file.sha256):
            raise source_differs(self._file)
        return piece


@contextmanager
def proven(file: LargeFile) -> Iterator[ProvenReader]:
    """Open a file to be read once, from its beginning to its end.

    Raises:
        IntegrityBroken: there is no such file.
    """
    try:
        opened = file.path.open("rb")
    except FileNotFoundError as exc:
        raise source_differs(file) from exc
    with opened:
        yield ProvenReader(file, opened)


def pieces_of(opened: BinaryIO | ProvenReader, size: int = PIECE_BYTES) -> Iterator[bytes]:
    """Yield what is left of a stream, piece by piece."""
    while piece := opened.read(size):
        yield piece


def source_differs(file: LargeFile) -> IntegrityBroken:
    """What was handed in is not what it was said to be."""
    return IntegrityBroken(
        "source_differs",
        "Die abzulegende Datei fehlt oder wurde verändert; sie wurde nicht abgelegt.",
        remedy="Die Datei aus der Sicherung herstellen oder vom Absender neu anfordern.",
        place=file.sha256[:12],
    )
