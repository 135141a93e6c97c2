"""Balance, messages and blocked lanes: metadata for those who run the interfaces."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from aiohttp import web

from hub.core.clock import begin_of_day, local_date
from hub.core.ids import uuid7
from hub.pipeline.setbacks import CAN_BE_INQUIRED
from hub.store import views
from hub.store.database import Row, Transaction
from hub.store.desk import holds
from hub.store.views import MessageFilter
from hub.web.faults import Denied
from hub.web.presentation import words
from hub.web.presentation.rendering import render
from hub.web.visit import visit_of

MIN_REASON = 3
"""A reason of fewer characters explains nothing."""

CLASSES = {
    "delivered": ("closed",),
    "in_progress": ("received", "routed"),
    "clearing": ("clearing",),
    "refused": ("refused",),
    "duplicates": ("duplicate",),
}
"""States behind each number of the balance, for the links."""


async def balance(request: web.Request) -> web.Response:
    """Show the *Nachrichtenbilanz*."""
    visit = visit_of(request)
    services = visit.services
    figures = await services.balance(services.database, visit.account.tenant)
    return render(
        request, "balance.html", figures=figures, classes=CLASSES,
        now=services.clock.now_us(),
    )  # fmt: skip


async def listed(request: web.Request) -> web.Response:
    """Show messages, newest first, narrowed as asked."""
    visit = visit_of(request)
    scope, query = visit.account.tenant, request.query
    wanted = _wanted(request)
    (rows, following), (kinds, partners) = await visit.services.database.read(
        lambda tx: (views.messages(tx, scope, wanted), views.kinds_and_partners(tx, scope))
    )
    return render(
        request,
        "messages.html",
        rows=rows,
        following=following,
        wanted=wanted,
        kinds=kinds,
        partners=partners,
        offices=visit.services.settings.tenants if scope is None else (),
        days=(query.get("von", ""), query.get("bis", "")),
    )


def _wanted(request: web.Request) -> MessageFilter:
    """Read what is searched for from the address; what is no day or no digest is left out."""
    query = request.query
    until = _begin_of(query.get("bis", ""))
    return MessageFilter(
        states=tuple(s for s in query.getall("zustand", []) if s in words.MESSAGE_STATES),
        kind=query.get("art", ""),
        partner=query.get("partner", ""),
        case_key=query.get("fall", "").strip(),
        office=query.get("mandant", ""),
        digest=digest if _DIGEST.fullmatch(digest := query.get("pruefsumme", "").strip()) else "",
        number=query.get("nummer", "").strip()[:200],
        since_us=_begin_of(query.get("von", "")),
        until_us=until and begin_of_day(local_date(until) + timedelta(days=1)),
        before=query.get("vor", ""),
    )


_DIGEST = re.compile(r"[0-9a-fA-F]{8,64}")


def _begin_of(day: str) -> int:
    try:
        return begin_of_day(date.fromisoformat(day)) if day else 0
    except ValueError:
        return 0


async def show(request: web.Request) -> web.Response:
    """Show one message: envelope, steps, findings, promises; never its content."""
    visit = visit_of(request)
    scope, message_id = visit.account.tenant, request.match_info["message"]
    now_us = visit.services.clock.now_us()
    message, events, promises, caused, held, archives = await visit.services.database.read(
        lambda tx: (
            views.message(tx, scope, message_id),
            views.events(tx, scope, message_id),
            views.promises(tx, scope, message_id),
            views.caused(tx, scope, message_id),
            _holds_on(tx, scope, message_id, now_us),
            _archives_of(tx, scope, message_id),
        )
    )
    if message is None:
        raise Denied(404, "not_found")
    return render(
        request,
        "message.html",
        message=message,
        events=[{**event, "facts": json.loads(event["facts"])} for event in events],
        findings=_findings(promises),
        own=scope is not None,
        promises=promises,
        queryable=[row["id"] for row in promises if _queryable(row)],
        repeatable=[row for row in promises if _repeatable(row, promises)],
        caused=caused,
        held=held,
        archives=archives,
    )


def _archives_of(tx: Transaction, scope: str | None, message_id: str) -> list[Row]:
    """Return where steps lie that have left the journal."""
    found = views.message(tx, scope, message_id)
    return views.archives(tx, found["tenant"], found["received_us"]) if found else []


def _holds_on(tx: Transaction, scope: str | None, message_id: str, now_us: int) -> list[Row]:
    found = views.message(tx, scope, message_id)
    return holds.on_message(tx, found["tenant"], message_id, now_us) if found else []


async def resend(request: web.Request) -> web.Response:
    """Send chosen deliveries of a message once more; exactly these, with the same bytes."""
    visit = visit_of(request)
    scope, message_id = visit.account.tenant, request.match_info["message"]
    form = await request.post()
    message, promises = await visit.services.database.read(
        lambda tx: (views.message(tx, scope, message_id), views.promises(tx, scope, message_id))
    )
    if message is None:
        raise Denied(404, "not_found")
    desk, reason = visit.services.desk, str(form.get("grund", "")).strip()[:500]
    own = {row["id"] for row in promises}
    chosen = [str(one) for one in form.getall("lieferung", []) if str(one) in own]
    if desk is None or not chosen or len(reason) < MIN_REASON:
        raise Denied(422, "form_invalid")
    await desk.resending.resend(message["tenant"], chosen, visit.account.login, reason)
    return web.Response(status=303, headers={"Location": f"/nachrichten/{message_id}"})


def _repeatable(row: Row, promises: Iterable[Row]) -> bool:
    """Tell whether a delivery is over and nothing stands in for it yet."""
    over = row["kind"] == "deliver" and row["state"] in {"confirmed", "skipped"}
    return over and all(other["replaces"] != row["id"] for other in promises)


def _queryable(row: Row) -> bool:
    """Tell whether the partner can be asked what became of a delivery."""
    asked = row["state"] == "unknown" and row["clearing_id"] is not None
    return asked and CAN_BE_INQUIRED in json.loads(row["facts"])


def _findings(promises: Iterable[Row]) -> list[dict[str, Any]]:
    """Return why the message was refused, as it was written beside the quarantined bytes."""
    specs = [json.loads(row["spec"]) for row in promises if row["kind"] == "refuse"]
    return [one for spec in specs for one in spec.get("reason", {}).get("befunde", [])]


async def blocked(request: web.Request) -> web.Response:
    """Show which cases are blocked, by what, how much waits behind; and what people hold back."""
    visit = visit_of(request)
    scope, now_us = visit.account.tenant, visit.services.clock.now_us()
    rows, held = await visit.services.database.read(
        lambda tx: (views.blocked_lanes(tx, scope), holds.in_force(tx, scope, now_us))
    )
    tomorrow = local_date(now_us) + timedelta(days=1)
    return render(
        request, "lanes.html", rows=rows, held=held, now=now_us, tomorrow=tomorrow.isoformat(),
        key=uuid7(now_us), offices=visit.services.settings.tenants if scope is None else (),
    )  # fmt: skip
