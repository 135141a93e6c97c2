"""Readies one part for the whole-file PDF; each in a job of its own, so that none spoils the rest.

A PDF is looked through page by page: forms become plain content, what acts is taken out. One
that needs nothing goes on as it is. Pictures become pages. Runs in the limited child only.
"""

from __future__ import annotations

import io
from typing import Any

import pikepdf
from PIL import Image

from efile.capture import content, pdf, pictures
from efile.capture.fault import Unreadable
from efile.index import tree
from efile.renditions.readable import READABLE, readable
from efile.renditions.structured import label_of

_HARMLESS_ACTIONS = {"/GoTo", "/URI"}
_A4_INCHES = (8.27, 11.69)
_LEAST_DPI = 72
_QUALITY = 88
_MOST_PAGES = 5_000
_MOST_LINES = 20_000


def ready(params: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
    """Return ``kind`` (``pdf`` with ``pages``, or ``text`` with ``paragraphs``).

    A ``pdf`` without a body is the original as it is.
    """
    mime = content.plain_mime(params["mime"])
    if mime == content.PDF:
        return _pdf(data)
    if mime in content.PICTURES:
        return _picture(data)
    lines, cut = lines_of(mime, data)
    if cut:
        lines.append("Gekürzt. Alles Weitere steht im Original.")
    return {"kind": "text", "paragraphs": lines}, b""


def lines_of(mime: str, data: bytes) -> tuple[list[str], bool]:
    """Return what a document without pages says, line by line, and whether it says more.

    Raises:
        Unreadable: it has no words.
    """
    if mime in READABLE:
        said, _ = readable({"kind": mime}, data)
        lines = _lines(said)
        return lines[:_MOST_LINES], said["cut"] or len(lines) > _MOST_LINES
    if mime.endswith(("xml", "json")):
        read = tree.read_xml if mime.endswith("xml") else tree.read_json
        lines = []
        _form(read(data), 0, lines)
        return lines, len(lines) >= _MOST_LINES
    raise Unreadable("no_pages")


def _pdf(data: bytes) -> tuple[dict[str, Any], bytes]:
    # qpdf makes something of any ruin; what nobody else can show is attached instead.
    with pdf.opened(data):
        pass
    try:
        with pikepdf.open(io.BytesIO(data), suppress_warnings=True) as document:
            pages = len(document.pages)
            if not 0 < pages <= _MOST_PAGES:
                raise Unreadable("document_unreadable")
            changed = without_forms(document) | document.is_encrypted
            for page in document.pages:
                changed |= harmless(page)
            return {"kind": "pdf", "pages": pages}, _saved(document) if changed else b""
    except pikepdf.PasswordError as exc:
        raise Unreadable("document_locked") from exc
    except pikepdf.PdfError as exc:
        raise Unreadable("document_unreadable") from exc


def _saved(document: pikepdf.Pdf) -> bytes:
    stream = io.BytesIO()
    document.save(stream, encryption=False)
    return stream.getvalue()


def without_forms(document: pikepdf.Pdf) -> bool:
    """Fields of two files may have the same name; as plain content they cannot collide."""
    if "/AcroForm" not in document.Root:
        return False
    if document.Root.AcroForm.get("/NeedAppearances", False):
        document.generate_appearance_streams()
    document.flatten_annotations("screen")
    del document.Root.AcroForm
    return True


def harmless(page: pikepdf.Page) -> bool:
    """Take out of a page what acts; return whether there was something."""
    changed = False
    for key in ("/AA", "/PieceInfo", "/Thumb"):
        if key in page.obj:
            del page.obj[key]
            changed = True
    for note in page.obj.get("/Annots", []):
        if not isinstance(note, pikepdf.Dictionary):
            continue
        action = note.get("/A")
        acts = isinstance(action, pikepdf.Dictionary) and (
            str(action.get("/S", "")) not in _HARMLESS_ACTIONS or "/Next" in action
        )
        for key in ("/AA", *(("/A",) if acts else ()), "/FS", "/JS"):
            if key in note:
                del note[key]
                changed = True
    return changed


def _picture(data: bytes) -> tuple[dict[str, Any], bytes]:
    """Return the pages of a scan, each fitted to A4."""
    pages: list[bytes] = []
    with pictures.opened(data) as scan:
        for number in range(min(getattr(scan, "n_frames", 1), _MOST_PAGES)):
            scan.seek(number)
            pages.append(_page_of(scan))
    if len(pages) == 1:
        return {"kind": "pdf", "pages": 1}, pages[0]
    with pikepdf.new() as document:
        for page in pages:
            with pikepdf.open(io.BytesIO(page)) as single:
                document.pages.extend(single.pages)
        return {"kind": "pdf", "pages": len(pages)}, _saved(document)


def _page_of(scan: Image.Image) -> bytes:
    if scan.width * scan.height > pictures.MOST_PIXELS:
        raise Unreadable("picture_too_large")
    shown = scan if scan.mode in {"1", "L", "RGB"} else scan.convert("RGB")
    turned = scan.width > scan.height
    across, down = _A4_INCHES[::-1] if turned else _A4_INCHES
    stream = io.BytesIO()
    dpi = max(scan.width / across, scan.height / down, _LEAST_DPI)
    shown.save(stream, "PDF", resolution=dpi, quality=_QUALITY)
    return stream.getvalue()


def _lines(said: dict[str, Any]) -> list[str]:
    lines = [f"{label}: {value}" for label, value in said["head"]]
    lines += [""] if lines else []
    for paragraph in said["paragraphs"]:
        lines += [*paragraph.split("\n"), ""]
    for table in said["tables"]:
        lines += [table["name"]] if table["name"] else []
        lines += [" | ".join(row) for row in table["rows"]]
    return lines


def _form(field: tree.Field, depth: int, lines: list[str]) -> None:
    lines.append(f"{'    ' * min(depth, 8)}{label_of(field.name)}: {field.value}".rstrip(": "))
    for child in field.children:
        if len(lines) < _MOST_LINES:
            _form(child, depth + 1, lines)


JOBS = {"ready": ready}
