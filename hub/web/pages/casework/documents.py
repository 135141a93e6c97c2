"""Documents of a file in portions, the file as it stood on a day, its list for printing."""

from __future__ import annotations

from datetime import date, timedelta
from urllib.parse import urlencode

from aiohttp import web

from efile import Portion
from hub.core.clock import begin_of_day, local_date
from hub.store.casework import visits
from hub.web.faults import Denied
from hub.web.presentation.rendering import render
from hub.web.visit import Visit, visit_of

PAGE = 25
PRINTED = 2_000
"""Documents on one list for printing; a longer one goes on with a link."""
HEADS = 20
"""Documents of each matter shown of a file on a day."""


async def listed(request: web.Request) -> web.Response:
    """Show documents of a file, the newest first: all, of one matter, or since the last visit."""
    visit, query = visit_of(request), request.query
    name = request.match_info["akte"]
    fresh = query.get("neu") == "1"
    day = _day(query.get("am", ""), visit)
    since = await _since(visit, name) if fresh else -1
    wanted = Portion(
        vorgang=query.get("vorgang", "")[:80], subfile=query.get("teilakte", "")[:40],
        after=query.get("nach", "")[:80], since_us=since, until_us=_end_of(day), limit=PAGE + 1,
    )  # fmt: skip
    akte, found = await visit.efile.contents.documents(visit.tenant, name, wanted)
    kept = {key: query[key] for key in ("vorgang", "teilakte", "neu", "am") if query.get(key)}
    following = urlencode({**kept, "nach": found[PAGE - 1].cursor}) if len(found) > PAGE else ""
    kind = visit.efile.retention.kinds.find(akte.kind)
    parts = kind.subfiles if kind else ()
    subfile = next((one for one in parts if one.id == wanted.subfile), None)
    return render(
        request, "documents.html", akte=akte, documents=found[:PAGE], following=following,
        fresh=fresh, since=since, day=day, matter=found[0].vorgang if found else "",
        narrowed=bool(wanted.vorgang), subfile=subfile,
    )  # fmt: skip


async def _since(visit: Visit, name: str) -> int:
    """Return when the visit before this one ended, without counting this as a look at the file."""
    akte = await visit.efile.contents.akte(visit.tenant, name)
    tenant, login = visit.tenant, visit.account.login
    return await visit.services.database.read(lambda tx: visits.before(tx, tenant, login, akte.id))


async def as_of(request: web.Request) -> web.Response:
    """Show the file as it stood at the end of a day."""
    visit = visit_of(request)
    day = _day(request.match_info["day"], visit)
    if day is None:
        raise Denied(404, "not_found")
    name, until_us = request.match_info["akte"], _end_of(day)
    akte = await visit.efile.contents.akte(visit.tenant, name)
    then = await visit.efile.contents.as_of(visit.tenant, akte.id, until_us or 0, HEADS)
    visit.note(object=day.isoformat())
    return render(
        request, "as_of.html", akte=akte, then=then, day=day, today=_today(visit),
        before=day - timedelta(days=1), after=day + timedelta(days=1),
    )  # fmt: skip


async def to_day(request: web.Request) -> web.Response:
    """Lead from the form to the address of a day."""
    visit = visit_of(request)
    day = _day(request.query.get("am", ""), visit)
    akte = await visit.efile.contents.akte(visit.tenant, request.match_info["akte"])
    if day is None:
        raise Denied(422, "form_invalid")
    return web.Response(status=303, headers={"Location": f"/akten/{akte.id}/stand/{day}"})


async def directory(request: web.Request) -> web.Response:
    """Show the list of contents (*Aktenverzeichnis*), in the order of filing, for printing."""
    visit, query = visit_of(request), request.query
    day = _day(query.get("am", ""), visit)
    first = _number(query.get("ab", ""))
    wanted = Portion(
        after=query.get("nach", "")[:80], until_us=_end_of(day), oldest_first=True,
        limit=PRINTED + 1,
    )  # fmt: skip
    akte, found = await visit.efile.contents.documents(
        visit.tenant, request.match_info["akte"], wanted
    )
    following = ""
    if len(found) > PRINTED:
        more = {"nach": found[PRINTED - 1].cursor, "ab": str(first + PRINTED)}
        following = urlencode(more | ({"am": day.isoformat()} if day else {}))
    return render(
        request, "directory.html", akte=akte, documents=found[:PRINTED], following=following,
        day=day, first=first, now=visit.services.clock.now_us(),
    )  # fmt: skip


def _number(word: str) -> int:
    return int(word) if word.isascii() and word.isdecimal() and len(word) <= 6 else 1  # noqa: PLR2004  digits of a number


def _today(visit: Visit) -> date:
    return local_date(visit.services.clock.now_us())


def _day(text: str, visit: Visit) -> date | None:
    """Return a day that is not to come; ``None`` for anything else."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if date(1950, 1, 1) <= day <= _today(visit) else None


def _end_of(day: date | None) -> int | None:
    return begin_of_day(day + timedelta(days=1)) - 1 if day else None
