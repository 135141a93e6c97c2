"""My day: what is due, what is new in my files, which files I opened last and work on."""

from __future__ import annotations

from aiohttp import web

from efile import DocumentHead
from hub.core.clock import local_date
from hub.store.casework import tasks, visits
from hub.web.faults import Denied
from hub.web.pages.casework.second_eyes import waiting_for
from hub.web.pages.casework.tasks import owners_of, with_files
from hub.web.presentation.rendering import render
from hub.web.visit import Visit, visit_of

LATEST, DUE, NEW, ASSIGNED = 8, 8, 8, 20
REMEMBERED = 200
"""Files opened lately that count as mine, beside those I work on."""
_DAY_US = 86_400_000_000
FRESH_DAYS = 30
"""What was filed longer ago is not new any more."""


async def show(request: web.Request) -> web.Response:
    """Show what a caseworker begins the day with."""
    visit = visit_of(request)
    now_us = visit.services.clock.now_us()
    today = local_date(now_us).isoformat()
    tenant, login = visit.tenant, visit.account.login
    mine = (*owners_of(visit, "ich"), *owners_of(visit, "team"), *owners_of(visit, "vertretung"))
    due, waiting, last = await visit.services.database.read(
        lambda tx: (
            tasks.due(tx, tenant, mine, today, "", DUE),
            tasks.count_due(tx, tenant, mine, today),
            visits.latest(tx, tenant, login, LATEST),
        )
    )
    akten = await visit.efile.contents.known(tenant, [row["akte"] for row in last])
    assigned, following = await visit.efile.contents.assigned(
        tenant, (login, *visit.standing.stands_for), visit.standing.units,
        request.query.get("nach", "")[:120], ASSIGNED,
    )  # fmt: skip
    return render(
        request, "day.html", tasks=await with_files(visit, due), waiting=waiting, today=today,
        latest=[(akten[row["akte"]], row["last_us"]) for row in last if row["akte"] in akten],
        second=await waiting_for(visit),
        assigned=assigned, following=following, fresh=await _fresh(visit, NEW + 1), most=NEW,
    )  # fmt: skip


async def inbox(request: web.Request) -> web.Response:
    """Show new documents in my files, the oldest first."""
    visit = visit_of(request)
    return render(request, "inbox.html", documents=await _fresh(visit, 40))


async def taken(request: web.Request) -> web.Response:
    """Take note of a document (*zur Kenntnis*)."""
    visit, form = visit_of(request), await request.post()
    name = str(form.get("dokument", ""))
    if not name:
        raise Denied(422, "form_invalid")
    document = await visit.efile.document(visit.tenant, name)
    visit.note(akte=document.akte_id, document=document.id)
    tenant, login, now_us = visit.tenant, visit.account.login, visit.services.clock.now_us()
    await visit.services.database.write(
        lambda tx: visits.take_note(tx, tenant, login, [(document.akte_id, document.id)], now_us)
    )
    return web.Response(status=303, headers={"Location": "/mein-tag/neu"})


async def _fresh(visit: Visit, limit: int) -> list[DocumentHead]:
    """Return documents in my files nobody but others filed and I have not taken note of."""
    tenant, login = visit.tenant, visit.account.login
    contents = visit.efile.contents
    assigned, _ = await contents.assigned(tenant, (login,), (), "", REMEMBERED)
    last = await visit.services.database.read(
        lambda tx: visits.latest(tx, tenant, login, REMEMBERED)
    )
    mine = {akte.id for akte in assigned} | {row["akte"] for row in last}
    since = visit.services.clock.now_us() - FRESH_DAYS * _DAY_US
    found = await contents.filed_since(tenant, sorted(mine), since, 500)
    known = await visit.services.database.read(
        lambda tx: visits.taken(tx, tenant, login, [one.id for one in found])
    )
    return [one for one in found if one.id not in known and one.actor != login][:limit]
