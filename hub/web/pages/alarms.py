"""What is wrong in the house, and the partners it speaks to."""

from __future__ import annotations

from aiohttp import web

from hub.store.targets.breaker import listed
from hub.web.presentation import alarms
from hub.web.presentation.rendering import render
from hub.web.visit import visit_of


async def show(request: web.Request) -> web.Response:
    """Show every alarm, the gravest first."""
    visit = visit_of(request)
    rows = [alarms.alarm(row) for row in alarms.ordered(visit.alarms)]
    return render(request, "alarms.html", rows=rows, now=visit.services.clock.now_us())


async def targets(request: web.Request) -> web.Response:
    """Show the partners over HTTPS: whether they answer, and what waits for them."""
    visit = visit_of(request)
    scope = visit.account.tenant
    rows = await visit.services.database.scan(lambda tx: listed(tx, scope))
    return render(request, "targets.html", rows=rows, now=visit.services.clock.now_us())
