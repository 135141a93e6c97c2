"""Notes on a file: private ones, and the team's. They stand beside the documents, never in them."""

from __future__ import annotations

import re

from aiohttp import web

from hub.store.casework import notes
from hub.store.casework.notes import Note
from hub.web.faults import Denied
from hub.web.visit import visit_of

LONGEST = 2_000
_KEY = re.compile(r"[0-9a-f-]{36}")


async def add(request: web.Request) -> web.Response:
    """Keep a note on a file."""
    visit, form = visit_of(request), await request.post()
    akte = await visit.efile.contents.akte(visit.tenant, request.match_info["akte"])
    text, key = str(form.get("notiz", "")).strip(), str(form.get("schluessel", ""))
    if not text or len(text) > LONGEST or not _KEY.fullmatch(key):
        raise Denied(422, "form_invalid")
    note = Note(
        id=key, tenant=visit.tenant, akte=akte.id, document="", author=visit.account.login,
        team=form.get("fuer") == "team", text=text, made_us=visit.services.clock.now_us(),
    )  # fmt: skip
    await visit.services.database.write(lambda tx: notes.add(tx, note))
    return web.Response(status=303, headers={"Location": f"/akten/{akte.id}"})


async def remove(request: web.Request) -> web.Response:
    """Take an own note away."""
    visit = visit_of(request)
    akte = await visit.efile.contents.akte(visit.tenant, request.match_info["akte"])
    name, login = request.match_info["note"], visit.account.login
    await visit.services.database.write(
        lambda tx: notes.remove(tx, visit.tenant, akte.id, name, login)
    )
    return web.Response(status=303, headers={"Location": f"/akten/{akte.id}"})
