"""Deciding about many clearing cases of one cause: tried out first, then as a named job."""

from __future__ import annotations

from dataclasses import replace

from aiohttp import web

from hub.core.ids import uuid7
from hub.pipeline.desk import Decision
from hub.pipeline.desk.bulk import Bulk, Choice
from hub.store import clearing
from hub.store.clearing import Wanted
from hub.store.database import Row
from hub.store.desk import jobs
from hub.store.desk.jobs import Job
from hub.web.faults import Denied
from hub.web.presentation import desk
from hub.web.presentation.rendering import render
from hub.web.visit import Visit, visit_of

MIN_REASON = 3
"""A reason of fewer characters explains nothing."""


async def trial(request: web.Request) -> web.Response:
    """Say what a decision about a whole group would do."""
    visit, bulk = _bulk(request)
    case = await _any_of_group(request, visit)
    verb, reason = await _asked(request)
    decision = Decision(verb=verb, actor=visit.account.login, reason=reason)
    found = await bulk.try_out(Choice(_wanted(request, visit)), decision)
    return render(
        request, "bulk_trial.html", case=case, trial=found, verb=verb, reason=reason,
        job=uuid7(visit.services.clock.now_us()),
    )  # fmt: skip


async def begin(request: web.Request) -> web.Response:
    """Begin the job; a second click finds it begun."""
    visit, bulk = _bulk(request)
    await _any_of_group(request, visit)
    verb, reason = await _asked(request)
    form = await request.post()
    job = Job(
        id=str(form.get("auftrag", ""))[:36], scope=visit.account.tenant,
        name=str(form.get("name", ""))[:100].strip() or desk.WAYS_OUT[verb][0], verb=verb,
        actor=visit.account.login, reason=reason,
    )  # fmt: skip
    if not job.id:
        raise Denied(422, "form_invalid")
    await bulk.begin(job, Choice(_wanted(request, visit)))
    # A small job is over before the page is shown; what is left goes on in the background.
    await bulk.round()
    return web.Response(status=303, headers={"Location": f"/sammelauftraege/{job.id}"})


async def show(request: web.Request) -> web.Response:
    """Show how far a job is."""
    visit = visit_of(request)
    scope, job_id = visit.account.tenant, request.match_info["job"]
    found = await visit.services.database.read(lambda tx: jobs.progress(tx, scope, job_id))
    if found is None:
        raise Denied(404, "not_found")
    return render(request, "bulk_job.html", found=found)


async def listed(request: web.Request) -> web.Response:
    """Show the newest jobs."""
    visit = visit_of(request)
    scope = visit.account.tenant
    rows = await visit.services.database.read(lambda tx: jobs.recent(tx, scope))
    return render(request, "bulk_list.html", rows=rows)


def _bulk(request: web.Request) -> tuple[Visit, Bulk]:
    visit = visit_of(request)
    services = visit.services
    if services.desk is None:
        raise Denied(409, "form_expired")
    return visit, Bulk(services.database, services.clock, services.desk)


async def _asked(request: web.Request) -> tuple[str, str]:
    form = await request.post()
    verb, reason = str(form.get("weg", "")), str(form.get("grund", "")).strip()[:500]
    if verb not in desk.WAYS_OUT or len(reason) < MIN_REASON:
        raise Denied(422, "form_invalid")
    return verb, reason


async def _any_of_group(request: web.Request, visit: Visit) -> Row:
    """Return a case of the group, open or not; after a second click none may be open."""
    wanted = replace(_wanted(request, visit), state="")
    cases = await visit.services.database.read(lambda tx: clearing.cases(tx, wanted, limit=1))
    if not cases:
        raise Denied(404, "not_found")
    return cases[0]


def _wanted(request: web.Request, visit: Visit) -> Wanted:
    return Wanted(tenant=visit.account.tenant, fingerprint=request.match_info["group"])
