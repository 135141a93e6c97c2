"""The text of a table file in its fixed encoding, whole or piece by piece; nothing is guessed."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import BinaryIO

from hub.core.errors import Undecodable
from hub.formats.encoding import PIECE, Suspicion, is_utf8, refusal

_ASCII_END = 0x7F


def decoded(data: bytes, encoding: str) -> str:
    """Return the text of a file whose encoding the interface fixes.

    Raises:
        Undecodable: empty, or visibly in another encoding.
    """
    if not data.strip():
        raise refusal("empty_file", "Die Datei ist leer.")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as exc:
        raise _wrong(encoding, data.count(b"\n", 0, exc.start) + 1) from exc
    if encoding != "utf-8" and is_utf8(data):
        raise _wrong(encoding, _first_line_beyond_ascii(data))
    return text


def pieces(source: BinaryIO, encoding: str) -> Iterator[str]:
    """Yield the text of a file piece by piece.

    Raises:
        Undecodable: as :func:`decoded`; what speaks against the whole file is known at its end.
    """
    decoder = codecs.getincrementaldecoder(encoding)()
    suspicion, suspected = Suspicion(encoding), 1
    line = 1
    data = source.read(PIECE)
    if not data.strip():
        raise refusal("empty_file", "Die Datei ist leer.")
    while data:
        if not suspicion.roused and not data.isascii():
            suspected = line + _first_line_beyond_ascii(data) - 1
        suspicion.look(data)
        try:
            yield decoder.decode(data)
        except UnicodeDecodeError as exc:
            raise _wrong(encoding, line + data.count(b"\n", 0, exc.start)) from exc
        line += data.count(b"\n")
        data = source.read(PIECE)
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as exc:
        raise _wrong(encoding, line) from exc
    if suspicion.stands():
        raise _wrong(encoding, suspected)


def _first_line_beyond_ascii(data: bytes) -> int:
    at = next(index for index, byte in enumerate(data) if byte > _ASCII_END)
    return data.count(b"\n", 0, at) + 1


def _wrong(encoding: str, line: int) -> Undecodable:
    return refusal("encoding_wrong", f"Die Datei ist nicht in {encoding} geschrieben.", line)
