"""Takes a multipart body apart as its bytes come in (RFC 2046, 5.1.1), without input or output.

What comes out depends on the bytes alone, never on how they were cut into chunks. The grammar
is taken strictly: text before the first delimiter, after the last one or behind a delimiter on
its line has no meaning here, and readers that skip it disagree about where a part ends.
Beside the chunk in hand no more is held than one block of headers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum

HEAD_BYTES = 8192
"""Longest block of headers of a part."""

_LINE = b"\r\n"
_BLANK = b"\r\n\r\n"


class Malformed(Exception):
    """The body does not keep to the grammar."""


class HeadTooLong(Exception):
    """The headers of a part are longer than :data:`HEAD_BYTES`."""


@dataclass(frozen=True, slots=True)
class Head:
    """A part begins: its headers as they came, without the blank line."""

    raw: bytes


class Mark(Enum):
    """What is neither headers nor content."""

    PART_ENDS = "part ends"


Piece = Head | bytes | Mark
"""What a body is made of; the content of a part comes in any number of pieces."""


class Splitter:
    """Splits one body. Take every piece of a chunk before feeding the next."""

    def __init__(self, boundary: bytes) -> None:
        self._delimiter = _LINE + b"--" + boundary
        # The first delimiter has no line before it; RFC 2046 lets an empty one stand there.
        self._held = b""
        self._hidden = 0
        self._step: Callable[[], Iterator[Piece]] = self._begin
        self._moved = True

    def feed(self, chunk: bytes) -> Iterator[Piece]:
        """Yield what this chunk brings.

        Raises:
            Malformed, HeadTooLong: the body breaks the grammar at this place.
        """
        self._held += chunk
        self._moved = True
        while self._moved:
            self._moved = False
            yield from self._step()

    def end(self) -> None:
        """Say that nothing more comes.

        Raises:
            Malformed: something is missing.
        """
        # The one line end behind the last delimiter may be there or not, but not by half.
        if self._step != self._close or self._held not in {b"", _LINE}:
            raise Malformed

    def _go_on(self, step: Callable[[], Iterator[Piece]], taken: int) -> None:
        self._held = self._held[taken:]
        self._step = step
        self._moved = True

    def _begin(self) -> Iterator[Piece]:
        """Find the first delimiter, which is the beginning of the body."""
        skipped = 0 if self._held.startswith(_LINE[: len(self._held)]) else len(_LINE)
        wanted = self._delimiter[skipped:]
        if not wanted.startswith(self._held[: len(wanted)]):
            raise Malformed
        if len(self._held) >= len(wanted):
            self._go_on(self._after_delimiter, len(wanted))
        yield from ()

    def _after_delimiter(self) -> Iterator[Piece]:
        """Tell by two signs whether a part follows or the end."""
        if len(self._held) < len(_LINE):
            return
        if self._held.startswith(_LINE):
            # It stays: a part without headers has its blank line right here.
            self._go_on(self._head, 0)
        elif self._held.startswith(b"--"):
            self._go_on(self._close, 2)
        else:
            raise Malformed
        yield from ()

    def _head(self) -> Iterator[Piece]:
        blank = self._held.find(_BLANK, 0, HEAD_BYTES + len(_LINE) + len(_BLANK))
        if blank < 0:
            if len(self._held) >= HEAD_BYTES + len(_LINE) + len(_BLANK):
                raise HeadTooLong
            return
        raw = self._held[len(_LINE) : blank]
        # The blank line's end may already be the beginning of a delimiter: an empty part.
        self._hidden = len(_LINE)
        self._go_on(self._content, blank + len(_LINE))
        yield Head(raw)

    def _content(self) -> Iterator[Piece]:
        found = self._held.find(self._delimiter)
        # A delimiter may have begun in the last bytes.
        known = found if found >= 0 else len(self._held) - len(self._delimiter) + 1
        content = self._held[self._hidden : max(known, 0)]
        if found >= 0:
            self._hidden = 0
            self._go_on(self._after_delimiter, found + len(self._delimiter))
        elif known > self._hidden:
            self._held = self._held[known:]
            self._hidden = 0
        else:
            content = b""
        if content:
            yield content
        if found >= 0:
            yield Mark.PART_ENDS

    def _close(self) -> Iterator[Piece]:
        if not _LINE.startswith(self._held):
            raise Malformed
        yield from ()
