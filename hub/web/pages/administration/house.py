"""The house as administrators see it: overview, offices, rights, kinds of files; read only."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from aiohttp import web

from hub.store.accounts import Role
from hub.web.gate import ROUTES
from hub.web.policy import Route
from hub.web.presentation.rendering import render
from hub.web.visit import visit_of


async def overview(request: web.Request) -> web.Response:
    """Show what there is to administer."""
    return render(request, "administration.html")


async def offices(request: web.Request) -> web.Response:
    """Show the offices as they are set up; what changes them is ``hub.toml``."""
    visit = visit_of(request)
    own = visit.account.tenant
    shown = [one for one in visit.services.settings.tenants if own in {None, one.id}]
    return render(request, "offices.html", offices=shown)


async def rights(request: web.Request) -> web.Response:
    """Show who may do what, made from the table every request is checked against."""
    closed = [one for one in request.app[ROUTES].values() if not one.policy.public]
    return render(request, "rights.html", groups=_groups(closed), roles=list(Role))


def _groups(routes: Sequence[Route]) -> list[tuple[str, list[Route]]]:
    """Return the routes by purpose; several addresses of one right are one line."""
    ordered = sorted(routes, key=lambda one: (one.policy.purpose, one.policy.action, one.name))
    return [
        (purpose, list({one.policy.action: one for one in own}.values()))
        for purpose, own in groupby(ordered, key=lambda one: one.policy.purpose)
    ]


async def kinds(request: web.Request) -> web.Response:
    """Show the kinds of files and how long they are kept, with reason and source."""
    return render(
        request, "kinds.html", kinds=list(visit_of(request).services.efile.retention.kinds)
    )
