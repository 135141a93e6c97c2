"""Whether the documents of an office can be read, today and in years: figures, then lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import urlencode

from aiohttp import web

from efile import SHORTFALLS, FoundDocument, format_name
from hub.store.accounts import Role
from hub.web.pages.administration import wording
from hub.web.pages.administration.looked_after import choose, office_of
from hub.web.presentation.rendering import render
from hub.web.visit import visit_of

PATH: Final = "/verwaltung/lesbarkeit"
PAGE: Final = 50


async def offices(request: web.Request) -> web.Response:
    """Show the offices the person looks after, or the only one at once."""
    return choose(request, PATH, "Formate und Lesbarkeit")


async def show(request: web.Request) -> web.Response:
    """Show formats with their risks, and how many documents lack pictures or words."""
    visit, office = visit_of(request), office_of(request)
    room = visit.services.efile.legibility
    return render(
        request, "legibility.html", tenant=office, office_name=visit.services.office(office),
        formats=await room.formats(office), lacking=await room.shortfalls(office),
        reader=visit.services.efile.scans.can_read, labels=SHORTFALLS, wording=wording,
        may_list=visit.account.tenant == office, path_of=PATH, asked=request.query.get("erneut"),
    )  # fmt: skip


async def at_risk(request: web.Request) -> web.Response:
    """Show the documents in one format at risk: by Aktenzeichen, without their titles."""
    visit, office = visit_of(request), office_of(request)
    mime = request.query.get("format", "")[:200]
    risk = _known(request.query.get("gefahr", ""), wording.RISKS)
    room, before = visit.efile.legibility, request.query.get("nach", "")[:120]
    rows = await room.at_risk(office, mime, risk, before, PAGE + 1)
    query = urlencode({"format": mime, "gefahr": risk})
    title = f"{format_name(mime)}: {wording.RISKS[risk].word.text}"
    return _list(request, rows, title, f"gefaehrdet?{query}", wording.RISKS[risk])


async def lacking(request: web.Request) -> web.Response:
    """Show the documents that lack a picture of their first page, or words, and why."""
    visit, office = visit_of(request), office_of(request)
    what = _known(request.query.get("was", ""), SHORTFALLS)
    room, before = visit.efile.legibility, request.query.get("nach", "")[:120]
    rows = await room.lacking(office, what, before, PAGE + 1)
    return _list(request, rows, f"{SHORTFALLS[what]} fehlt", f"fehlt?was={what}")


def _known(word: str, words: Mapping[str, object]) -> str:
    """Return the word of an address, or the first where it says none of them."""
    return word if word in words else next(iter(words))


def _list(
    request: web.Request,
    rows: Sequence[FoundDocument],
    title: str,
    address: str,
    risk: wording.Risk | None = None,
) -> web.Response:
    visit, office = visit_of(request), office_of(request)
    shown = rows[:PAGE]
    return render(
        request, "legibility_list.html", rows=shown, title=title, risk=risk, tenant=office,
        following=shown[-1].cursor if len(rows) > PAGE else "", path_of=PATH,
        address=f"{PATH}/{office}/{address}", may_open=visit.has(Role.CASEWORKER),
    )  # fmt: skip


async def try_again(request: web.Request) -> web.Response:
    """Have pictures drawn and scans read again that were given up."""
    visit, office = visit_of(request), office_of(request)
    number = await visit.services.efile.legibility.try_again(office)
    return web.Response(status=303, headers={"Location": f"{PATH}/{office}?erneut={number}"})
