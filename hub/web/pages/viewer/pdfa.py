"""A part of a document as PDF/A: made at a click, watched, fetched; the original stays as it is."""

from __future__ import annotations

from aiohttp import web

from efile import Document, DocumentPart
from hub.web.faults import Denied
from hub.web.pages.viewer.document import document_of, download, number
from hub.web.presentation.rendering import render
from hub.web.visit import Visit, visit_of


async def show(request: web.Request) -> web.Response:
    """Show how it stands with the rendition of a part."""
    visit = visit_of(request)
    document, part = await _part(request, visit)
    standing = await visit.efile.pdfa.standing(visit.tenant, document.id, part.position)
    return render(request, "pdfa.html", document=document, part=part, standing=standing)


async def begin(request: web.Request) -> web.Response:
    """Begin to make a rendition, unless there is one, and show how it stands."""
    visit, given = visit_of(request), await request.post()
    document, part = await _part(request, visit)
    again = "neu" in given
    await visit.efile.pdfa.begin(visit.tenant, document.id, part.position, again=again)
    return web.Response(status=303, headers={"Location": request.path})


async def fetch(request: web.Request) -> web.Response:
    """Return a rendition as a download."""
    visit = visit_of(request)
    document, part = await _part(request, visit)
    data = await visit.efile.pdfa.fetch(visit.tenant, document.id, part.position)
    stem = (part.name or document.title).rpartition(".")[0] or part.name or document.title
    return download(f"{stem} (PDF-A).pdf", data)


async def _part(request: web.Request, visit: Visit) -> tuple[Document, DocumentPart]:
    document = await document_of(request, visit)
    position = number(request.match_info["part"], least=0)
    if position >= len(document.parts):
        raise Denied(404, "not_found")
    visit.note(object=f"{document.id}#{position}")
    return document, document.parts[position]
