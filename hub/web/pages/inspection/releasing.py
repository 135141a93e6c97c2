"""The second person: looks at the finished copy and approves it, or sends it back."""

from __future__ import annotations

from aiohttp import web

from hub.web.faults import Denied
from hub.web.pages.inspection.deciding import inspection_of
from hub.web.pages.inspection.listing import back_to
from hub.web.pages.viewer.document import download, number, width_of
from hub.web.presentation.rendering import render


async def show(request: web.Request) -> web.Response:
    """Show a page of the copy, its proof, and the form to approve it."""
    visit, one, view = await inspection_of(request)
    pages = max(one.report.pages, 1)
    page = min(number(request.query.get("seite", "1")), pages)
    return render(
        request, "inspection_copy.html", akte=view.akte, one=one, page=page, pages=pages,
        place=one.place(page), width=width_of(request),
        own_hand=visit.account.login in one.plan.authors,
    )  # fmt: skip


async def image(request: web.Request) -> web.Response:
    """Return the picture of a page of the copy."""
    visit, one, _ = await inspection_of(request)
    page = number(request.match_info["page"])
    visit.note(object=f"{one.id}#{page}")
    png = await visit.efile.inspections.looking.copy(one, page, width_of(request))
    return web.Response(body=png, content_type="image/png")


async def fetch(request: web.Request) -> web.Response:
    """Return a part of the filed copy as a download; before it was approved nothing leaves."""
    visit, one, view = await inspection_of(request)
    if one.state != "filed":
        raise Denied(422, "form_invalid")
    part = number(request.query.get("teil", "1"))
    data = await visit.efile.inspections.release.part(one, part)
    name = f"Akteneinsicht {view.akte.aktenzeichen}{one.numbered(part)}.pdf"
    return download(name.replace("/", "-"), data)


async def approve(request: web.Request) -> web.Response:
    """Approve exactly the copy that was looked at, and file it."""
    visit, one, _ = await inspection_of(request)
    given = await request.post()
    await visit.efile.inspections.release.approve(
        one, str(given.get("kopie", "")), visit.account.login
    )
    return back_to(one)


async def finish(request: web.Request) -> web.Response:
    """File a copy that was approved before something stopped."""
    visit, one, _ = await inspection_of(request)
    await visit.efile.inspections.release.finish(one)
    return back_to(one)


async def send_back(request: web.Request) -> web.Response:
    """Send the copy back with a reason."""
    visit, one, _ = await inspection_of(request)
    given = await request.post()
    await visit.efile.inspections.release.send_back(
        one, str(given.get("grund", "")), visit.account.login
    )
    return back_to(one)
