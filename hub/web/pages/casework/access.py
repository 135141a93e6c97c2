"""Who may see a file: competence and blocks; and opening one in an emergency."""

from __future__ import annotations

import re

from aiohttp import web
from multidict import MultiDictProxy

from efile import GROUNDS, Akte, Author, BlockSet, Competence, EFile, NotFound
from hub.core.ids import uuid7
from hub.store.accounts import Role
from hub.store.casework import emergencies, units
from hub.store.casework.emergencies import Emergency
from hub.store.database import Row
from hub.store.journal import Entry
from hub.web.faults import Denied
from hub.web.limits import Limit
from hub.web.presentation.rendering import render
from hub.web.visit import Visit, visit_of

EMERGENCIES: web.AppKey[Limit] = web.AppKey("emergency_limit", Limit)
"""Asking for files in an emergency has its measure: nobody shall try out numbers."""
HOURS = 4
"""How long a file opened in an emergency stays open."""
MIN_REASON = 10
"""Characters of a reason that says something."""
_US = 3_600_000_000
_KEY = re.compile(r"[0-9a-f-]{36}")


async def show(request: web.Request) -> web.Response:
    """Show who is responsible for a file and what is blocked in it, with the forms to say so."""
    visit = visit_of(request)
    akte, admission = await visit.efile.access.admission(visit.tenant, request.match_info["akte"])
    people, rooms = await _office(visit)
    heirs = await visit.services.database.read(lambda tx: units.successors(tx, visit.tenant))
    titles = {}
    for block in admission.blocks:
        if block.said.document:
            document = await visit.efile.document(visit.tenant, block.said.document)
            titles[document.id] = document.title
    return render(
        request, "file_access.html", akte=akte, admission=admission, people=people, rooms=rooms,
        heirs=heirs, grounds=GROUNDS, titles=titles,
        document=request.query.get("dokument", "")[:80], key=uuid7(visit.services.clock.now_us()),
    )  # fmt: skip


async def assign(request: web.Request) -> web.Response:
    """Say who works on a file."""
    visit, akte, form = await _form(request)
    people, rooms = await _office(visit)
    unit, persons = str(form.get("sachgebiet", "")), _chosen(form, people)
    if unit and unit not in {row["id"] for row in rooms}:
        raise Denied(422, "form_invalid")
    noted = await visit.efile.access.assign(
        visit.tenant, akte.id, Competence(unit=unit, persons=persons), _text(form, "grund"),
        _author(visit, form),
    )  # fmt: skip
    return await _done(visit, "competence_changed", akte, noted.sha256)


async def block(request: web.Request) -> web.Response:
    """Let only the named persons see a file or a document; whoever says so is one of them."""
    visit, akte, form = await _form(request)
    people, _ = await _office(visit)
    persons = tuple(sorted({*_chosen(form, people), visit.account.login}))
    by = _author(visit, form)
    wanted = BlockSet(
        id=by.key, ground=_text(form, "anlass"), reason=_text(form, "grund"), persons=persons,
        document=_text(form, "dokument"),
    )  # fmt: skip
    noted = await visit.efile.access.block(visit.tenant, akte.id, wanted, by)
    return await _done(visit, "block_set", akte, noted.sha256)


async def unblock(request: web.Request) -> web.Response:
    """End one block."""
    visit, akte, form = await _form(request)
    noted = await visit.efile.access.unblock(
        visit.tenant, akte.id, request.match_info["block"], _text(form, "grund"),
        _author(visit, form),
    )  # fmt: skip
    return await _done(visit, "block_lifted", akte, noted.sha256)


async def emergency_form(request: web.Request) -> web.Response:
    """Ask for the file and the reason."""
    visit = visit_of(request)
    key = uuid7(visit.services.clock.now_us())
    return render(request, "emergency.html", key=key, fault="", name="", reason="", hours=HOURS)


