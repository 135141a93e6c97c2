"""How long files are kept and why; noting days, setting and lifting holds."""

from __future__ import annotations

import re
from datetime import date

from aiohttp import web

from efile import Akte, Author, Outlook
from hub.core.clock import local_date
from hub.core.ids import uuid7
from hub.store.journal import Entry
from hub.web.faults import Denied
from hub.web.presentation.rendering import render
from hub.web.visit import Visit, visit_of

PAGE = 50
SCANNED = 2_000
"""Files looked at for one page of the list; further ones come with the next."""
_READY = frozenset({"due", "offer"})
_KEY = re.compile(r"[0-9a-f-]{36}")


async def listed(request: web.Request) -> web.Response:
    """Show what may be destroyed on a day and why, and the rules that say so."""
    visit = visit_of(request)
    on = _day(request.query.get("am", "")) or _today(visit)
    every = request.query.get("alle") == "1"
    visit.note(object=on.isoformat())
    rows, following = await _page(visit, on, request.query.get("nach") or None, every=every)
    return render(
        request,
        "retention.html",
        rows=rows,
        following=following,
        on=on,
        every=every,
        kinds=list(visit.efile.retention.kinds),
    )


async def _page(
    visit: Visit, on: date, after: str | None, *, every: bool
) -> tuple[list[Outlook], str]:
    """Return files to be shown, and behind which name the next page begins, if there is one."""
    rows: list[Outlook] = []
    for _ in range(SCANNED // PAGE):
        page = await visit.efile.retention.outlooks(visit.tenant, on, after, PAGE)
        for one in page:
            if every or one.decision.state in _READY:
                rows.append(one)
            after = one.akte.aktenzeichen
            if len(rows) == PAGE:
                return rows, after
        if len(page) < PAGE:
            return rows, ""
    return rows, after or ""


async def show(request: web.Request) -> web.Response:
    """Show how long one file is kept, with its days and holds."""
    visit = visit_of(request)
    today = _today(visit)
    room = visit.efile.retention
    outlook = await room.outlook(visit.tenant, request.match_info["akte"], today)
    kind = room.kinds.find(outlook.akte.kind)
    return render(
        request,
        "file_retention.html",
        outlook=outlook,
        akte=outlook.akte,
        events=kind.events if kind else {},
        today=today.isoformat(),
        key=uuid7(visit.services.clock.now_us()),
    )


async def note_day(request: web.Request) -> web.Response:
    """Note the day of an event; without a day, that it has not happened after all."""
    visit, akte, form = visit_of(request), await _akte(request), await request.post()
    event, text = str(form.get("ereignis", "")), str(form.get("tag", ""))
    withdrawn = form.get("zurueck") == "1"
    day = None if withdrawn else _day(text)
    if not event or (day is None and not withdrawn):
        raise Denied(422, "form_invalid")
    by = _author(visit, str(form.get("schluessel", "")))
    noted = await visit.efile.retention.record_day(
        visit.tenant, akte.id, event, day, str(form.get("grund", "")), by
    )
    return await _done(visit, "retention_date_noted", akte, noted.sha256)


async def hold(request: web.Request) -> web.Response:
    """Forbid destruction; a second click finds it forbidden."""
    visit, akte, form = visit_of(request), await _akte(request), await request.post()
    text = str(form.get("bis", "")).strip()
    until = _day(text)
    if text and until is None:
        raise Denied(422, "form_invalid")
    by = _author(visit, str(form.get("schluessel", "")))
    await visit.efile.retention.hold(
        visit.tenant, akte.id, str(form.get("grund", "")), _today(visit), until, by
    )
    return await _done(visit, "retention_hold_set", akte)


async def lift(request: web.Request) -> web.Response:
    """End one hold of a file."""
    visit, akte, form = visit_of(request), await _akte(request), await request.post()
    by = _author(visit, str(form.get("schluessel", "")))
    noted = await visit.efile.retention.lift(
        visit.tenant, akte.id, request.match_info["retention_hold"], str(form.get("grund", "")), by
    )
    return await _done(visit, "retention_hold_lifted", akte, noted.sha256)


async def _akte(request: web.Request) -> Akte:
    """Return the file an address names; another office's is none."""
    visit = visit_of(request)
    room = visit.efile.retention
    name = request.match_info["akte"]
    return (await room.outlook(visit.tenant, name, _today(visit))).akte


async def _done(visit: Visit, action: str, akte: Akte, digest: str | None = None) -> web.Response:
    """Journal what was noted; why stands in the file alone."""
    services = visit.services
    if services.desk is not None:
        entry = Entry(
            visit.tenant, action, case_key=akte.aktenzeichen, actor=visit.account.login,
            digest=digest, facts={"akte": akte.id},
        )  # fmt: skip
        book, now_us = services.desk.journal, services.clock.now_us()
        await services.database.write(lambda tx: book.append(tx, now_us, entry))
    return web.Response(status=303, headers={"Location": f"/akten/{akte.id}/aufbewahrung"})


def _author(visit: Visit, key: str) -> Author:
    """Return who speaks; the form's key makes a second click the same word."""
    if not _KEY.fullmatch(key):
        raise Denied(422, "form_invalid")
    return Author(visit.account.login, visit.services.clock.now_us(), key)


def _today(visit: Visit) -> date:
    return local_date(visit.services.clock.now_us())


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
