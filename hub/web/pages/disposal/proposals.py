"""Proposing files for destruction: what may go now, what may not and why."""

from __future__ import annotations

import re
from datetime import date

from aiohttp import web

from efile import Author, Judgement, Wanted
from hub.core.clock import local_date
from hub.core.ids import uuid7
from hub.store.journal import Entry
from hub.web.faults import Denied
from hub.web.presentation.rendering import render
from hub.web.visit import Visit, visit_of

PAGE = 50
SCANNED = 2_000
"""Files looked at for one page of candidates; further ones come with the next."""
_KEY = re.compile(r"[0-9a-f-]{36}")
_REASON = "Aufbewahrungsfrist abgelaufen"


async def form(request: web.Request) -> web.Response:
    """Show what may be destroyed today, and what stands against it."""
    visit = visit_of(request)
    found, following = await _candidates(visit, request.query.get("nach") or None)
    return render(
        request, "disposal_form.html",
        ready=[one for one in found if not one.against],
        hindered=[one for one in found if one.against],
        following=following, reason=_REASON, key=uuid7(visit.services.clock.now_us()),
    )  # fmt: skip


async def _candidates(visit: Visit, after: str | None) -> tuple[list[Judgement], str]:
    """Return files whose period is over, judged, and behind which the next page begins."""
    retention, today = visit.efile.retention, today_of(visit)
    names: list[str] = []
    following = ""
    for _ in range(SCANNED // PAGE):
        page = await retention.outlooks(visit.tenant, today, after, PAGE)
        for one in page:
            if one.decision.state == "due" and len(names) < PAGE:
                names.append(one.akte.id)
                after = one.akte.aktenzeichen
        if len(names) == PAGE or len(page) < PAGE:
            following = after or "" if len(names) == PAGE else ""
            break
        after = page[-1].akte.aktenzeichen
    else:
        following = after or ""
    return await visit.efile.disposal.judge(visit.tenant, names, today), following


async def propose(request: web.Request) -> web.Response:
    """Propose the chosen files; a second click proposes them once."""
    visit, given = visit_of(request), await request.post()
    chosen = [str(one) for one in given.getall("akte", [])]
    reasons = {one: str(given.get(f"grund-{one}", "")) for one in chosen}
    wanted = Wanted(reasons, str(given.get("anlass", "")))
    by = author_of(visit, str(given.get("schluessel", "")))
    run = await visit.efile.disposal.propose(visit.tenant, wanted, today_of(visit), by)
    visit.note(object=run.id)
    await journal(visit, "disposal_proposed", run.id)
    return web.Response(status=303, headers={"Location": f"/vernichtung/{run.id}"})


def author_of(visit: Visit, key: str) -> Author:
    """Return who speaks; the form's key makes a second click the same word."""
    if not _KEY.fullmatch(key):
        raise Denied(422, "form_invalid")
    return Author(visit.account.login, visit.services.clock.now_us(), key)


def today_of(visit: Visit) -> date:
    """Return the day of the office."""
    return local_date(visit.services.clock.now_us())


async def journal(visit: Visit, action: str, run: str) -> None:
    """Journal a decision; reasons stand in the run alone."""
    services = visit.services
    if services.desk is not None:
        entry = Entry(visit.tenant, action, actor=visit.account.login, facts={"run": run})
        book, now_us = services.desk.journal, services.clock.now_us()
        await services.database.write(lambda tx: book.append(tx, now_us, entry))