async def emergency(request: web.Request) -> web.Response:
    """Open a file to the person who asks, for a while; the data protection role is told."""
    visit, form = visit_of(request), await request.post()
    name, reason = _text(form, "akte")[:120], _text(form, "grund")[:500]
    key, now_us = _text(form, "schluessel"), visit.services.clock.now_us()
    visit.note(object=name)
    if not request.app[EMERGENCIES].allows(visit.account.id, now_us):
        raise Denied(429, "too_many_requests")
    found = None
    if name and len(reason) >= MIN_REASON and _KEY.fullmatch(key):
        found = await _behind_guards(visit, name)
    if found is None:
        visit.note(result="form_invalid")
        return render(
            request, "emergency.html", status=422, key=uuid7(now_us), name=name, reason=reason,
            hours=HOURS, fault=(
                "Diese Akte gibt es nicht, sie liegt hinter einer Mauer, die ein Notzugriff nicht"
                f" öffnet, oder der Grund ist zu kurz (mindestens {MIN_REASON} Zeichen)."
            ),
        )  # fmt: skip
    visit.note(akte=found.id)
    one = Emergency(
        id=key, tenant=visit.tenant, akte=found.id, login=visit.account.login, reason=reason,
        opened_us=now_us, until_us=now_us + HOURS * _US,
    )  # fmt: skip
    await visit.services.database.write(lambda tx: emergencies.begin(tx, one))
    return web.Response(status=303, headers={"Location": f"/akten/{found.id}"})


async def _behind_guards(visit: Visit, name: str) -> Akte | None:
    """Return a file behind walls the person was let through, whatever guards it."""
    try:
        akte = await visit.services.efile.contents.akte(visit.tenant, name)
        open_to: EFile = visit.services.efile.behind(visit.account.walls, opened=(akte.id,))
        return await open_to.contents.akte(visit.tenant, akte.id)
    except NotFound:
        return None


async def emergency_list(request: web.Request) -> web.Response:
    """Show the data protection role which files were opened in an emergency, and why."""
    visit = visit_of(request)
    if visit.account.tenant is None:
        return render(request, "emergencies.html", rows=[], now=0)
    tenant = visit.account.tenant
    rows = await visit.services.database.read(lambda tx: emergencies.listed(tx, tenant))
    return render(request, "emergencies.html", rows=rows, now=visit.services.clock.now_us())


async def emergency_seen(request: web.Request) -> web.Response:
    """Take note of one."""
    visit, name = visit_of(request), request.match_info["emergency"]
    login, now_us = visit.account.login, visit.services.clock.now_us()
    tenant = visit.account.tenant or ""
    if not await visit.services.database.write(
        lambda tx: emergencies.take_note(tx, tenant, name, login, now_us)
    ):
        raise Denied(404, "not_found")
    return web.Response(status=303, headers={"Location": "/notzugriffe"})


async def _office(visit: Visit) -> tuple[list[Row], list[Row]]:
    people, rooms = await visit.services.database.read(
        lambda tx: (units.people(tx, visit.tenant), units.units(tx, visit.tenant))
    )
    working = [
        row for row in people
        if row["state"] == "active" and Role.CASEWORKER in row["roles"].split()
    ]  # fmt: skip
    return working, rooms


_Form = MultiDictProxy[str | bytes | bytearray | web.FileField]


async def _form(request: web.Request) -> tuple[Visit, Akte, _Form]:
    visit = visit_of(request)
    akte = await visit.efile.contents.akte(visit.tenant, request.match_info["akte"])
    return visit, akte, await request.post()


def _chosen(form: _Form, people: list[Row]) -> tuple[str, ...]:
    """Return the persons ticked, all of them of the office.

    Raises:
        Denied: somebody else was named.
    """
    chosen = {str(one) for one in form.getall("person", [])}
    if chosen - {row["login"] for row in people}:
        raise Denied(422, "form_invalid")
    return tuple(sorted(chosen))


def _text(form: _Form, name: str) -> str:
    return str(form.get(name, "")).strip()


def _author(visit: Visit, form: _Form) -> Author:
    """Return who speaks; the form's key makes a second click the same word."""
    key = _text(form, "schluessel")
    if not _KEY.fullmatch(key):
        raise Denied(422, "form_invalid")
    return Author(visit.account.login, visit.services.clock.now_us(), key)


async def _done(visit: Visit, action: str, akte: Akte, digest: str) -> web.Response:
    """Journal what was noted; why stands in the file alone. Who sees it no more gets the list."""
    services = visit.services
    if services.desk is not None:
        entry = Entry(
            visit.tenant, action, case_key=akte.aktenzeichen, actor=visit.account.login,
            digest=digest, facts={"akte": akte.id},
        )  # fmt: skip
        book, now_us = services.desk.journal, services.clock.now_us()
        await services.database.write(lambda tx: book.append(tx, now_us, entry))
    seen = await visit.efile.contents.known(visit.tenant, [akte.id])
    place = f"/akten/{akte.id}/zugriff" if akte.id in seen else "/akten"
    return web.Response(status=303, headers={"Location": place})
