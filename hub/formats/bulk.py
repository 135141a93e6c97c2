"""Large XML, checked while it is read: no tree is kept, memory does not grow with the document.

libxml2 validates element by element. It tells whether a document is right, but not where it is
wrong; a document that failed is therefore read once more, line by line, to see in which line
each error comes up. The line is that of the end of the faulty element or start tag.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import BinaryIO

from lxml import etree

from hub.core.errors import Undecodable
from hub.core.findings import MAX_FINDINGS, Verdict
from hub.formats.base import Reading
from hub.formats.encoding import BULK, PIECE, refusal, utf8_pieces
from hub.formats.explain import translated

HARD: Mapping[str, bool] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "dtd_validation": False,
    "huge_tree": False,
    "recover": False,
}
"""What every parser of XML is told; long texts and deep trees stay refused also here."""


def judge(schema: etree.XMLSchema, source: BinaryIO) -> Reading:
    """Check a surveyed document against a schema.

    Raises:
        Undecodable: a text is too long.
    """
    source.seek(0)
    if _passes(schema, _Pieces(utf8_pieces(source, BULK))):
        return Reading(Verdict.PASSED)
    source.seek(0)
    lines = _Lines(utf8_pieces(source, BULK))
    lines.watch(_parsing(schema, lines))
    if not lines.log:
        # Well-formed, and nothing against the schema: only libxml2's own bounds are left.
        raise too_long(None)
    found = [translated(word, message, line) for word, message, line in lines.log]
    counts = Counter(finding.rule for finding in found)
    return Reading(Verdict.FAILED, tuple(found[:MAX_FINDINGS]), counts=counts)


class _Pieces:
    """A document that hands itself out piece by piece."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces

    def read(self, _: int) -> bytes:
        """Return the next piece; nothing at the end."""
        return next(self._pieces, b"")


class _Lines:
    """A document that hands itself out line by line and notes in which one errors appear."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._lines = _lines_of(pieces)
        self._number = 0
        self._parsing: etree.iterparse | None = None
        self.log: list[tuple[str, str, int]] = []
        """libxml2's word and message, and the line it came up in."""

    def read(self, _: int) -> bytes:
        """Return the next line; nothing at the end or when enough was found."""
        self._note()
        self._number += 1
        return b"" if len(self.log) > MAX_FINDINGS else next(self._lines, b"")

    def watch(self, parsing: etree.iterparse) -> None:
        """Parse to the end."""
        self._parsing = parsing
        # The end of a document that failed, or was cut short, is itself an error.
        with suppress(etree.XMLSyntaxError):
            _drain(parsing)
        self._note()

    def _note(self) -> None:
        if self._parsing is not None:
            new = list(self._parsing.error_log)[len(self.log) :]
            self.log += [
                (entry.type_name, entry.message, max(self._number, 1))
                for entry in new
                if entry.type_name.startswith("SCHEMAV")
            ]


def _lines_of(pieces: Iterator[bytes]) -> Iterator[bytes]:
    rest = b""
    for piece in pieces:
        lines = (rest + piece).split(b"\n")
        rest = lines.pop()
        yield from (line + b"\n" for line in lines)
        if len(rest) > PIECE:
            yield rest
            rest = b""
    yield rest


def _parsing(schema: etree.XMLSchema, source: _Pieces | _Lines) -> etree.iterparse:
    return etree.iterparse(source, events=("end",), encoding="utf-8", schema=schema, **HARD)


def _drain(parsing: etree.iterparse) -> None:
    """Parse to the end; what has been judged is let go at once."""
    for _, element in parsing:
        element.clear()
        parent = element.getparent()
        while parent is not None and parent[0] is not element:
            del parent[0]


def _passes(schema: etree.XMLSchema, source: _Pieces) -> bool:
    try:
        _drain(_parsing(schema, source))
    except etree.XMLSyntaxError:
        return False
    return True


def refuse_long_text(exc: etree.XMLSyntaxError) -> None:
    """Refuse what libxml2 finds too long for a single text or name.

    Raises:
        Undecodable: that is what it found.
    """
    if "huge text node" in str(exc) or "too long" in str(exc):
        raise too_long(exc.lineno) from exc


def too_long(line: int | None) -> Undecodable:
    """Return the error for a text or name beyond libxml2's bounds."""
    message = "Ein Text oder Name ist zu lang (10 MB); Anlagen bitte als eigene Datei senden."
    return refusal("text_too_long", message, line)
