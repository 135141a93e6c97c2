"""Words set anew on pages: texts, mails, tables and forms. Runs in the limited child only."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import replace

import pikepdf
from PIL import ImageFont

from efile.capture.fault import Unreadable
from efile.renditions.typesetting import Line, Typesetter, font_file

_MOST_PAGES = 499
_MISSING = "\uffff"
"""No letter; drawn as whatever a font has for letters it lacks."""
_STAND_IN = "?"
_SIZE = 20


def set_anew(lines: Iterable[Line]) -> tuple[pikepdf.Pdf, int]:
    """Return a document of these lines, and how many signs the font does not have.

    Raises:
        Unreadable: they fill too many pages.
    """
    known = _Letters()
    setter = Typesetter()
    setter.add(replace(line, text=known.shown(line.text)) for line in lines)
    if setter.pages > _MOST_PAGES:
        raise Unreadable("rendition_too_long")
    return pikepdf.open(io.BytesIO(setter.finish())), known.lost


class _Letters:
    """Which letters the font of the pages has."""

    def __init__(self) -> None:
        self.lost = 0
        self._known: dict[str, bool] = {}
        file = font_file(bold=False)
        if file is None:
            raise Unreadable("rendition_font_missing")
        self._font = ImageFont.truetype(str(file), _SIZE, layout_engine=ImageFont.Layout.BASIC)
        self._nothing = bytes(self._font.getmask(_MISSING))

    def shown(self, line: str) -> str:
        """Return a line with a stand-in for each sign the font lacks."""
        signs = [one if self._has(one) else _STAND_IN for one in line]
        self.lost += sum(not self._has(one) for one in line)
        return "".join(signs)

    def _has(self, sign: str) -> bool:
        if sign not in self._known:
            drawn = not sign.isprintable() or bytes(self._font.getmask(sign)) != self._nothing
            self._known[sign] = drawn
        return self._known[sign]
