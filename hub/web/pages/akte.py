"""One file: its facts, its structure, its parcel tracking, and who has read it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from efile import MISFILINGS, Akte, AkteView, Document, Matter, Unseen, Vorgang
from hub.core.clock import local_date
from hub.core.ids import uuid7
from hub.store import audit, cases, views
from hub.store.accounts import Role
from hub.store.casework import emergencies, notes, tasks, visits
from hub.store.database import Row, Transaction
from hub.uvg.model import Case
from hub.web.presentation import words
from hub.web.presentation.milestones import milestones
from hub.web.presentation.rendering import render
from hub.web.presentation.words import Word
from hub.web.visit import Visit, cursor_of, visit_of

PAGE = 50
HEADS, MATTERS = 6, 10
"""Documents shown of each matter, and matters shown with documents; the rest has own pages."""
STATIONS, ENTRIES = 7, 150
"""Messages shown of the way of a case, and journal entries looked at for them."""
LISTED = 20
"""Tasks and notes shown on the page of a file."""


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


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside a file for the person who looks: case, way, tasks, notes, last visit."""

    case: Case | None
    stations: list[Station]
    archives: list[Row]
    tasks: list[Row]
    notes: list[Row]
    emergency: Row | None
    before_us: int
    """When the visit before ended; 0 at the first."""


async def show(request: web.Request) -> web.Response:
    """Show one file."""
    visit = visit_of(request)
    tenant, files = visit.tenant, visit.efile
    found = await files.contents.outline(tenant, request.match_info["akte"], HEADS)
    beside = await _beside(visit, found.akte)
    today = local_date(visit.services.clock.now_us())
    since = beside.before_us
    return render(
        request,
        "akte.html",
        akte=found.akte,
        matters=found.matters,
        opened=frozenset(one.id for one in sorted(found.matters, key=_latest)[-MATTERS:]),
        outlook=await files.retention.outlook(tenant, found.akte.id, today),
        admission=(await files.access.admission(tenant, found.akte.id))[1],
        fresh=await files.contents.count_since(found.akte, since) if since else 0,
        taken_out=await files.disposal.taken_out(tenant, found.akte.id),
        misfilings=MISFILINGS,
        milestones=milestones(found.types, beside.case),
        beside=beside,
        stations=beside.stations[:STATIONS],
        earlier=len(beside.stations) > STATIONS,
        today=today,
        key=uuid7(visit.services.clock.now_us()),
        said="",
    )


def _latest(matter: Matter) -> int:
    return matter.latest_us


async def _beside(visit: Visit, akte: Akte) -> Beside:
    """Note the visit, and return what else is known; nothing of documents that are not seen."""
    key, tenant, login = akte.aktenzeichen, visit.tenant, visit.account.login
    unseen = await visit.efile.access.unseen(tenant, akte.id)
    now_us = visit.services.clock.now_us()
    before_us = await visit.services.database.write(
        lambda tx: visits.came(tx, tenant, login, akte.id, now_us)
    )

    def work(tx: Transaction) -> Beside:
        rows, waiting = views.timeline(tx, tenant, key, ENTRIES), views.waiting(tx, tenant, key)
        return Beside(
            cases.load(tx, tenant, key),
            [one for one in stations(rows, waiting) if one.message_id not in unseen.sources],
            views.archives(tx, tenant, views.begin_of_case(tx, tenant, key)),
            tasks.of_file(tx, tenant, akte.id, LISTED),
            _seen_notes(notes.of_file(tx, tenant, akte.id, login, LISTED), unseen),
            emergencies.running(tx, tenant, login, akte.id, now_us),
            before_us,
        )

    return await visit.services.database.read(work)


def _seen_notes(rows: list[Row], unseen: Unseen) -> list[Row]:
    return [row for row in rows if row["document"] not in unseen.documents]


async def way(request: web.Request) -> web.Response:
    """Show the parcel tracking of a file as far back as the journal has it."""
    visit = visit_of(request)
    tenant, files = visit.tenant, visit.efile
    akte = await files.contents.akte(tenant, request.match_info["akte"])
    unseen = await files.access.unseen(tenant, akte.id)
    key = akte.aktenzeichen
    rows, waiting, archives = await visit.services.database.read(
        lambda tx: (
            views.timeline(tx, tenant, key),
            views.waiting(tx, tenant, key),
            views.archives(tx, tenant, views.begin_of_case(tx, tenant, key)),
        )
    )
    found = [one for one in stations(rows, waiting) if one.message_id not in unseen.sources]
    return render(request, "way.html", akte=akte, stations=found, archives=archives)


async def readers(request: web.Request) -> web.Response:
    """Show who has accessed one file."""
    visit = visit_of(request)
    akte_id, tenant = request.match_info["akte"], visit.tenant
    # Whoever controls access sees the log of every file, and nothing of the file itself.
    files = visit.services.efile if visit.has(Role.AUDITOR) else visit.efile
    akte = await files.contents.akte(tenant, akte_id)
    unseen = await files.access.unseen(tenant, akte.id)
    before = cursor_of(request)
    rows, opened = await visit.services.database.read(
        lambda tx: (
            audit.readers(tx, tenant, akte.id, before=before, limit=PAGE + 1),
            emergencies.listed(tx, tenant, akte=akte.id),
        )
    )
    return render(
        request,
        "readers.html",
        akte=akte,
        opened=opened,
        rows=[row for row in rows[:PAGE] if row["document"] not in unseen.documents],
        following=rows[PAGE - 1]["seq"] if len(rows) > PAGE else None,
    )


def outline(view: AkteView) -> list[tuple[Vorgang, list[Document]]]:
    """Return matters by part of the file, with their documents, the newest of each first."""
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
