"""Sets lines of words on A4 pages: covers, contents, texts and mails in an exported file.

Runs in the limited child only. The letters' own font is embedded, because names of people need
more letters than the fonts every PDF reader brings. Where it is not installed, another one of
the reader stands in, and letters beyond Western European are lost.
"""

from __future__ import annotations

import ctypes
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
from PIL import ImageFont

WIDTH, HEIGHT = 595, 842
"""A4 in points."""
_LEFT, _RIGHT, _TOP, _BOTTOM = 62, 62, 72, 64
_FONTS = Path("/usr/share/fonts/truetype")
_FILES = {False: "LiberationSans-Regular.ttf", True: "LiberationSans-Bold.ttf"}
_LEADING = 1.35
_GAP_BEFORE_RIGHT = 12
_MEASURE = 100
"""Words are measured at this size; finer than any eye."""
_MOST_PAGES = 500


@dataclass(frozen=True, slots=True)
class Line:
    """One line to be set; a long one is broken."""

    text: str
    size: float = 10
    bold: bool = False
    right: str = ""
    """Stands at the right margin, on the first line."""
    indent: float = 0
    before: float = 0
    """Space above, in points."""
    mark: str = ""
    """Names the line for whoever asks where it stands."""


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a marked line stands: its page from 0, and its box from the lower left."""

    mark: str
    page: int
    box: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str
    size: float
    bold: bool
    x: float
    y: float


class Typesetter:
    """One document of set pages, to which groups of pages are added."""

    def __init__(self) -> None:
        self._document = pdfium.PdfDocument.new()
        self._fonts = {bold: _loaded(self._document, bold) for bold in (False, True)}
        self.pages = 0

    def add(self, lines: Iterable[Line]) -> tuple[int, list[Placed]]:
        """Set lines on pages of their own; return how many pages, and where marked lines stand."""
        first, placed = self.pages, []
        flow = _Flow()
        for line in lines:
            for page, box in flow.take(line):
                if line.mark:
                    placed.append(Placed(line.mark, first + page, box))
            if len(flow.sheets) >= _MOST_PAGES:
                break
        for sheet in flow.sheets:
            self._draw(sheet)
        return self.pages - first, placed

    def finish(self) -> bytes:
        """Return the document."""
        stream = io.BytesIO()
        self._document.save(stream)
        self._document.close()
        return stream.getvalue()

    def _draw(self, pieces: Sequence[_Piece]) -> None:
        page = self._document.new_page(WIDTH, HEIGHT)
        for piece in pieces:
            font = self._fonts[piece.bold]
            drawn = pdfium_c.FPDFPageObj_CreateTextObj(self._document, font, piece.size)
            letters = ctypes.create_string_buffer(
                (piece.text + "\0").encode("utf-16-le", "replace")
            )
            pdfium_c.FPDFText_SetText(drawn, ctypes.cast(letters, ctypes.POINTER(ctypes.c_ushort)))
            pdfium_c.FPDFPageObj_Transform(drawn, 1, 0, 0, 1, piece.x, piece.y)
            pdfium_c.FPDFPage_InsertObject(page, drawn)
        page.gen_content()
        page.close()
        self.pages += 1


class _Flow:
    """Fills page after page."""

    def __init__(self) -> None:
        self.sheets: list[list[_Piece]] = [[]]
        self._y: float = HEIGHT - _TOP

    def take(self, line: Line) -> Iterator[tuple[int, tuple[float, float, float, float]]]:
        """Set a line; yield page and box of each of its pieces."""
        step = line.size * _LEADING
        self._y -= line.before
        room = WIDTH - _LEFT - _RIGHT - line.indent
        beside = _width(line.right, line.size, bold=line.bold) if line.right else 0
        first_room = room - beside - (_GAP_BEFORE_RIGHT if beside else 0)
        for number, text in enumerate(_broken(line, first_room, room)):
            if self._y - step < _BOTTOM:
                self.sheets.append([])
                self._y = HEIGHT - _TOP
            self._y -= step
            left = _LEFT + line.indent
            self.sheets[-1].append(_Piece(text, line.size, line.bold, left, self._y))
            if number == 0 and beside:
                edge = WIDTH - _RIGHT - beside
                self.sheets[-1].append(_Piece(line.right, line.size, line.bold, edge, self._y))
            low = self._y - 0.25 * line.size
            yield len(self.sheets) - 1, (left, low, WIDTH - _RIGHT, low + step)


def _broken(line: Line, first_room: float, room: float) -> Iterator[str]:
    """Yield the words of a line as lines that have room; a long word is cut."""
    text = "".join(c if c.isprintable() else " " for c in line.text)
    left, current = first_room, ""
    for word in text.split(" "):
        longer = f"{current} {word}" if current else word
        if _width(longer, line.size, bold=line.bold) <= left:
            current = longer
            continue
        if current:
            yield current
            left = room
        while _width(word, line.size, bold=line.bold) > left and len(word) > 1:
            fits = _fitting(word, line, left)
            yield word[:fits]
            word, left = word[fits:], room  # noqa: PLW2901  what is left of it
        current = word
    yield current


def _fitting(word: str, line: Line, room: float) -> int:
    share = room / _width(word, line.size, bold=line.bold)
    count = max(1, min(len(word) - 1, int(len(word) * share)))
    while count > 1 and _width(word[:count], line.size, bold=line.bold) > room:
        count -= 1
    return count


def _width(text: str, size: float, *, bold: bool) -> float:
    """Return the width of a text in points."""
    font = _measure(bold=bold)
    if font is None:
        return len(text) * size * 0.6  # wide enough for the fonts that stand in
    return float(font.getlength(text)) * size / _MEASURE


@lru_cache(maxsize=2)
def _measure(*, bold: bool) -> ImageFont.FreeTypeFont | None:
    file = font_file(bold=bold)
    layout = ImageFont.Layout.BASIC
    return ImageFont.truetype(str(file), _MEASURE, layout_engine=layout) if file else None


@lru_cache(maxsize=2)
def font_file(*, bold: bool) -> Path | None:
    """Return where the letters' font is installed."""
    return next(iter(sorted(_FONTS.glob(f"liberation*/{_FILES[bold]}"))), None)


def _loaded(document: pdfium.PdfDocument, bold: bool) -> object:  # noqa: FBT001  key of a table
    file = font_file(bold=bold)
    if file is None:
        name = b"Helvetica-Bold" if bold else b"Helvetica"
        return pdfium_c.FPDFText_LoadStandardFont(document, name)
    data = file.read_bytes()
    buffer = (ctypes.c_uint8 * len(data)).from_buffer_copy(data)
    return pdfium_c.FPDFText_LoadFont(document, buffer, len(data), pdfium_c.FPDF_FONT_TRUETYPE, 1)
