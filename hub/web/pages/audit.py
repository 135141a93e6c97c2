"""The access log for the auditor; reading it is an access of its own."""

from __future__ import annotations

from aiohttp import web

from hub.store import audit
from hub.web.presentation.rendering import render
from hub.web.visit import cursor_of, visit_of

PAGE = 50


async def show(request: web.Request) -> web.Response:
    """Show the accesses of the own office, newest first."""
    visit = visit_of(request)
    tenant, before = visit.account.tenant, cursor_of(request)
    rows = await visit.services.database.read(
        lambda tx: audit.page(tx, tenant, before=before, limit=PAGE + 1)
    )
    return render(
        request,
        "access_log.html",
        rows=rows[:PAGE],
        following=rows[PAGE - 1]["seq"] if len(rows) > PAGE else None,
        chain=None,
    )


async def verify(request: web.Request) -> web.Response:
    """Walk the whole chain and say whether anything was changed."""
    visit = visit_of(request)
    tenant = visit.account.tenant
    chain, rows = await visit.services.database.read(
        lambda tx: (audit.verify(tx), audit.page(tx, tenant, limit=PAGE))
    )
    following = rows[-1]["seq"] if len(rows) == PAGE else None
    return render(request, "access_log.html", rows=rows, following=following, chain=chain)
