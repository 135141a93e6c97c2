"""The staff pages as an application, built from the route table."""

from __future__ import annotations

from aiohttp import web

from hub.web import gate
from hub.web.limits import Limit
from hub.web.pages.akten import SEARCHES
from hub.web.pages.casework.access import EMERGENCIES
from hub.web.pages.entry.federated import ATTEMPTS
from hub.web.pages.entry.signin import LIMITS, SignInLimits
from hub.web.pages.viewer.proven import PROVEN, ProvenBytes
from hub.web.routes import ROUTES
from hub.web.services import SiteServices
from hub.web.visit import SERVICES

MAX_BODY = 64 * 1024
"""Forms are small; one that takes a file says so in its policy."""


def build_site(services: SiteServices) -> web.Application:
    """Return the staff pages; every request passes the gate."""
    site = web.Application(middlewares=[gate.gate], client_max_size=MAX_BODY)
    site[SERVICES] = services
    site[gate.ROUTES] = {route.name: route for route in ROUTES}
    site[LIMITS] = SignInLimits()
    site[ATTEMPTS] = Limit(30)
    site[SEARCHES] = Limit(60)
    site[PROVEN] = ProvenBytes()
    site[EMERGENCIES] = Limit(5)
    for route in ROUTES:
        site.router.add_route(route.method, route.path, route.handler, name=route.name)
    return site
