"""Disposal runs: what is proposed, saying yes or no, how far it is, and the certificate."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

from efile import MISFILINGS, RunView, Sheet
from hub.core.ids import uuid7
from hub.web.faults import Denied
from hub.web.pages.disposal.proposals import author_of, journal, today_of
from hub.web.pages.disposal.sheet import MEANING, lines_of
from hub.web.presentation.rendering import render
from hub.web.visit import Visit, visit_of

PAGE = 50


async def listed(request: web.Request) -> web.Response:
    """Show the runs of the office, the newest first."""
    visit = visit_of(request)
    before = request.query.get("vor", "")
    rows = await visit.efile.disposal.runs(visit.tenant, before, PAGE + 1)
    following = rows[PAGE - 1].id if len(rows) > PAGE else ""
    return render(request, "disposals.html", rows=rows[:PAGE], following=following)


async def show(request: web.Request) -> web.Response:
    """Show a run with its files as they stand now."""
    visit, view = visit_of(request), await _view(request)
    return render(
        request, "disposal.html", view=view, run=view.run, misfilings=MISFILINGS,
        own=_is_own(visit, view), key=uuid7(visit.services.clock.now_us()),
    )  # fmt: skip


async def approval(request: web.Request) -> web.Response:
    """Show what saying yes does, and ask for it."""
    visit, view = visit_of(request), await _view(request)
    if view.run.state != "proposed" or _is_own(visit, view):
        return _to(view.run.id)
    return render(
        request, "disposal_approval.html", view=view, run=view.run, misfilings=MISFILINGS,
        key=uuid7(visit.services.clock.now_us()),
    )  # fmt: skip


async def approve(request: web.Request) -> web.Response:
    """Let a run be carried out."""
    visit, given, run = visit_of(request), await request.post(), (await _view(request)).run.id
    if given.get("geprueft") != "1":
        raise Denied(422, "form_invalid")
    by = author_of(visit, str(given.get("schluessel", "")))
    await visit.efile.disposal.approve(visit.tenant, run, today_of(visit), by)
    await journal(visit, "disposal_approved", run)
    return _to(run)


async def decline(request: web.Request) -> web.Response:
    """Say that a run is not carried out."""
    visit, given, run = visit_of(request), await request.post(), (await _view(request)).run.id
    by = author_of(visit, str(given.get("schluessel", "")))
    await visit.efile.disposal.decline(visit.tenant, run, str(given.get("grund", "")), by)
    await journal(visit, "disposal_declined", run)
    return _to(run)


async def certificate(request: web.Request) -> web.Response:
    """Show the certificate of a run, to be read and printed."""
    whole = json.loads(await _certificate(request))
    said: dict[str, Any] = whole["certificate"]
    return render(
        request, "disposal_certificate.html", said=said, kinds=_kinds(visit_of(request)),
        misfilings=MISFILINGS, meaning=MEANING, public=whole.get("public", ""),
        signature=whole.get("signature", ""),
    )  # fmt: skip


async def certificate_file(request: web.Request) -> web.Response:
    """Return the certificate as it lies in storage."""
    return _download(request, await _certificate(request), "json")


async def certificate_sheet(request: web.Request) -> web.Response:
    """Return the certificate as PDF/A, with what lies in storage inside."""
    visit, stored = visit_of(request), await _certificate(request)
    lines = lines_of(json.loads(stored), visit.services.office(visit.tenant), _kinds(visit))
    sheet = Sheet("Löschprotokoll", list(lines), stored, _name(request, "json"), "application/json")
    return _download(request, await visit.efile.pdfa.written(sheet), "pdf")


def _download(request: web.Request, data: bytes, ending: str) -> web.Response:
    return web.Response(
        body=data,
        content_type=f"application/{ending}",
        headers={"Content-Disposition": f'attachment; filename="{_name(request, ending)}"'},
    )


def _name(request: web.Request, ending: str) -> str:
    return f"Loeschprotokoll-{request.match_info['run']}.{ending}"


def _kinds(visit: Visit) -> dict[str, str]:
    return {kind.id: kind.name for kind in visit.efile.retention.kinds}


async def _certificate(request: web.Request) -> bytes:
    visit, run = visit_of(request), request.match_info["run"]
    visit.note(object=run)
    return await visit.efile.disposal.certificate(visit.tenant, run)


async def _view(request: web.Request) -> RunView:
    visit, run = visit_of(request), request.match_info["run"]
    visit.note(object=run)
    return await visit.efile.disposal.run(visit.tenant, run, today_of(visit))


def _is_own(visit: Visit, view: RunView) -> bool:
    return view.run.proposed_by.casefold() == visit.account.login.casefold()


def _to(run: str) -> web.Response:
    return web.Response(status=303, headers={"Location": f"/vernichtung/{run}"})
