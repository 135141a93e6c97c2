"""Handing files over to the archive: what was offered, answered, delivered and confirmed."""

from __future__ import annotations

import asyncio
import re
import tempfile
from pathlib import Path
from typing import BinaryIO

from aiohttp import web

from efile import AnswerContradicts, Objection
from hub.core.settings import Tenant
from hub.evidence.handover.desk import ArchiveDesk, Packed
from hub.evidence.handover.reading import MOST_BYTES
from hub.web.faults import Denied
from hub.web.presentation.rendering import render
from hub.web.visit import Visit, visit_of

PAGE = 50
_SHOWN = 200
"""Files to be offered that are listed by name; the offer takes all."""
_KEY = re.compile(r"[0-9a-f-]{36}")
_CURSOR = re.compile(r"([0-9]{1,18})\.([0-9a-f-]{36})")


async def listed(request: web.Request) -> web.Response:
    """Show what is to be offered, the offers made, and where messages are read in."""
    return await _list(request, ())


async def _list(
    request: web.Request, objections: tuple[Objection, ...], status: int = 200
) -> web.Response:
    visit, desk = visit_of(request), _desk(request)
    room = visit.efile.handover
    found = _CURSOR.fullmatch(request.query.get("vor", ""))
    behind = (int(found[1]), found[2]) if found else None
    processes = await room.processes(visit.tenant, behind, PAGE)
    last = processes[-1].cursor if len(processes) == PAGE else None
    candidates = await room.candidates(visit.tenant, desk.today)
    return render(
        request,
        "archive.html",
        status=status,
        processes=processes,
        following=f"{last[0]}.{last[1]}" if last else "",
        candidates=candidates[:_SHOWN],
        more=max(0, len(candidates) - _SHOWN),
        objections=objections,
        checks=desk.checks,
        archive=_office(visit).archive,
        key=visit.correlation,
    )


async def offer(request: web.Request) -> web.Response:
    """Offer everything that is to be offered; a second click offers nothing more."""
    visit, form = visit_of(request), await request.post()
    key = str(form.get("schluessel", ""))
    if not _KEY.fullmatch(key):
        raise Denied(422, "form_invalid")
    room, login = visit.efile.handover, visit.account.login
    made = await _desk(request).offer(room, _office(visit), login, key=key)
    visit.note(object=made[0] if made else "")
    where = f"/{made[0]}" if len(made) == 1 else ""
    return web.Response(status=303, headers={"Location": f"/aufbewahrung/archiv{where}"})


async def hear(request: web.Request) -> web.Response:
    """Take a message of the archive; what is wrong with it is listed, and nothing taken."""
    visit, form = visit_of(request), await request.post()
    given = form.get("nachricht")
    if not isinstance(given, web.FileField):
        raise Denied(422, "form_invalid")
    with given.file as file:
        data = await asyncio.to_thread(file.read, MOST_BYTES + 1)
    room, login = visit.efile.handover, visit.account.login
    try:
        heard = await _desk(request).hear(room, _office(visit), data, login)
    except AnswerContradicts as exc:
        visit.note(result=exc.code)
        return await _list(request, exc.objections, 422)
    visit.note(object=heard.message.process)
    told = f"gelesen={heard.message.kind.code}&neu={sum(map(len, heard.noted.new.values()))}"
    told += f"&geprueft={int(heard.checked)}&empfang={int(heard.answer is not None)}"
    where = f"/aufbewahrung/archiv/{heard.message.process}?{told}"
    return web.Response(status=303, headers={"Location": where})


async def show(request: web.Request) -> web.Response:
    """Show the files of an offer and where each stands."""
    visit, process = visit_of(request), request.match_info["process"]
    desk = _desk(request)
    found = await visit.efile.handover.files(visit.tenant, process, desk.today)
    states = [one.standing.offer.state for one in found if one.standing.offer]
    return render(
        request,
        "archive_offer.html",
        process=process,
        files=found,
        offered=min(one.standing.offer.since for one in found if one.standing.offer),
        waiting=sum(state in ("offered", "appraising") for state in states),
        wanted=sum(state in ("wanted", "refused") for state in states),
        delivered=sum(state == "delivered" for state in states),
        heard=request.query.get("gelesen", ""),
        new=request.query.get("neu", ""),
        checked=request.query.get("geprueft", "") == "1",
        owes=request.query.get("empfang", "") == "1",
    )


async def fetch(request: web.Request) -> web.Response:
    """Return an offer (0501) as a download."""
    visit, process = visit_of(request), request.match_info["process"]
    packed = await _desk(request).offer_message(visit.efile.handover, _office(visit), process)
    return _download(packed)


async def receipt(request: web.Request) -> web.Response:
    """Return our word that we have the appraisal (0505) as a download."""
    visit, process = visit_of(request), request.match_info["process"]
    return _download(await _desk(request).receipt(visit.efile.handover, _office(visit), process))


def _download(packed: Packed) -> web.Response:
    return web.Response(
        body=packed.data,
        content_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{packed.name}"'},
    )


async def form(request: web.Request) -> web.Response:
    """Say what a delivery holds before it leaves the house."""
    visit, process = visit_of(request), request.match_info["process"]
    found = await visit.efile.handover.files(visit.tenant, process, _desk(request).today)
    wanted = [
        one for one in found
        if one.standing.offer and one.standing.offer.state in ("wanted", "delivered", "refused")
    ]  # fmt: skip
    return render(request, "archive_delivery.html", process=process, files=wanted)


async def deliver(request: web.Request) -> web.Response:
    """Build the package (0503) and send it; the notes and the journal name its digest."""
    visit, process = visit_of(request), request.match_info["process"]
    package, name, size = await _built(request, visit, process)
    return web.Response(
        body=package,
        headers={
            "Content-Type": "application/zip",
            "Content-Length": str(size),
            "Content-Disposition": f'attachment; filename="{name}"',
        },
    )


async def _built(request: web.Request, visit: Visit, process: str) -> tuple[BinaryIO, str, int]:
    """Return the package, opened, with name and size; nothing of it stays on the disk."""
    room, login = visit.efile.handover, visit.account.login
    folder = tempfile.TemporaryDirectory(prefix="uebergabe-")
    try:
        made = await _desk(request).deliver(room, _office(visit), process, Path(folder.name), login)
        # Opened, it can be read although it has no name any more.
        opened = await asyncio.to_thread(open, made.written.package, "rb")
    finally:
        await asyncio.to_thread(folder.cleanup)
    return opened, made.written.package.name, made.written.size


def _desk(request: web.Request) -> ArchiveDesk:
    desk = visit_of(request).services.archive
    if desk is None:
        raise Denied(404, "not_found")
    return desk


def _office(visit: Visit) -> Tenant:
    return visit.services.settings.tenant(visit.tenant)
