"""A font without drawings, embedded: PDF/A wants every font in the file, even an unseen one.

Runs in the limited child only.
"""

from __future__ import annotations

import io
from functools import lru_cache

import pikepdf
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

_BODY, _EM = 500, 1000
_NAMES = [".notdef", "blank"]
_BLANK = b"\x00\x01"
"""Number of the glyph every letter is given."""
_LETTERS = 65_536


@lru_cache(maxsize=1)
def _program() -> bytes:
    """Return a TrueType font of which every letter is a blank."""
    builder = FontBuilder(_EM, isTTF=True)
    builder.setupGlyphOrder(_NAMES)
    builder.setupCharacterMap({})
    builder.setupGlyf({name: TTGlyphPen(None).glyph() for name in _NAMES})
    builder.setupHorizontalMetrics(dict.fromkeys(_NAMES, (_BODY, 0)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": "Worte", "styleName": "Regular", "psName": "Worte"})
    builder.setupOS2(sTypoAscender=800, sTypoDescender=-200, usWinAscent=800, usWinDescent=200)
    builder.setupPost()
    stream = io.BytesIO()
    builder.save(stream)
    return stream.getvalue()


def embed(document: pikepdf.Pdf, font: pikepdf.Object) -> None:
    """Put drawings, all of them blank, into an unseen composite font."""
    [descendant] = font.DescendantFonts
    program = document.make_stream(_program(), Length1=len(_program()))
    descendant.FontDescriptor.FontFile2 = program
    descendant.CIDToGIDMap = document.make_stream(_BLANK * _LETTERS)
