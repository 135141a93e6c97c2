"""What one part of a document says: a mail, a table, a text, or its drawn pages.

What hung on a mail has a page of its own, reached from the mail. Nothing foreign is rendered:
the words are laid out by us, pages are pictures drawn on the server.
"""

from __future__ import annotations

from aiohttp import web

from efile import Document, DocumentPart, NotDisplayable, Readable
from hub.web.faults import Denied
from hub.web.pages.akte import outline
from hub.web.pages.viewer.document import number, width_of
from hub.web.presentation.rendering import render
from hub.web.visit import Visit, visit_of


async def show(request: web.Request) -> web.Response:
    """Show one part of a document."""
    visit = visit_of(request)
    document, part = await _part(request, visit)
    visit.note(object=f"{document.id}#{part.position}")
    said, pages, page, problem = None, 0, 1, ""
    try:
        said = await _said(visit, document, part)
        if said is None:
            pages = await visit.efile.page_count(visit.tenant, document.id, part.position)
            page = min(number(request.query.get("seite", "1")), max(pages, 1))
    except NotDisplayable as error:
        problem = f"{error.message} {error.remedy}"
    view = await visit.efile.akte(visit.tenant, document.akte_id)
    ordered = [one for _, group in outline(view) for one in group]
    place = [one.id for one in ordered].index(document.id)
    return render(
        request, "contents.html", akte=view.akte, document=document, part=part, said=said,
        pages=pages, page=page, problem=problem, width=width_of(request),
        hanging=[one for one in document.parts if one.parent == part.position],
        previous=ordered[place - 1] if place else None,
        following=ordered[place + 1] if place + 1 < len(ordered) else None,
    )  # fmt: skip


async def image(request: web.Request) -> web.Response:
    """Return a drawn page of one part."""
    visit = visit_of(request)
    document, part = await _part(request, visit)
    page = number(request.match_info["page"])
    visit.note(object=f"{document.id}#{part.position}#{page}")
    drawn = await visit.efile.page_image(
        visit.tenant, document.id, page, width=width_of(request), part=part.position
    )
    return web.Response(body=drawn.png, content_type="image/png")


async def _said(visit: Visit, document: Document, part: DocumentPart) -> Readable | None:
    """Return the words of the part laid out; ``None`` where it consists of pages."""
    try:
        return await visit.efile.readable(visit.tenant, document.id, part.position)
    except NotDisplayable as error:
        if error.code != "no_pages":
            raise
        return None


async def _part(request: web.Request, visit: Visit) -> tuple[Document, DocumentPart]:
    document = await visit.efile.document(visit.tenant, request.match_info["document"])
    position = number(request.match_info["part"], least=0)
    if document.akte_id != request.match_info["akte"] or position >= len(document.parts):
        raise Denied(404, "not_found")
    return document, document.parts[position]
