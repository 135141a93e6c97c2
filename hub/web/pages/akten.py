"""The list of files, and search over files and the words of their documents."""

from __future__ import annotations

from aiohttp import web

from hub.web.faults import Denied
from hub.web.limits import Limit
from hub.web.presentation.rendering import render
from hub.web.visit import visit_of

PAGE = 50
HITS = 30
SEARCHES: web.AppKey[Limit] = web.AppKey("search_limit", Limit)


async def show(request: web.Request) -> web.Response:
    """Show files, newest change first; with a query files and documents that fit."""
    visit = visit_of(request)
    query = request.query.get("q", "").strip()[:200]
    after = request.query.get("nach") or None
    files = visit.efile
    if query:
        visit.note(object=query)
        _count(request)
    akten = await files.akten(visit.tenant, query, after, PAGE + 1)
    hits = await files.search(visit.tenant, query, HITS) if query and not after else []
    return render(
        request,
        "akten.html",
        query=query,
        akten=akten[:PAGE],
        following=akten[PAGE - 1].aktenzeichen if len(akten) > PAGE else "",
        further=after is not None,
        hits=[hit for hit in hits if hit.document_id],
    )


def _count(request: web.Request) -> None:
    visit = visit_of(request)
    if not request.app[SEARCHES].allows(visit.account.id, visit.services.clock.now_us()):
        raise Denied(429, "too_many_requests")
