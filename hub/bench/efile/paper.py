"""Letters on paper: a PDF of one page with a letterhead drawn in dots, about as large as wished."""

from __future__ import annotations

import random
import textwrap

_LINE = 92
"""Characters of a line of the letter."""
_LINES = 56
_EDGE = 128
"""Width of the letterhead in dots."""


def pdf(text: str, size_bytes: int, seed: int, pages: int = 1) -> bytes:
    """Return a letter with this text on each page; dots nothing packs smaller make up its size."""
    page = _page(text)
    height = max(1, (size_bytes - pages * (len(page) + 300) - 1000) // (3 * _EDGE))
    dots = random.Random(seed).randbytes(height * _EDGE * 3)  # noqa: S311  no secret
    first = 5
    kids = b" ".join(b"%d 0 R" % (first + 2 * number) for number in range(pages))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, pages),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        _stream(
            b"/Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceRGB"
            b" /BitsPerComponent 8 " % (_EDGE, height),
            dots,
        ),
    ]
    for number in range(pages):
        content = first + 2 * number + 1
        objects += [
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R"
            b" /Resources << /Font << /F1 3 0 R >> /XObject << /Head 4 0 R >> >> >>" % content,
            _stream(b"", page),
        ]
    return _written(objects)


def _page(text: str) -> bytes:
    lines = [line for part in text.split("\n") for line in textwrap.wrap(part, _LINE) or [""]]
    shown = b"".join(b"(%s) Tj T*\n" % _escaped(line) for line in lines[:_LINES])
    return b"q 120 0 0 40 400 790 cm /Head Do Q\nBT /F1 10 Tf 56 770 Td 12.5 TL\n%sET" % shown


def _escaped(line: str) -> bytes:
    signs = line.encode("cp1252", errors="replace")
    return signs.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def _stream(head: bytes, data: bytes) -> bytes:
    return b"<< %s/Length %d >>\nstream\n%s\nendstream" % (head, len(data), data)


def _written(objects: list[bytes]) -> bytes:
    data = bytearray(b"%PDF-1.4\n")
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    begin = len(data)
    data += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    data += b"".join(b"%010d 00000 n \n" % place for place in places)
    data += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        begin,
    )
    return bytes(data)
