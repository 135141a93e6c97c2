"""The pages of a document as pictures, with frames around what is to be redacted."""

from __future__ import annotations

from aiohttp import web

from efile import INSPECTION_GROUNDS, AkteView, Inspection
from hub.web.faults import Denied
from hub.web.pages.viewer.document import number, width_of
from hub.web.presentation.rendering import render
from hub.web.visit import Visit, visit_of

_HUNDRED = 100


def sheet_place(one: Inspection, document: str, page: int) -> str:
    """Return the address of a page of a document in an inspection."""
    return f"/akten/{one.akte_id}/akteneinsicht/{one.id}/dokumente/{document}?seite={page}"


async def _document_of(request: web.Request) -> tuple[Visit, Inspection, AkteView, str]:
    visit = visit_of(request)
    name, document = request.match_info["inspection"], request.match_info["document"]
    visit.note(object=name)
    one, view = await visit.efile.inspections.get(visit.tenant, request.match_info["akte"], name)
    if document not in one.plan.documents:
        raise Denied(404, "not_found")
    return visit, one, view, document


async def show(request: web.Request) -> web.Response:
    """Show one page with the list of its places."""
    visit, one, view, document = await _document_of(request)
    pages = max(one.plan.pages.get(document, 0), 1)
    page = min(number(request.query.get("seite", "1")), pages)
    marks = await visit.efile.inspections.marks(one, document)
    terms = {each.id: each for each in one.plan.terms}
    return render(
        request, "inspection_sheet.html", akte=view.akte, one=one, page=page, pages=pages,
        document=next(each for each in view.documents if each.id == document),
        marks=[each for each in marks if each.page == page], terms=terms,
        elsewhere=sorted({each.page for each in marks if each.state == "open"} - {page}),
        grounds={c: text for c, text in INSPECTION_GROUNDS.items() if c != "T"},
        width=width_of(request), stand=one.changed_at_us,
    )  # fmt: skip


async def image(request: web.Request) -> web.Response:
    """Return the picture of one page with its frames."""
    visit, one, _, document = await _document_of(request)
    page = number(request.match_info["page"])
    visit.note(object=f"{one.id}#{document}#{page}")
    drawn = await visit.efile.inspections.looking.page(one, document, page, width_of(request))
    return web.Response(body=drawn.png, content_type="image/png")


async def mark(request: web.Request) -> web.Response:
    """Redact a place chosen by hand; measures are hundredths of the page."""
    visit, one, _, document = await _document_of(request)
    given = await request.post()
    page = int(_share(str(given.get("seite", ""))) * _HUNDRED)
    left, top, right, low = (
        _share(str(given.get(name, ""))) for name in ("links", "oben", "rechts", "unten")
    )
    ground = str(given.get("grund", ""))
    await visit.efile.inspections.mark_place(
        one, document, page, (left, top, right - left, low - top), ground=ground,
        actor=visit.account.login,
    )  # fmt: skip
    return web.Response(status=303, headers={"Location": sheet_place(one, document, page)})


def _share(text: str) -> float:
    try:
        return float(text.replace(",", ".")) / _HUNDRED
    except ValueError:
        raise Denied(422, "form_invalid") from None
