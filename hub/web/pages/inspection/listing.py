"""The inspections of a file, and beginning one."""

from __future__ import annotations

from aiohttp import web

from efile import INSPECTION_ROLES, Asker, Inspection, WantedInspection
from hub.web.faults import Denied
from hub.web.pages.akte import outline
from hub.web.pages.inspection.people import particulars
from hub.web.presentation.rendering import render
from hub.web.visit import visit_of

CAPACITIES = (
    "für sich selbst", "als gesetzliche Vertretung", "als Bevollmächtigte oder Bevollmächtigter",
    "als Rechtsanwältin oder Rechtsanwalt", "als Behörde oder Gericht",
)  # fmt: skip
_PROTECTING = frozenset({"address", "special"})
"""Blocks that mean somebody must not be found."""


async def listed(request: web.Request) -> web.Response:
    """Show the inspections of a file, and the form for a new one."""
    visit = visit_of(request)
    view = await visit.efile.akte(visit.tenant, request.match_info["akte"])
    return render(
        request, "inspections.html", akte=view.akte, outline=outline(view),
        inspections=await visit.efile.inspections.of_file(visit.tenant, view.akte.id),
        roles=INSPECTION_ROLES, capacities=CAPACITIES,
    )  # fmt: skip


async def begin(request: web.Request) -> web.Response:
    """Begin an inspection and show how far it is."""
    visit, given = visit_of(request), await request.post()
    view = await visit.efile.akte(visit.tenant, request.match_info["akte"])
    role, capacity = str(given.get("rolle", "")), str(given.get("als", ""))
    if role not in INSPECTION_ROLES or capacity not in CAPACITIES:
        raise Denied(422, "form_invalid")
    _, admission = await visit.efile.access.admission(visit.tenant, view.akte.id)
    wanted = WantedInspection(
        akte=view.akte.id,
        asker=Asker(role=role, name=str(given.get("name", "")), capacity=capacity),
        purpose=str(given.get("zweck", "")),
        documents=frozenset(str(one) for one in given.getall("dokument", [])),
        known=await particulars(visit, view.akte.aktenzeichen, view.documents),
        blocked=any(block.said.ground in _PROTECTING for block in admission.blocks),
        entrusted=frozenset(
            block.said.document for block in admission.blocks if block.said.document
        ),
    )
    name = await visit.efile.inspections.begin(visit.tenant, wanted, visit.account.login)
    visit.note(object=name)
    return web.Response(status=303, headers={"Location": place_of(view.akte.id, name)})


def place_of(akte: str, name: str) -> str:
    """Return the address of an inspection."""
    return f"/akten/{akte}/akteneinsicht/{name}"


def back_to(one: Inspection) -> web.Response:
    """Lead to the page of an inspection."""
    return web.Response(status=303, headers={"Location": place_of(one.akte_id, one.id)})
