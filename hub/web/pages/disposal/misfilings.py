"""Reporting a document that lies in the wrong file; another person approves its move."""

from __future__ import annotations

from aiohttp import web

from efile import MISFILINGS, Document, Misfiled
from hub.core.ids import uuid7
from hub.web.pages.disposal.proposals import author_of, journal, today_of
from hub.web.pages.viewer.document import document_of
from hub.web.presentation.rendering import render
from hub.web.visit import Visit, visit_of


async def form(request: web.Request) -> web.Response:
    """Ask for the right file and the reason."""
    visit, document = await _document(request)
    return render(
        request, "misfiling.html", document=document, grounds=MISFILINGS,
        key=uuid7(visit.services.clock.now_us()),
    )  # fmt: skip


async def propose(request: web.Request) -> web.Response:
    """Propose to move the document; a second click proposes it once."""
    visit, document = await _document(request)
    given = await request.post()
    found = Misfiled(
        document.id, str(given.get("ziel", "")).strip(), str(given.get("anlass", "")),
        str(given.get("grund", "")),
    )  # fmt: skip
    by = author_of(visit, str(given.get("schluessel", "")))
    run = await visit.efile.disposal.misfiled(visit.tenant, found, today_of(visit), by)
    await journal(visit, "misfiling_proposed", run.id)
    return web.Response(status=303, headers={"Location": f"/vernichtung/{run.id}"})


async def _document(request: web.Request) -> tuple[Visit, Document]:
    visit = visit_of(request)
    return visit, await document_of(request, visit)
