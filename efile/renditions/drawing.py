"""Draws and reads pages; runs in the limited child only.

Nothing here may be called from the serving process: PDFium and the image decoders are C and
C++ code that meets foreign bytes.
"""

from __future__ import annotations

import io
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
from PIL import Image

from efile.capture import pdf, pictures
from efile.capture.fault import Unreadable
from efile.renditions.readable import readable

_MAX_HEIGHT_FACTOR = 20
_MAX_WORDS = 20_000
_SHADES = [round(value / 85) * 85 for value in range(256)] * 3
"""Four of each colour: what a letter needs to be read."""
_QUALITIES = (40, 15, 0)
"""Of what has too many shades for that: the first that comes out small enough."""
_ENOUGH_BYTES = 60_000
_UNIT = 1_000_000
"""Page coordinates are asked for on a grid of this size and divided by it."""


def count(params: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
    """Return the number of pages."""
    if params["kind"] == "image":
        with pictures.opened(data) as image:
            return {"pages": getattr(image, "n_frames", 1)}, b""
    with pdf.opened(data) as document:
        return {"pages": len(document)}, b""


def image(params: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
    """Return a page as PNG of the wanted width."""
    if params["kind"] == "image":
        return _image_page(params["page"], params["width"], data)
    with pdf.opened(data) as document:
        page = _page(document, params["page"])
        width, height = page.get_size()
        if height > _MAX_HEIGHT_FACTOR * width or width <= 0:
            raise Unreadable("document_unreadable")
        # PDFium rounds up: half a pixel less gives exactly the wanted width.
        bitmap = page.render(scale=(params["width"] - 0.5) / width, rev_byteorder=True)
        drawn = bitmap.to_pil()
        return _answer(drawn, len(document))


def text(params: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
    """Return a page's text in reading order and the boxes of its words."""
    if params["kind"] == "image":
        with pictures.opened(data) as scan:
            pages = getattr(scan, "n_frames", 1)
        if not 1 <= params["page"] <= pages:
            raise Unreadable("page_missing")
        return {"pages": pages, "words": []}, b""
    with pdf.opened(data) as document:
        page = _page(document, params["page"])
        textpage = page.get_textpage()
        whole = pdf.as_lines(textpage.get_text_range())
        words = _words(page, textpage)
        return {"pages": len(document), "words": words}, whole.encode(errors="replace")


def _page(document: pdfium.PdfDocument, number: int) -> pdfium.PdfPage:
    if not 1 <= number <= len(document):
        raise Unreadable("page_missing")
    return document[number - 1]


def _words(page: pdfium.PdfPage, textpage: pdfium.PdfTextPage) -> list[list[Any]]:
    """Group characters between blanks into words with their common box."""
    words: list[list[Any]] = []
    letters: list[str] = []
    boxes: list[tuple[float, float, float, float]] = []
    for index in range(textpage.count_chars()):
        sign = chr(pdfium_c.FPDFText_GetUnicode(textpage, index) or 0x20)
        if sign.isspace() or sign == "\ufffe":
            _close(page, letters, boxes, words)
        else:
            letters.append(sign)
            boxes.append(textpage.get_charbox(index))
        if len(words) >= _MAX_WORDS:
            return words
    _close(page, letters, boxes, words)
    return words


def _close(
    page: pdfium.PdfPage,
    letters: list[str],
    boxes: list[tuple[float, float, float, float]],
    words: list[list[Any]],
) -> None:
    """End the word being collected, if there is one."""
    if letters:
        left, bottom = min(b[0] for b in boxes), min(b[1] for b in boxes)
        right, top = max(b[2] for b in boxes), max(b[3] for b in boxes)
        first, second = _place(page, left, top), _place(page, right, bottom)
        x, y = min(first[0], second[0]), min(first[1], second[1])
        width, height = abs(second[0] - first[0]), abs(second[1] - first[1])
        words.append(
            ["".join(letters), round(x, 5), round(y, 5), round(width, 5), round(height, 5)]
        )
    letters.clear()
    boxes.clear()


def _place(page: pdfium.PdfPage, x: float, y: float) -> tuple[float, float]:
    """Return where a point stands on the shown page, which may be cropped or turned."""
    across, down = pdfium_c.c_int(), pdfium_c.c_int()
    pdfium_c.FPDF_PageToDevice(page, 0, 0, _UNIT, _UNIT, 0, x, y, across, down)
    return across.value / _UNIT, down.value / _UNIT


def _image_page(number: int, width: int, data: bytes) -> tuple[dict[str, Any], bytes]:
    shown, pages = _frame(data, number)
    return _answer(_shrunk(shown, width), pages)


def _frame(data: bytes, number: int) -> tuple[Image.Image, int]:
    """Return a page of a scan, and how many there are."""
    with pictures.opened(data) as scan:
        pages = getattr(scan, "n_frames", 1)
        if not 1 <= number <= pages:
            raise Unreadable("page_missing")
        scan.seek(number - 1)
        if scan.width * scan.height > pictures.MOST_PIXELS:
            raise Unreadable("document_unreadable")
        return scan.convert("RGB"), pages


def _shrunk(shown: Image.Image, width: int) -> Image.Image:
    if shown.width <= width:
        return shown
    return shown.resize((width, max(1, shown.height * width // shown.width)))


def _answer(drawn: Image.Image, pages: int) -> tuple[dict[str, Any], bytes]:
    stream = io.BytesIO()
    # Level 1: twice as fast as the default at a tenth more bytes on typed pages.
    drawn.save(stream, "PNG", compress_level=1)
    return {"pages": pages, "width": drawn.width, "height": drawn.height}, stream.getvalue()


def first(params: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
    """Return the first page as WebP of the wanted width, in few bytes.

    It has exactly the shape the view in the browser gives the page, so that nothing moves when
    the page itself takes its place.
    """
    width = params["width"]
    if params["kind"] == "image":
        drawn = _shrunk(_frame(data, 1)[0], width)
    else:
        with pdf.opened(data) as document:
            page = _page(document, 1)
            across, down = page.get_size()
            if down > _MAX_HEIGHT_FACTOR * across or across <= 0:
                raise Unreadable("document_unreadable")
            bitmap = page.render(scale=(width - 0.5) / across, rev_byteorder=True)
            drawn = Image.new("RGB", (width, max(1, int(down * width / across + 0.001))), "white")
            drawn.paste(bitmap.to_pil().convert("RGB"))
    return {}, _few_bytes(drawn)


def _few_bytes(drawn: Image.Image) -> bytes:
    """Return a picture in as many bytes as the time it is seen is worth: some milliseconds.

    Few shades without loss make letters small and sharp; photographs get coarser.
    """
    data = _webp(drawn.point(_SHADES), lossless=True, quality=20)
    for quality in _QUALITIES:
        if len(data) > _ENOUGH_BYTES:
            data = _webp(drawn, quality=quality)
    return data


def _webp(drawn: Image.Image, **how: int) -> bytes:
    stream = io.BytesIO()
    # Effort 2 of 6: twice as fast as the default at a few bytes more.
    drawn.save(stream, "WEBP", method=2, **how)
    return stream.getvalue()


JOBS = {"count": count, "image": image, "text": text, "readable": readable, "first": first}
