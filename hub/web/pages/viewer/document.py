"""One document: its pages, their text, its facts, its structure, and the original.

The page as it comes works without a script: pages drawn by the server. The viewer's script
puts PDF.js in their place and asks for the next document as a frame only. The original
leaves as a download; the browser never renders foreign bytes as a page of ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from aiohttp import web

from efile import Document, FormNode, NotDisplayable, Readable, Word
from hub.web.faults import Denied
from hub.web.pages.akte import outline
from hub.web.pages.viewer import scripts, tickets
from hub.web.pages.viewer.live import DRAWN, is_live, told
from hub.web.presentation.records import readable
from hub.web.presentation.rendering import render
from hub.web.visit import Visit, visit_of

TEXT_PAGES = 20
"""Pages of the text view per load; a longer document goes on with a link."""
WIDTHS = (900, 1400, 2000)
"""Widths a page can be drawn in, in pixels; few, so that renditions can be kept."""
MAX_DIGITS = 6
"""Of a page number; nobody files a document of a million pages."""
_STRUCTURED = {"application/xml", "text/xml", "application/json"}
_TOLD = {
    "message/rfc822",
    "text/plain",
    "text/html",
    "text/csv",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""What is shown as words and tables."""


async def show(request: web.Request) -> web.Response:
    """Show one document: its pages, or its form or wording where it has none."""
    visit = visit_of(request)
    document = await document_of(request, visit)
    view = await visit.efile.akte(visit.tenant, document.akte_id)
    ordered = [one for _, group in outline(view) for one in group]
    place = [one.id for one in ordered].index(document.id)
    tab = request.query.get("ansicht") or _first_tab(document)
    live = tab == "seiten" and "gezeichnet" not in request.query and is_live(visit, document)
    framed = "rahmen" in request.query
    shown = Shown() if framed and live else await _shown(request, visit, document, tab)
    return render(
        request,
        "document_frame.html" if framed else "document.html",
        akte=view.akte,
        document=document,
        outline=outline(view),
        previous=ordered[place - 1] if place else None,
        following=ordered[place + 1] if place + 1 < len(ordered) else None,
        tabs=_tabs(document),
        tab=tab,
        shown=shown,
        lacking=await visit.efile.legibility.of_document(document),
        live=live,
        told=await told(visit, ordered, place, drawn=not live),
        viewer=_viewer(visit),
        width=width_of(request),
    )


@dataclass(frozen=True, slots=True)
class Shown:
    """What the server shows of a document itself."""

    page: int = 1
    pages: int = 0
    layer: tuple[Word, ...] = ()
    form: FormNode | None = None
    said: Readable | None = None
    problem: str = ""


async def _shown(request: web.Request, visit: Visit, document: Document, tab: str) -> Shown:
    files, tenant = visit.efile, visit.tenant
    try:
        if tab == "seiten":
            pages = await files.page_count(tenant, document.id)
            page = min(number(request.query.get("seite", "1")), max(pages, 1))
            sheet = await files.page_text(tenant, document.id, page)
            return Shown(page, pages, sheet.words)
        if tab == "formular":
            return Shown(form=readable(await files.form(tenant, document.id)))
        if tab == "inhalt":
            return Shown(said=await files.readable(tenant, document.id, 0))
    except NotDisplayable as error:
        return Shown(problem=f"{error.message} {error.remedy}")
    return Shown()


def _viewer(visit: Visit) -> dict[str, str]:
    """Return where the scripts of the view lie; empty without PDF.js."""
    library = scripts.base(visit.services.pdfjs)
    if not library:
        return {}
    return {"script": f"/static/viewer/{scripts.version()}/viewer.mjs", "library": library}


async def text(request: web.Request) -> web.Response:
    """Show the words of a document as real text, in reading order."""
    visit = visit_of(request)
    document = await document_of(request, visit)
    files = visit.efile
    problem, sheets, pages = "", [], 0
    first = number(request.query.get("ab", "1"))
    try:
        pages = await files.page_count(visit.tenant, document.id)
        last = min(first + TEXT_PAGES - 1, pages)
        sheets = [
            await files.page_text(visit.tenant, document.id, page)
            for page in range(first, last + 1)
        ]
    except NotDisplayable as error:
        problem = f"{error.message} {error.remedy}"
    following = first + TEXT_PAGES
    return render(
        request,
        "text.html",
        document=document,
        sheets=sheets,
        pages=pages,
        following=following if following <= pages else None,
        tabs=_tabs(document),
        problem=problem,
    )


async def image(request: web.Request) -> web.Response:
    """Return a drawn page."""
    visit = visit_of(request)
    document = await document_of(request, visit)
    page = number(request.match_info["page"])
    visit.note(object=f"{document.id}#{page}")
    visit.recorded = tickets.is_valid(visit, document.id, request.query.get("sicht", ""))
    drawn = await visit.efile.page_image(visit.tenant, document.id, page, width=width_of(request))
    return web.Response(body=drawn.png, content_type="image/png")


async def original(request: web.Request) -> web.Response:
    """Return a part as it was filed: a download in a sandbox, never a page of ours."""
    visit = visit_of(request)
    document = await document_of(request, visit)
    position = number(request.query.get("teil", "0"), least=0)
    if position >= len(document.parts):
        raise Denied(404, "not_found")
    part = document.parts[position]
    data = await visit.efile.fetch(visit.tenant, document.id, position)
    return download(part.name or "", data)


def download(name: str, data: bytes) -> web.Response:
    """Return foreign bytes as a download in a sandbox."""
    quoted = quote(_file_name(name), safe="")
    return web.Response(
        body=data,
        headers={
            "Content-Type": "application/octet-stream",
            "Content-Disposition": f"attachment; filename*=UTF-8''{quoted}",
            "Content-Security-Policy": "sandbox; default-src 'none'",
        },
    )


async def document_of(request: web.Request, visit: Visit) -> Document:
    """Return the document an address names.

    Raises:
        Denied: it is none of this file.
    """
    document = await visit.efile.document(visit.tenant, request.match_info["document"])
    if document.akte_id != request.match_info["akte"]:
        raise Denied(404, "not_found")
    return document


def _tabs(document: Document) -> tuple[str, ...]:
    mimes = [part.mime for part in document.parts if part.parent is None]
    drawn = any(mime.startswith(DRAWN) for mime in mimes)
    structured = any(mime in _STRUCTURED for mime in mimes)
    told = document.parts[0].mime.partition(";")[0] in _TOLD
    has = (("seiten", drawn), ("formular", structured), ("inhalt", told))
    return tuple(tab for tab, there in has if there)


def _first_tab(document: Document) -> str:
    return (*_tabs(document), "")[0]


def number(word: str, least: int = 1) -> int:
    """Return a number of an address.

    Raises:
        Denied: it is none.
    """
    if not word.isascii() or not word.isdecimal() or len(word) > MAX_DIGITS:
        raise Denied(404, "not_found")
    return max(int(word), least)


def width_of(request: web.Request) -> int:
    """Return the width a page is to be drawn in."""
    wanted = request.query.get("breite", "")
    return int(wanted) if wanted in {str(width) for width in WIDTHS} else WIDTHS[1]


def _file_name(name: str) -> str:
    kept = "".join(c for c in name if c.isprintable() and c not in '/\\:*?"<>|')
    return kept.strip(". ")[:120] or "Dokument"
