"""Clearing cases (*Klärfälle*): what waits for a human, and the decision."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence

from aiohttp import web

from hub.core.errors import Rejected
from hub.pipeline.desk import Decision, not_offered, ways_out
from hub.pipeline.desk.assigning import needs_case
from hub.pipeline.desk.inquiry import letter
from hub.store import clearing, views
from hub.store.accounts import Role
from hub.store.database import Row, Transaction
from hub.store.desk import corrections, status
from hub.web.faults import Denied
from hub.web.presentation.rendering import render
from hub.web.visit import Visit, visit_of

MIN_REASON = 3
"""A reason of fewer characters explains nothing."""
STATUS_REASON = "Statusabfrage"
"""To ask changes nothing; it needs no reason of its own."""
_LOOK_S = 0.1
_ROWS_US = 30 * 86_400_000_000
"""Refused rows of tables are listed so long."""


async def listed(request: web.Request) -> web.Response:
    """Show open clearing cases, equal ones as one line."""
    visit = visit_of(request)
    scope, group = visit.account.tenant, request.query.get("gruppe", "")
    desk = visit.services.desk

    now_us = visit.services.clock.now_us()
    shows_rows = scope is not None and visit.has(Role.CASEWORKER) and visit.services.rows

    def look(tx: Transaction) -> tuple[list[Row], list[Row], tuple[str, ...]]:
        cases = views.clearing_of_group(tx, scope, group) if group else []
        first = clearing.find(tx, cases[0]["tenant"], cases[0]["id"]) if cases and desk else None
        return views.clearing_groups(tx, scope), cases, ways_out(tx, first) if first else ()

    groups, cases, ways = await visit.services.database.read(look)
    tables = await _refused_rows(visit, now_us - _ROWS_US) if shows_rows else []
    return render(
        request, "clearing_list.html", groups=groups, group=group, cases=cases, ways=ways,
        may_decide=bool(ways), now=now_us, tables=tables,
    )  # fmt: skip


async def _refused_rows(visit: Visit, since_us: int) -> list[Row]:
    rows = await visit.services.database.read(
        lambda tx: corrections.refused_rows(tx, visit.tenant, since_us)
    )
    return [
        row for row in rows if not (row["correction"] and row["correction"]["state"] == "entered")
    ]


async def show(request: web.Request) -> web.Response:
    """Show one clearing case; its facts only to the office it belongs to."""
    visit = visit_of(request)
    return await _page(request, visit, await case_of(request, visit))


async def release(request: web.Request) -> web.Response:
    """Try again, for a reason."""
    return await _decide(request, "release")


async def replay(request: web.Request) -> web.Response:
    """Read the original bytes of a held message anew."""
    return await _decide(request, "replay")


async def reject(request: web.Request) -> web.Response:
    """Give a held message back to its sender, for a reason."""
    return await _decide(request, "reject")


async def discard(request: web.Request) -> web.Response:
    """Give up what stands still, for a reason."""
    return await _decide(request, "discard")


async def confirm(request: web.Request) -> web.Response:
    """Note that a delivery of unknown outcome has arrived: the partner said so."""
    return await _decide(request, "confirm")


async def resend(request: web.Request) -> web.Response:
    """Send a delivery of unknown outcome once more, as a new one."""
    return await _decide(request, "resend")


async def query(request: web.Request) -> web.Response:
    """Have the partner asked what became of a delivery, and wait a moment for its answer."""
    visit = visit_of(request)
    case = await case_of(request, visit)
    desk = visit.services.desk
    if desk is None or case["state"] != "open":
        raise Denied(409, "form_expired")
    reason = str((await request.post()).get("grund", "")).strip()[:500] or STATUS_REASON
    decision = Decision(verb="query", actor=visit.account.login, reason=reason)
    await desk.decide(case["tenant"], case["id"], decision)
    await _answer(visit, case)
    return web.Response(status=303, headers={"Location": f"/klaerfaelle/{case['id']}"})


async def _answer(visit: Visit, case: Row) -> None:
    """Wait until the question is answered, but not for ever: the page shows either."""
    database, until = visit.services.database, time.monotonic() + visit.services.answer_wait_s
    while time.monotonic() < until:
        asked = await database.read(lambda tx: status.latest(tx, case["tenant"], case["id"]))
        if asked is None or asked["state"] == "answered":
            return
        await asyncio.sleep(_LOOK_S)


async def inquiry(request: web.Request) -> web.Response:
    """Show the text that asks the partner what became of a delivery."""
    visit = visit_of(request)
    case = await case_of(request, visit)
    promise, ways = await visit.services.database.read(
        lambda tx: (
            clearing.promise_of(tx, case["tenant"], case["promise_id"]), ways_out(tx, case),
        )
    )  # fmt: skip
    if promise is None or "confirm" not in ways:
        raise not_offered()
    tenant = visit.services.settings.tenant(case["tenant"])
    text = letter(promise, json.loads(promise["spec"]), tenant)
    return render(request, "inquiry.html", case=case, text=text)


async def asked(request: web.Request) -> web.Response:
    """Note that the partner was asked."""
    visit = visit_of(request)
    case = await case_of(request, visit)
    desk = visit.services.desk
    if desk is None:
        raise Denied(409, "form_expired")
    await desk.asked(case["tenant"], case["id"], visit.account.login)
    return web.Response(status=303, headers={"Location": f"/klaerfaelle/{case['id']}"})


async def _decide(request: web.Request, verb: str) -> web.Response:
    visit = visit_of(request)
    case = await case_of(request, visit)
    desk = visit.services.desk
    if desk is None or case["state"] != "open":
        raise Denied(409, "form_expired")
    form = await request.post()
    reason = str(form.get("grund", "")).strip()
    if len(reason) < MIN_REASON:
        visit.note(result="form_invalid")
        return await _page(request, visit, case, fault="Bitte geben Sie einen Grund an.")
    decision = Decision(
        verb=verb, actor=visit.account.login, reason=reason[:500],
        mapping=str(form.get("abbildung", ""))[:200],
        case_key=str(form.get("fallnummer", "")).strip().upper()[:30] if verb == "release" else "",
    )  # fmt: skip
    try:
        await desk.decide(case["tenant"], case["id"], decision)
    except Rejected as exc:
        if not exc.code.startswith("case_number"):
            raise
        visit.note(result="form_invalid")
        return await _page(request, visit, case, fault=f"{exc.message} {exc.remedy}")
    return web.Response(status=303, headers={"Location": f"/klaerfaelle/{case['id']}"})


async def case_of(request: web.Request, visit: Visit) -> Row:
    """Return the clearing case an address names, if the reader may know of it."""
    scope, clearing_id = visit.account.tenant, request.match_info["clearing"]
    case = await visit.services.database.read(
        lambda tx: views.clearing_case(tx, scope, clearing_id)
    )
    if case is None:
        raise Denied(404, "not_found")
    return case


async def _page(request: web.Request, visit: Visit, case: Row, fault: str = "") -> web.Response:
    own, desk = visit.account.tenant == case["tenant"], visit.services.desk
    ways, homeless, alike, waiting, asked = await visit.services.database.read(
        lambda tx: (
            ways_out(tx, case) if desk else (),
            needs_case(tx, case),
            clearing.cases(tx, _alike(visit, case)),
            corrections.pending(tx, case["tenant"], case["id"]),
            status.latest(tx, case["tenant"], case["id"]),
        )
    )
    return render(
        request,
        "clearing.html",
        status=422 if fault else 200,
        case=case,
        facts=json.loads(case["facts"]) if own else {},
        waiting=waiting,
        asked=asked,
        own=own and visit.has(Role.CASEWORKER) and visit.services.viewing is not None,
        hidden=not own and case["facts"] != "{}",
        ways=ways,
        homeless=homeless,
        mappings=desk.mappings(case["channel"] or "") if desk and "replay" in ways else (),
        alike=[one for one in alike if one["id"] != case["id"]],
        following=_following(case, alike),
        now=visit.services.clock.now_us(),
        fault=fault,
    )


def _following(case: Row, alike: Sequence[Row]) -> str:
    """Return the next open case of the same cause, from the first again after the last."""
    others = [one["id"] for one in alike if one["id"] != case["id"]]
    return next((one for one in others if one > case["id"]), others[0] if others else "")


def _alike(visit: Visit, case: Row) -> clearing.Wanted:
    """Return what open cases of the same cause are found by."""
    return clearing.Wanted(tenant=visit.account.tenant, fingerprint=case["fingerprint"])
