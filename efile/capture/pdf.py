"""PDF files: whether they can be read, what is active in them, and their text.

Runs in the limited child only: PDFium and qpdf meet foreign bytes here.
"""

from __future__ import annotations

import io
from collections.abc import Iterator

import pikepdf
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from efile.capture.fault import Unreadable

_MOST_PAGES = 2000
_MOST_OBJECTS = 200_000
_ACTIVE = {
    "/JS": "active_content", "/JavaScript": "active_content", "/Launch": "active_content",
    "/XFA": "active_content", "/RichMedia": "active_content", "/SubmitForm": "active_content",
    "/ImportData": "active_content", "/GoToE": "active_content", "/GoToR": "external_content",
    "/EmbeddedFiles": "embedded_files", "/EmbeddedFile": "embedded_files",
}  # fmt: skip


def opened(data: bytes) -> pdfium.PdfDocument:
    """Open a PDF to draw or read it.

    Raises:
        Unreadable: ``document_locked`` or ``document_unreadable``.
    """
    try:
        return pdfium.PdfDocument(data)
    except pdfium.PdfiumError as exc:
        locked = getattr(exc, "err_code", None) == pdfium_c.FPDF_ERR_PASSWORD
        raise Unreadable("document_locked" if locked else "document_unreadable") from exc


def remarks_of(data: bytes) -> tuple[str, ...]:
    """Return what is remarkable about a PDF that can be opened.

    Raises:
        Unreadable: it cannot.
    """
    with opened(data) as document:
        if len(document) == 0:
            raise Unreadable("document_unreadable")
    return tuple(dict.fromkeys(_found(data)))


def _found(data: bytes) -> Iterator[str]:
    try:
        with pikepdf.open(io.BytesIO(data), suppress_warnings=True) as pdf:
            if pdf.is_encrypted:
                yield "encrypted_open"
            if len(pdf.objects) > _MOST_OBJECTS:
                yield "not_searched"
                return
            for item in pdf.objects:
                yield from _active(item)
            for item in (pdf.Root, pdf.trailer):
                yield from _active(item)
    except (pikepdf.PdfError, ValueError, TypeError, KeyError):
        # PDFium reads it all the same; then nobody looked for active content.
        yield "not_searched"


def _active(item: pikepdf.Object) -> Iterator[str]:
    if not isinstance(item, pikepdf.Dictionary | pikepdf.Stream):
        return
    for key in item.keys():  # noqa: SIM118  its own iteration yields other things for streams
        if key in _ACTIVE:
            yield _ACTIVE[key]
        elif key in {"/A", "/OpenAction", "/AA", "/Next"}:
            value = item.get(key)
            if isinstance(value, pikepdf.Dictionary):
                yield from _active(value)
    for key in ("/S", "/Subtype", "/Type"):
        name = item.get(key)
        if isinstance(name, pikepdf.Name) and str(name) in _ACTIVE:
            yield _ACTIVE[str(name)]


def text_of(data: bytes, longest: int) -> str:
    """Return the text of all pages, at most ``longest`` characters."""
    pieces: list[str] = []
    left = longest
    with opened(data) as document:
        for number in range(min(len(document), _MOST_PAGES)):
            page = document[number]
            textpage = page.get_textpage()
            text = as_lines(textpage.get_text_range())
            textpage.close()
            page.close()
            pieces.append(text)
            left -= len(text)
            if left <= 0:
                break
    return "\n\n".join(pieces)[:longest]


def as_lines(text: str) -> str:
    """Return PDFium's text with plain line ends and hyphens."""
    return text.replace("\r\n", "\n").replace("\ufffe", "-")
