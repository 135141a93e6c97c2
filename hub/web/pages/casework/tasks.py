"""Tasks with a day (*Wiedervorlagen*): put down, done, put off, handed over."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date

from aiohttp import web

from efile import Akte
from hub.core.clock import local_date
from hub.core.ids import uuid7
from hub.store.accounts import Role
from hub.store.casework import tasks, units
from hub.store.casework.tasks import Task
from hub.store.database import Row
from hub.web.faults import Denied
from hub.web.pages.casework.due import parse
from hub.web.presentation.rendering import render
from hub.web.visit import Visit, visit_of

PAGE = 40
_KEY = re.compile(r"[0-9a-f-]{36}")
_LONGEST = 300
WHOSE = {"ich": "Meine", "team": "Mein Sachgebiet", "vertretung": "In Vertretung"}


async def listed(request: web.Request) -> web.Response:
    """Show open tasks by day: mine, my units', of those I stand in for."""
    visit = visit_of(request)
    whose = request.query.get("wessen", "ich")
    whose = whose if whose in WHOSE else "ich"
    every = request.query.get("alle") == "1"
    today = local_date(visit.services.clock.now_us())
    owners = owners_of(visit, whose)
    until = "9999-12-31" if every else today.isoformat()
    after = request.query.get("nach", "")[:60]
    rows = await visit.services.database.read(
        lambda tx: tasks.due(tx, visit.tenant, owners or ("",), until, after, PAGE + 1)
    )
    shown = rows[:PAGE]
    return render(
        request, "tasks.html", tasks=await with_files(visit, shown), whose=whose, every=every,
        today=today.isoformat(), kinds=WHOSE, people=await colleagues(visit),
        following=f"{shown[-1]['due']}|{shown[-1]['id']}" if len(rows) > PAGE else "",
    )  # fmt: skip


def owners_of(visit: Visit, whose: str) -> tuple[str, ...]:
    """Return the names under which tasks belong to somebody."""
    if whose == "team":
        return tuple(f"u:{one}" for one in sorted(visit.account.units))
    if whose == "vertretung":
        away = visit.standing.units
        others = tuple(f"u:{one}" for one in away if one not in visit.account.units)
        return (*(f"p:{one}" for one in visit.standing.stands_for), *others)
    return (f"p:{visit.account.login}",)


async def with_files(visit: Visit, rows: Collection[Row]) -> list[tuple[Row, Akte]]:
    """Return tasks with their files; those on files that are not seen are left out."""
    akten = await visit.efile.contents.known(visit.tenant, {row["akte"] for row in rows})
    return [(row, akten[row["akte"]]) for row in rows if row["akte"] in akten]


async def colleagues(visit: Visit) -> list[tuple[str, str]]:
    """Return to whom a task may be handed: people and units of the office."""
    people, rooms = await visit.services.database.read(
        lambda tx: (units.people(tx, visit.tenant), units.units(tx, visit.tenant))
    )
    named = [
        (f"p:{row['login']}", row["name"])
        for row in people
        if row["state"] == "active" and Role.CASEWORKER in row["roles"].split()
    ]
    return named + [(f"u:{row['id']}", row["name"]) for row in rooms]


async def add(request: web.Request) -> web.Response:
    """Put a task down from one line: a day and, if wanted, a text."""
    visit, form = visit_of(request), await request.post()
    akte = await visit.efile.contents.akte(visit.tenant, request.match_info["akte"])
    now_us = visit.services.clock.now_us()
    said = str(form.get("wann", ""))[:_LONGEST]
    understood = parse(said, local_date(now_us))
    key = str(form.get("schluessel", ""))
    if understood is None or not _KEY.fullmatch(key):
        visit.note(result="form_invalid")
        return render(
            request, "task_wrong.html", status=422, akte=akte, said=said, key=uuid7(now_us)
        )
    day, text = understood
    task = Task(
        id=key, tenant=visit.tenant, akte=akte.id, due=day.isoformat(),
        text=text or "Wiedervorlage", owner=f"p:{visit.account.login}",
        made_by=visit.account.login, made_us=now_us,
    )  # fmt: skip
    await visit.services.database.write(lambda tx: tasks.add(tx, task))
    return _back(form.get("zurueck"), f"/akten/{akte.id}")


async def done(request: web.Request) -> web.Response:
    """Say that a task is done."""
    visit, task, form = await _task(request)
    now_us, login = visit.services.clock.now_us(), visit.account.login
    await visit.services.database.write(
        lambda tx: tasks.finish(tx, visit.tenant, task["id"], login, now_us)
    )
    return _back(form.get("zurueck"), "/wiedervorlagen")


async def put_off(request: web.Request) -> web.Response:
    """Put a task off to another day."""
    visit, task, form = await _task(request)
    said = str(form.get("wann", ""))[:_LONGEST]
    understood = parse(said, local_date(visit.services.clock.now_us()))
    if understood is None:
        raise Denied(422, "day_not_understood")
    day: date = understood[0]
    await visit.services.database.write(
        lambda tx: tasks.change(tx, visit.tenant, task["id"], due=day.isoformat())
    )
    return _back(form.get("zurueck"), "/wiedervorlagen")


async def hand_over(request: web.Request) -> web.Response:
    """Hand a task over to a person or a unit of the office."""
    visit, task, form = await _task(request)
    owner = str(form.get("an", ""))
    if owner not in {name for name, _ in await colleagues(visit)}:
        raise Denied(422, "form_invalid")
    await visit.services.database.write(
        lambda tx: tasks.change(tx, visit.tenant, task["id"], owner=owner)
    )
    return _back(form.get("zurueck"), "/wiedervorlagen")


async def _task(request: web.Request) -> tuple[Visit, Row, dict[str, object]]:
    """Return the task an address names, if its file is seen."""
    visit, name = visit_of(request), request.match_info["task"]
    task = await visit.services.database.read(lambda tx: tasks.find(tx, visit.tenant, name))
    if task is None:
        raise Denied(404, "not_found")
    await visit.efile.contents.akte(visit.tenant, task["akte"])
    return visit, task, dict(await request.post())


def _back(wanted: object, otherwise: str) -> web.Response:
    """Lead back to where the form stood."""
    path = str(wanted or "")
    own = path.startswith(("/akten/", "/wiedervorlagen", "/mein-tag"))
    fine = own and "//" not in path and "\\" not in path and path.isprintable()
    return web.Response(status=303, headers={"Location": path if fine else otherwise})
