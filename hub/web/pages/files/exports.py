"""A file as PDF: choose documents, watch it being made, fetch it. Nothing here waits for it."""

from __future__ import annotations

from aiohttp import web

from efile import ExportOrder
from hub.core.clock import local_date
from hub.web.faults import Denied
from hub.web.pages.akte import outline
from hub.web.pages.viewer.document import download, number
from hub.web.presentation.rendering import render
from hub.web.visit import visit_of

SIZES_MB = (25, 50, 100, 250)
"""What a part of a large export may hold; mail boxes and portals have such limits."""


async def form(request: web.Request) -> web.Response:
    """Ask which documents are wanted, and how large a part may be."""
    visit = visit_of(request)
    view = await visit.efile.akte(visit.tenant, request.match_info["akte"])
    return render(
        request, "file_export.html", akte=view.akte, outline=outline(view), sizes=SIZES_MB
    )


async def begin(request: web.Request) -> web.Response:
    """Begin an export and show how far it is."""
    visit, given = visit_of(request), await request.post()
    view = await visit.efile.akte(visit.tenant, request.match_info["akte"])
    chosen = frozenset(str(one) for one in given.getall("dokument", []))
    size = str(given.get("groesse", ""))
    if size not in {str(one) for one in SIZES_MB} or not chosen:
        raise Denied(422, "form_invalid")
    every = chosen == {one.id for one in view.documents}
    order = ExportOrder(
        visit.tenant, view.akte.id, local_date(visit.services.clock.now_us()),
        None if every else chosen, int(size) * 1024 * 1024,
    )  # fmt: skip
    export = await visit.efile.exports.begin(order, visit.account.login)
    visit.note(object=export)
    return web.Response(
        status=303, headers={"Location": f"/akten/{view.akte.id}/ausgaben/{export}"}
    )


async def show(request: web.Request) -> web.Response:
    """Show how far an export is, and what can be fetched of it."""
    visit = visit_of(request)
    view = await visit.efile.akte(visit.tenant, request.match_info["akte"])
    row = await visit.efile.exports.state(
        visit.tenant, view.akte.id, request.match_info["export"], visit.account.login
    )
    return render(request, "export.html", akte=view.akte, row=row)


async def fetch(request: web.Request) -> web.Response:
    """Return one part of an export as a download."""
    visit = visit_of(request)
    view = await visit.efile.akte(visit.tenant, request.match_info["akte"])
    export, part = request.match_info["export"], number(request.match_info["number"])
    visit.note(object=f"{export}#{part}")
    room, login = visit.efile.exports, visit.account.login
    data = await room.volume(visit.tenant, view.akte.id, export, login, part)
    row = await room.state(visit.tenant, view.akte.id, export, login)
    several = f" Teil {part}" if len(row.volumes) > 1 else ""
    return download(f"Akte {view.akte.aktenzeichen}{several}.pdf".replace("/", "-"), data)
