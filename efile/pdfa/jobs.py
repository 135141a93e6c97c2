"""Makes a rendition of one part; runs in the limited child only.

The least change that can be proven wins: the original itself, its structure corrected, its
pages drawn anew.
"""

from __future__ import annotations

import io
import re
from typing import Any

import pikepdf
from pikepdf import sanitize

from efile.capture import content, pdf
from efile.capture.fault import Unreadable
from efile.export import cleaning
from efile.inspection.paper import reading, redrawing
from efile.inspection.paper.layer import Layer
from efile.pdfa import checking, pictures, unseen, words
from efile.renditions.typesetting import Line

_MOST_PAGES = 2_000
_MOST_DRAWN = 300
"""Pages at 300 dpi: some seconds each ten."""
_LONGEST_NAME = 80
_HIDDEN = re.compile(r"###|Err:\d{3}")
"""Stands in a cell too narrow for its number, or whose value LibreOffice would have to fetch."""
Made = tuple[dict[str, Any], bytes]


def make(params: dict[str, Any], data: bytes) -> Made:
    """Return ``way``, ``flavour``, ``pages`` and the bytes; none where the original will do.

    ``refused`` says instead why there is none.
    """
    try:
        return _made(content.plain_mime(str(params["mime"])), str(params["digest"]), data)
    except Unreadable as exc:
        return {"refused": exc.code}, b""


def write(params: dict[str, Any], data: bytes) -> Made:
    """Return ``lines`` of our own as PDF/A; ``data`` is what they tell of and goes with them."""
    try:
        document, _ = words.set_anew(Line(**one) for one in params["lines"])
        with document:
            with document.open_metadata(set_pikepdf_as_editor=False) as told:
                told["dc:title"] = str(params["title"])
            name = str(params["name"])
            inside = pikepdf.AttachedFileSpec(
                document, data, mime_type=str(params["mime"]), filename=name, description=name,
                creation_date="", mod_date="",
            )  # fmt: skip
            inside.relationship = pikepdf.Name.Source
            document.attachments[name] = inside
            return _proven(document, str(params["digest"]), "set")
    except Unreadable as exc:
        return {"refused": exc.code}, b""


def look_over(_: dict[str, Any], data: bytes) -> Made:
    """Return of a laid out workbook its longest ``side``, and whether a cell hides its value."""
    with pdf.opened(data) as document:
        pages = range(min(len(document), _MOST_PAGES))
        side = max(max(document.get_page_size(number)) for number in pages)
        hides = any(_HIDDEN.search(document[n].get_textpage().get_text_range()) for n in pages)
    return {"side": side, "hides": hides}, b""


def _made(mime: str, digest: str, data: bytes) -> Made:
    if mime == content.PDF:
        facts, made = _of_pdf(digest, data)
        return facts | {"producer": _producer(data)}, made
    if mime in content.PICTURES:
        with pictures.bound(data) as document:
            return _proven(document, digest, "pictures")
    lines, cut = cleaning.lines_of(mime, data)
    if cut:
        raise Unreadable("rendition_too_long")
    document, lost = words.set_anew(map(Line, lines))
    with document:
        facts, made = _proven(document, digest, "set")
    return facts | {"lost": lost}, made


def _proven(document: pikepdf.Pdf, digest: str, way: str) -> Made:
    """Return a document as PDF/A.

    Raises:
        Unreadable: it cannot be proven.
    """
    pages = len(document.pages)
    made = checking.finished(document, digest)
    if made is None:
        raise Unreadable("rendition_unproven")
    flavour, data = made
    return {"way": way, "flavour": flavour, "pages": pages, "checker": checking.CHECKER}, data


def _of_pdf(digest: str, data: bytes) -> Made:
    # qpdf makes something of any ruin; what nobody else can show is no document.
    with pdf.opened(data):
        pass
    try:
        with pikepdf.open(io.BytesIO(data), suppress_warnings=True) as document:
            pages = _demand_pages(document)
            claim = "" if document.is_encrypted else checking.claimed(document)
            if claim and checking.passes(data, claim):
                facts = {"flavour": claim, "pages": pages, "checker": checking.CHECKER}
                return {"way": "as_it_is", **facts}, b""
            return _corrected(document, digest)
    except pikepdf.PasswordError as exc:
        raise Unreadable("document_locked") from exc
    except (pikepdf.PdfError, Unreadable) as exc:
        if isinstance(exc, Unreadable) and exc.code != "rendition_unproven":
            raise
        return _drawn(digest, data)


def _producer(data: bytes) -> str:
    """Return which program a PDF says it comes from."""
    with pikepdf.open(io.BytesIO(data), suppress_warnings=True) as document:
        return str(document.docinfo.get("/Producer", ""))[:_LONGEST_NAME]


def _demand_pages(document: pikepdf.Pdf) -> int:
    """Return how many pages there are.

    Raises:
        Unreadable: too many, or a form only its maker's program draws; its pages say just that.
    """
    pages = len(document.pages)
    if not 0 < pages <= _MOST_PAGES:
        raise Unreadable("rendition_too_long" if pages else "document_unreadable")
    form = document.Root.get("/AcroForm")
    if document.Root.get("/NeedsRendering", False):
        raise Unreadable("rendition_xfa")
    if isinstance(form, pikepdf.Dictionary) and "/XFA" in form and not len(form.get("/Fields", [])):
        raise Unreadable("rendition_xfa")
    return pages


def _corrected(document: pikepdf.Pdf, digest: str) -> Made:
    """Return the document with its pages as they are: fields become content, what acts goes."""
    sanitize.remove_javascript(document)
    sanitize.remove_multimedia(document)
    cleaning.without_forms(document)
    for page in document.pages:
        cleaning.harmless(page)
    if "/DocChecksum" in document.trailer:
        # LibreOffice's own word for its bytes, which are no longer those.
        del document.trailer["/DocChecksum"]
    for key in ("/AA", "/OpenAction", "/Perms", "/Collection"):
        if key in document.Root:
            del document.Root[key]
    return _proven(document, digest, "corrected")


def _drawn(digest: str, data: bytes) -> Made:
    """Return every page as a picture, with the words of the original unseen behind it."""
    with pdf.opened(data) as source:
        count = len(source)
        if count > _MOST_DRAWN:
            raise Unreadable("rendition_too_long")
        with pikepdf.new() as made:
            layer = Layer(made)
            for number in range(1, count + 1):
                page = reading.page_of(source, number)
                found = redrawing.own_words(list(reading.signs(page)))
                sheet = redrawing.sheet_of(made, page.get_size(), reading.drawn(page))
                layer.lay(sheet, found)
                page.close()
            layer.finish()
            unseen.embed(made, layer.font)
            return _proven(made, digest, "drawn")


JOBS = {"make": make, "look_over": look_over, "write": write}
