"""Reads pages sign by sign, each with its place: from the text of a page, or off its picture.

Runs in the limited child only.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
from PIL import Image

from efile.capture.fault import Unreadable
from efile.inspection.spelling import Box
from efile.renditions.recognition import DPI, read

_LARGEST_SIDE = 5000
_UNIT = 1_000_000
"""Places are asked for on a grid of this size and divided by it."""
_WORDLESS = 10
"""A page with fewer signs is taken for a picture."""
_PICTURED = 0.2
"""Where a picture covers more of a page, its text does not say all that can be read."""
_SURE = 20.0
"""Of what Tesseract believes less, nobody could read it either; below 0 it is no word."""
_WORD_LEVEL = "5"


@dataclass(frozen=True, slots=True)
class SeenWord:
    """A word as it stands on a picture."""

    text: str
    box: Box
    line: tuple[str, ...]


def page_of(document: pdfium.PdfDocument, number: int) -> pdfium.PdfPage:
    """Return page ``number`` (from 1).

    Raises:
        Unreadable: there is none.
    """
    if not 1 <= number <= len(document):
        raise Unreadable("page_missing")
    return document[number - 1]


def speaks(page: pdfium.PdfPage, count: int) -> bool:
    """Say whether the text of a page, of so many signs, says all that can be read on it."""
    left, low, right, high = page.get_bbox()
    whole = max((right - left) * (high - low), 1.0)
    largest = 0.0
    for one in page.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_IMAGE], max_depth=3):
        edges = one.get_bounds()
        largest = max(largest, (edges[2] - edges[0]) * (edges[3] - edges[1]))
    return count >= _WORDLESS and largest <= _PICTURED * whole


def signs(page: pdfium.PdfPage) -> Iterator[tuple[str, Box]]:
    """Yield the signs of a page's text; line ends and gaps have no extent."""
    textpage = page.get_textpage()
    try:
        for index in range(textpage.count_chars()):
            sign = chr(pdfium_c.FPDFText_GetUnicode(textpage, index) or 0x20)
            yield sign, _box(page, textpage, index)
    finally:
        textpage.close()


def _box(page: pdfium.PdfPage, textpage: pdfium.PdfTextPage, index: int) -> Box:
    left, low, right, high = textpage.get_charbox(index, loose=True)
    first, second = _place(page, left, high), _place(page, right, low)
    x, y = min(first[0], second[0]), min(first[1], second[1])
    return (x, y, abs(second[0] - first[0]), abs(second[1] - first[1]))


def _place(page: pdfium.PdfPage, x: float, y: float) -> tuple[float, float]:
    """Return where a point stands on the shown page, which may be cropped or turned."""
    across, down = pdfium_c.c_int(), pdfium_c.c_int()
    pdfium_c.FPDF_PageToDevice(page, 0, 0, _UNIT, _UNIT, 0, x, y, across, down)
    return across.value / _UNIT, down.value / _UNIT


def drawn(page: pdfium.PdfPage) -> Image.Image:
    """Return the picture of a page, as people see it."""
    across, down = page.get_size()
    scale = min(DPI / 72, _LARGEST_SIDE / max(across, down, 1))
    picture: Image.Image = page.render(scale=scale, rev_byteorder=True).to_pil()
    return picture.convert("RGB")


def seen_words(picture: Image.Image) -> list[SeenWord]:
    """Return the words on a picture.

    Raises:
        Unreadable: they cannot be read off here.
    """
    answer = read(picture.convert("L"), "tessedit_create_tsv=1")
    lines = answer.decode(errors="replace").splitlines()
    rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    across, down = picture.size
    return [
        SeenWord(
            row["text"],
            (
                int(row["left"]) / across, int(row["top"]) / down,
                int(row["width"]) / across, int(row["height"]) / down,
            ),
            (row["block_num"], row["par_num"], row["line_num"]),
        )
        for row in rows
        if row["level"] == _WORD_LEVEL and float(row["conf"]) >= _SURE and row["text"].strip()
    ]  # fmt: skip


def seen_signs(words: list[SeenWord]) -> Iterator[tuple[str, Box]]:
    """Yield the signs of words read off a picture; each has the place of its whole word."""
    before: tuple[str, ...] = ()
    for word in words:
        if before:
            yield (" " if word.line == before else "\n"), word.box
        before = word.line
        for sign in word.text:
            yield sign, word.box
