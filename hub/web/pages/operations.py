"""Alarms, targets, certificates, health and help."""

from __future__ import annotations

from pathlib import PurePosixPath

from aiohttp import web

from hub.core.clock import local_date
from hub.core.errors import Misconfigured
from hub.store import views
from hub.store.targets.breaker import listed
from hub.store.views import expiry
from hub.web.faults import Denied
from hub.web.health import check
from hub.web.presentation import alarms
from hub.web.presentation.rendering import fingerprint, render, static_files
from hub.web.visit import KEYS_COOKIE, visit_of


async def certificates(request: web.Request) -> web.Response:
    """Show every certificate with the days it has left."""
    visit = visit_of(request)
    scope, now = visit.account.tenant, visit.services.clock.now_us()
    rows, endings = await visit.services.database.read(
        lambda tx: (
            views.certificates(tx, scope),
            [*expiry.credentials(tx, scope, now), *expiry.peers(tx, now)],
        )
    )
    unread = ""
    try:
        endings += await visit.services.anchors()
    except Misconfigured as exc:
        unread = f"{exc.message} {exc.remedy}"
    endings.sort(key=lambda one: one.not_after_us)
    return render(
        request, "certificates.html", rows=rows, endings=endings, unread=unread, now=now,
        today=local_date(now),
    )  # fmt: skip


async def alarm_list(request: web.Request) -> web.Response:
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


async def health(request: web.Request) -> web.Response:
    """Show whether each part of the house answers."""
    state = await check(visit_of(request).services)
    return render(request, "health.html", state=state)


async def help_page(request: web.Request) -> web.Response:
    """Show shortcuts and what is done for accessibility."""
    return render(request, "help.html")


async def shortcuts(request: web.Request) -> web.Response:
    """Switch the single-key shortcuts on or off for this browser."""
    form = await request.post()
    response = web.Response(status=303, headers={"Location": "/hilfe"})
    if form.get("tasten") == "aus":
        response.set_cookie(
            KEYS_COOKIE, "aus", path="/", secure=True, httponly=True, samesite="Strict",
            max_age=31_536_000,
        )  # fmt: skip
    else:
        response.del_cookie(KEYS_COOKIE, path="/", secure=True, httponly=True, samesite="Strict")
    return response


async def static(request: web.Request) -> web.Response:
    """Return a stylesheet, script or picture of the pages."""
    name = request.match_info["name"]
    body = static_files().get(name)
    if body is None:
        raise Denied(404, "not_found")
    kept = request.query.get("v") == fingerprint(name)
    return web.Response(
        body=body,
        headers={
            "Content-Type": _TYPES[PurePosixPath(name).suffix],
            "Cache-Control": "public, max-age=31536000, immutable" if kept else "no-cache",
        },
    )


_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
