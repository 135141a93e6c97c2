"""Foreign bytes become UTF-8: the allowed encodings, and whether a file keeps to its own.

Text in a wrong encoding is refused, not guessed: a name that was mended once is wrong for ever.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from hub.core.errors import Undecodable
from hub.core.findings import Finding

_CODECS = {
    "utf-8": "utf-8",
    "utf-16": "utf-16",
    "iso-8859-1": "iso8859-1",
    "iso-8859-15": "iso8859-15",
    "windows-1252": "cp1252",
}
_DECLARATION = re.compile(
    r"<\?xml\s+version\s*=\s*[\"']([^\"']*)[\"'](?:\s+encoding\s*=\s*[\"']([^\"']*)[\"'])?"
)
_SECOND_BYTES = {
    char
    for codec in ("iso8859-1", "iso8859-15", "cp1252")
    for char in bytes(range(0x80, 0xC0)).decode(codec, "ignore")
}
_GARBLED = re.compile(f"[ÂÃ][{re.escape(''.join(sorted(_SECOND_BYTES)))}]|[\x80-\x9f]")
"""UTF-8 read as a single-byte encoding, and control characters no text contains."""

_CONTROL_BYTES = re.compile(b"\xc2[\x80-\x9f]")
"""Those control characters in UTF-8."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a document may be at most."""

    bytes: int = 50_000_000
    depth: int = 100
    """libxml2 stops at 256; no real message comes near either."""
    elements: int = 500_000
    attributes_per_element: int = 100
    attributes: int = 1_000_000


LIMITS = Limits()

BULK = Limits(bytes=2_000_000_000, elements=100_000_000, attributes=200_000_000)
"""For documents that are only checked, piece by piece, and never held as a tree."""

PIECE = 256 * 1024
"""Bytes read at once: enough to be fast, few enough to stay small."""


def refusal(
    code: str, message: str, line: int | None = None, column: int | None = None
) -> Undecodable:
    """Return the error for bytes that are not acceptable XML."""
    return Undecodable(
        code,
        message,
        remedy="Bitte die Datei berichtigen und unter neuer Nachrichtennummer erneut senden.",
        findings=(Finding(code, message, line=line, column=column),),
    )


def to_utf8(data: bytes, limits: Limits = LIMITS) -> bytes:
    """Return the document as UTF-8 without byte order mark.

    Raises:
        Undecodable: empty, too large, or in an encoding that is not allowed or not true.
    """
    if not data.strip():
        raise refusal("empty_file", "Die Datei ist leer.")
    if len(data) > limits.bytes:
        raise refusal("oversize", f"Die Datei ist größer als {limits.bytes} Bytes.")
    codec, start = _codec_of(data)
    body = data[start:] if start else data
    if codec == "utf-8" and body.isascii():
        _refuse_nul(data, body.find(b"\0"))
        return body
    text = _decoded(body, codec)
    _refuse_nul(data, text.find("\0"))
    utf8 = body if codec == "utf-8" else text.encode()
    if _is_suspect(utf8):
        _refuse_garbled(text)
    if not codec.startswith("utf") and is_utf8(body):
        raise _garbled(1)
    return utf8


def utf8_pieces(source: BinaryIO, limits: Limits) -> Iterator[bytes]:
    """Yield a document as UTF-8 piece by piece, without byte order mark.

    Raises:
        Undecodable: as :func:`to_utf8`; what speaks against the whole is known at its end.
    """
    head = source.read(PIECE)
    if not head.strip():
        raise refusal("empty_file", "Die Datei ist leer.")
    codec, start = _codec_of(head)
    decoder = codecs.getincrementaldecoder(codec)()
    suspicion = Suspicion(codec)
    size, line, before = 0, 1, ""
    data = head[start:]
    while data:
        size += len(data)
        if size > limits.bytes:
            raise refusal("oversize", f"Die Datei ist größer als {limits.bytes} Bytes.")
        suspicion.look(data)
        try:
            text = decoder.decode(data)
        except UnicodeDecodeError as exc:
            raise _untrue(codec, line + data.count(b"\n", 0, exc.start)) from exc
        _refuse_signs(before + text, line)
        yield text.encode()
        line += text.count("\n")
        before = text[-1:]
        data = source.read(PIECE)
    if suspicion.stands():
        raise _garbled(1)


