"""The list of files, and search over files and the words of their documents."""

from __future__ import annotations

from aiohttp import web

from efile import Akte
from hub.store.casework import notes
from hub.store.database import Row
from hub.web.faults import Denied
from hub.web.limits import Limit
from hub.web.presentation.rendering import render
from hub.web.visit import Visit, visit_of

PAGE = 25
HITS = 30
HITS_WITHIN = 100
SEARCHES: web.AppKey[Limit] = web.AppKey("search_limit", Limit)


async def show(request: web.Request) -> web.Response:
    """Show files in the order of their Aktenzeichen; with a query files and documents that fit."""
    visit = visit_of(request)
    query = request.query.get("q", "").strip()[:200]
    after = request.query.get("nach") or None
    if query:
        visit.note(object=query)
        _count(request)
    if query and (akte_id := request.query.get("akte", "")):
        return await _within(request, akte_id, query)
    files = visit.efile
    akten = await files.akten(visit.tenant, query, after, PAGE + 1)
    hits = await files.finding.documents(visit.tenant, query, HITS) if query and not after else []
    noted = await _notes(visit, query) if query and not after else []
    return render(
        request,
        "akten.html",
        query=query,
        within=None,
        akten=akten[:PAGE],
        following=akten[PAGE - 1].aktenzeichen if len(akten) > PAGE else "",
        further=after is not None,
        hits=hits,
        notes=noted,
    )


async def _within(request: web.Request, akte_id: str, query: str) -> web.Response:
    """Show what fits among the documents of one file."""
    visit = visit_of(request)
    akte = await visit.efile.contents.akte(visit.tenant, akte_id)
    visit.note(akte=akte.id)
    hits = await visit.efile.finding.documents(visit.tenant, query, HITS_WITHIN, akte.id)
    return render(
        request, "akten.html", query=query, within=akte, akten=[], following="", further=False,
        hits=hits, notes=[],
    )  # fmt: skip


async def _notes(visit: Visit, query: str) -> list[tuple[Row, Akte]]:
    """Return notes the person may read, on files they see."""
    login = visit.account.login
    rows = await visit.services.database.read(
        lambda tx: notes.search(tx, visit.tenant, login, query, HITS)
    )
    akten = await visit.efile.contents.known(visit.tenant, [row["akte"] for row in rows])
    return [(row, akten[row["akte"]]) for row in rows if row["akte"] in akten]


def _count(request: web.Request) -> None:
    visit = visit_of(request)
    if not request.app[SEARCHES].allows(visit.account.id, visit.services.clock.now_us()):
        raise Denied(429, "too_many_requests")
