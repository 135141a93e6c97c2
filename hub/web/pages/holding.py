"""Holding work back for a while, and letting it go on."""

from __future__ import annotations

from datetime import date, timedelta

from aiohttp import web

from hub.core.clock import begin_of_day
from hub.pipeline.desk.holding import Holding
from hub.store.desk import holds
from hub.store.desk.holds import EVERYBODY, Hold
from hub.web.faults import Denied
from hub.web.visit import Visit, visit_of


async def put(request: web.Request) -> web.Response:
    """Set a hold; a second click finds it set."""
    visit = visit_of(request)
    form = await request.post()
    try:
        last = date.fromisoformat(str(form.get("bis", "")))
    except ValueError as exc:
        raise Denied(422, "form_invalid") from exc
    offices = {one.id for one in visit.services.settings.tenants}
    wanted = str(form.get("mandant", ""))
    tenant = visit.account.tenant or (wanted if wanted in offices else EVERYBODY)
    hold = Hold(
        id=str(form.get("schluessel", ""))[:36], tenant=tenant, kind=str(form.get("was", "")),
        value=str(form.get("wert", "")).strip()[:100],
        reason=str(form.get("grund", "")).strip()[:500], actor=visit.account.login,
        until_us=begin_of_day(last + timedelta(days=1)),
    )  # fmt: skip
    if not hold.id:
        raise Denied(422, "form_invalid")
    await _holding(visit).put(hold)
    return web.Response(status=303, headers={"Location": "/sperren"})


async def end(request: web.Request) -> web.Response:
    """End a hold before its date."""
    visit = visit_of(request)
    scope, hold_id = visit.account.tenant, request.match_info["hold"]
    known = await visit.services.database.read(lambda tx: holds.find(tx, scope, hold_id))
    if known is None:
        raise Denied(404, "not_found")
    await _holding(visit).end(scope, hold_id, visit.account.login)
    return web.Response(status=303, headers={"Location": "/sperren"})


def _holding(visit: Visit) -> Holding:
    services = visit.services
    if services.desk is None:
        raise Denied(409, "form_expired")
    offices = tuple(one.id for one in services.settings.tenants)
    return Holding(services.database, services.desk.journal, services.clock, offices)
