"""The storage card of an office: what its storage does, how it is proven, and proving it now."""

from __future__ import annotations

import json
import shutil
from functools import partial
from typing import Final

from aiohttp import web

from hub.evidence.upkeep.card import Card, card
from hub.evidence.upkeep.due import Standing
from hub.evidence.upkeep.words import CAPABILITIES, KINDS
from hub.store.upkeep import runs
from hub.store.upkeep.runs import Kind
from hub.web.faults import Denied
from hub.web.pages.administration import wording
from hub.web.pages.administration.looked_after import office_of, offices_of, only_office
from hub.web.presentation.rendering import render
from hub.web.visit import Visit, visit_of

PATH: Final = "/verwaltung/speicher"
SHOWN_FAULTS: Final = 20


async def listed(request: web.Request) -> web.Response:
    """Show the offices whose storage the person looks after, or the only one at once."""
    if there := only_office(request, PATH):
        return there
    visit = visit_of(request)
    cards = [await _card(visit, office) for office in offices_of(visit)]
    return render(request, "storages.html", cards=cards, path_of=PATH, wording=wording)


async def show(request: web.Request) -> web.Response:
    """Show one office's card."""
    visit = visit_of(request)
    found = await _card(visit, office_of(request))
    free = shutil.disk_usage(visit.services.data).free if visit.services.data else None
    return render(
        request, "storage.html", wording=wording, card=found, meanings=CAPABILITIES, free=free,
        runs=[_seen(found.verification), _seen(found.drill)], asked=request.query.get("gestartet"),
        path_of=PATH, now=visit.services.clock.now_us(),
    )  # fmt: skip


async def begin(request: web.Request) -> web.Response:
    """Ask for a verification or a drill; it begins within seconds, beside the service."""
    visit, office = visit_of(request), office_of(request)
    kind = _kind(str((await request.post()).get("lauf", "")))
    visit.note(object=f"{office} {kind}")
    now_us = visit.services.clock.now_us()
    want = partial(runs.want, tenant=office, kind=kind, by=visit.account.login, now_us=now_us)
    new = await visit.services.database.write(want)
    said = "neu" if new else "schon"
    return web.Response(status=303, headers={"Location": f"{PATH}/{office}?gestartet={said}"})


def _kind(said: str) -> Kind:
    for kind in runs.KINDS:
        if said == kind:
            return kind
    raise Denied(422, "form_invalid")


async def _card(visit: Visit, office: str) -> Card:
    services = visit.services
    return await card(
        services.database, services.efile, services.settings, office, services.clock.now_us()
    )


def _seen(found: Standing) -> dict[str, object]:
    """Return a kind of run as the page shows it, with its first faults."""
    last = found.last
    faults = json.loads(last["details"])[:SHOWN_FAULTS] if last else []
    return {"kind": found.kind, "title": KINDS[found.kind], "standing": found, "faults": faults}