def _refuse_signs(text: str, line: int) -> None:
    at = text.find("\0")
    if at >= 0:
        raise refusal("nul_bytes", "Die Datei enthält Nullbytes.", line + text.count("\n", 0, at))
    garbled = None if text.isascii() else _GARBLED.search(text)
    if garbled:
        raise _garbled(line + text.count("\n", 0, garbled.start()))


class Suspicion:
    """Looks whether bytes said to be of a single-byte encoding are UTF-8 all through."""

    def __init__(self, encoding: str) -> None:
        self._decoder: codecs.IncrementalDecoder | None = None
        if not encoding.startswith("utf"):
            self._decoder = codecs.getincrementaldecoder("utf-8")()
        self.roused = False
        """Whether there was a byte beyond ASCII."""

    def look(self, data: bytes) -> None:
        """Look at the next piece."""
        if self._decoder is not None and (self.roused or not data.isascii()):
            self.roused = True
            self._try(data, last=False)

    def stands(self) -> bool:
        """Return, at the end, whether all of it was UTF-8."""
        self._try(b"", last=True)
        return self.roused and self._decoder is not None

    def _try(self, data: bytes, *, last: bool) -> None:
        try:
            if self._decoder is not None:
                self._decoder.decode(data, last)
        except UnicodeDecodeError:
            self._decoder = None


def _codec_of(data: bytes) -> tuple[str, int]:
    """Return the Python codec and the length of the byte order mark."""
    mark, length = _byte_order_mark(data)
    head = data[length : length + 400].decode(mark or "iso8859-1", "replace")
    declaration = _DECLARATION.match(head)
    declared = (declaration[2] or "").lower() if declaration else ""
    if declaration and declaration[1] != "1.0":
        raise refusal("xml_version", f"XML-Version {declaration[1]} ist nicht erlaubt, nur 1.0.", 1)
    if declared and declared not in _CODECS:
        raise refusal("encoding_forbidden", f"Die Kodierung {declared} ist nicht erlaubt.", 1)
    codec = _CODECS[declared] if declared else mark or "utf-8"
    if mark and not mark.startswith(codec):
        raise refusal("encoding_wrong", f"Deklariert ist {declared}, die Datei ist {mark}.", 1)
    if codec == "utf-16" and not mark:
        raise refusal("encoding_forbidden", "UTF-16 ist nur mit Byte-Reihenfolge-Marke erlaubt.", 1)
    return mark or codec, length


def _byte_order_mark(data: bytes) -> tuple[str, int]:
    if data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise refusal("encoding_forbidden", "Die Kodierung UTF-32 ist nicht erlaubt.", 1)
    if data.startswith((b"<\0", b"\0<")):
        raise refusal("encoding_forbidden", "UTF-16 ist nur mit Byte-Reihenfolge-Marke erlaubt.", 1)
    for mark, codec in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if data.startswith(mark):
            return codec, len(mark)
    return "", 0


def _decoded(body: bytes, codec: str) -> str:
    try:
        return body.decode(codec)
    except UnicodeDecodeError as exc:
        raise _untrue(codec, body.count(b"\n", 0, exc.start) + 1) from exc


def _untrue(codec: str, line: int) -> Undecodable:
    message = f"Die Datei ist nicht in der angegebenen Kodierung {codec} geschrieben."
    return refusal("encoding_wrong", message, line)


def _refuse_nul(data: bytes, at: int) -> None:
    if at >= 0:
        raise refusal("nul_bytes", "Die Datei enthält Nullbytes.", data.count(b"\n", 0, at) + 1)


def _is_suspect(utf8: bytes) -> bool:
    """Tell, much faster than the whole expression, whether text can be garbled at all."""
    return b"\xc3\x82" in utf8 or b"\xc3\x83" in utf8 or bool(_CONTROL_BYTES.search(utf8))


def _refuse_garbled(text: str) -> None:
    """Refuse UTF-8 that was once read as a single-byte encoding."""
    if garbled := _GARBLED.search(text):
        raise _garbled(text.count("\n", 0, garbled.start()) + 1)


def _garbled(line: int) -> Undecodable:
    message = "Umlaute sind zerstört: Kodierung und Angabe widersprechen sich."
    return refusal("mojibake", message, line)


def is_utf8(data: bytes) -> bool:
    """Return whether bytes are UTF-8 with at least one character beyond ASCII."""
    if data.isascii():
        return False
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
