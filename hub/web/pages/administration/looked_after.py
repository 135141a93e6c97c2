"""The offices somebody looks after: the own one, or for the central operator all."""

from __future__ import annotations

from aiohttp import web

from hub.web.faults import Denied
from hub.web.presentation.rendering import render
from hub.web.visit import Visit, visit_of


def offices_of(visit: Visit) -> list[str]:
    """Return the offices the person looks after."""
    own = visit.account.tenant
    return [one.id for one in visit.services.settings.tenants if own in {None, one.id}]


def office_of(request: web.Request) -> str:
    """Return the office asked for.

    Raises:
        Denied: it is another's, or there is none; both look alike.
    """
    office = request.match_info["office"]
    if office not in offices_of(visit_of(request)):
        raise Denied(404, "not_found")
    return office


def only_office(request: web.Request, path: str) -> web.Response | None:
    """Lead whoever looks after one office from the list of offices to its page."""
    offices = offices_of(visit_of(request))
    if len(offices) != 1:
        return None
    return web.Response(status=303, headers={"Location": f"{path}/{offices[0]}"})


def choose(request: web.Request, path: str, title: str) -> web.Response:
    """Let the person choose an office, or lead to the only one at once."""
    if there := only_office(request, path):
        return there
    visit = visit_of(request)
    names = {office: visit.services.office(office) for office in offices_of(visit)}
    return render(request, "office_choice.html", names=names, path_of=path, title=title)
