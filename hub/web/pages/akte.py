"""One file: its facts, its structure, its parcel tracking, and who has read it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from efile import AkteView, Document, Vorgang
from hub.core.clock import local_date
from hub.store import audit, cases, views
from hub.store.accounts import Role
from hub.store.database import Row
from hub.web.presentation import words
from hub.web.presentation.rendering import render
from hub.web.presentation.words import Word
from hub.web.visit import cursor_of, visit_of

PAGE = 50


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a message on the timeline."""

    at_us: int
    word: Word
    note: str


@dataclass(slots=True)
class Station:
    """One message of the case on the timeline, with its steps."""

    message_id: str | None
    kind: str | None
    partner: str
    state: Word
    at_us: int
    steps: list[Step] = field(default_factory=list)
    waiting: list[Row] = field(default_factory=list)
    milestones: list[str] = field(default_factory=list)
    """What this message meant for the case, in plain words."""


async def show(request: web.Request) -> web.Response:
    """Show one file."""
    visit = visit_of(request)
    view = await visit.efile.akte(visit.tenant, request.match_info["akte"])
    key, tenant = view.akte.aktenzeichen, visit.tenant
    case, rows, waiting, archives = await visit.services.database.read(
        lambda tx: (
            cases.load(tx, tenant, key),
            views.timeline(tx, tenant, key),
            views.waiting(tx, tenant, key),
            views.archives(tx, tenant, views.begin_of_case(tx, tenant, key)),
        )
    )
    today = local_date(visit.services.clock.now_us())
    outlook = await visit.efile.retention.outlook(tenant, view.akte.id, today)
    return render(
        request,
        "akte.html",
        akte=view.akte,
        outlook=outlook,
        case=case,
        outline=outline(view),
        stations=stations(rows, waiting),
        archives=archives,
    )


async def readers(request: web.Request) -> web.Response:
    """Show who has accessed one file."""
    visit = visit_of(request)
    akte_id, tenant = request.match_info["akte"], visit.tenant
    # Whoever controls access sees the log of every file, and nothing of the file itself.
    files = visit.services.efile if visit.has(Role.AUDITOR) else visit.efile
    view = await files.akte(tenant, akte_id)
    before = cursor_of(request)
    rows = await visit.services.database.read(
        lambda tx: audit.readers(tx, tenant, akte_id, before=before, limit=PAGE + 1)
    )
    return render(
        request,
        "readers.html",
        akte=view.akte,
        rows=rows[:PAGE],
        following=rows[PAGE - 1]["seq"] if len(rows) > PAGE else None,
    )


def outline(view: AkteView) -> list[tuple[Vorgang, list[Document]]]:
    """Return matters with their documents, the newest document of each first."""
    groups: dict[str, list[Document]] = {one.id: [] for one in view.vorgaenge}
    for document in view.documents:
        groups[document.vorgang_id].append(document)
    return [(one, groups[one.id][::-1]) for one in view.vorgaenge]


def stations(rows: Iterable[Row], waiting: Iterable[Row]) -> list[Station]:
    """Gather the journal of a case into one station per message, the newest first."""
    found: dict[str | None, Station] = {}
    for row in rows:
        _tell(found.setdefault(row["message_id"], _station(row)), row)
    for row in waiting:
        if row["message_id"] in found:
            found[row["message_id"]].waiting.append(row)
    return [one for one in found.values() if one.steps or one.milestones][::-1]


def _station(row: Row) -> Station:
    state = words.message_state(row["message_state"]) if row["message_state"] else Word("")
    return Station(row["message_id"], row["kind"], row["partner"] or "", state, row["at_us"])


def _tell(station: Station, row: Row) -> None:
    """Add a journal entry: a step the hub took, or a milestone of the case."""
    facts: dict[str, Any] = json.loads(row["facts"])
    word = words.step(row["action"], facts)
    if word is not None:
        station.steps.append(Step(row["at_us"], word, str(facts.get("title") or "")))
    elif facts.get("text"):
        station.milestones.append(str(facts["text"]))
