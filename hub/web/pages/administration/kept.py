"""The account a page is about: who may look at it, who may change it, what a form says."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Final

from aiohttp import web

from hub.store.accounts import keeping
from hub.store.database import Row
from hub.web.faults import Denied
from hub.web.visit import visit_of

PATH: Final = "/verwaltung/konten"

Sent = Mapping[str, list[str]]
"""What a form says: each field with its values."""


async def found(request: web.Request) -> Row:
    """Return the account asked for; one of somebody else's office is not there."""
    visit = visit_of(request)
    name = request.match_info["kept_account"]
    row = await visit.services.database.read(
        partial(keeping.find, account=name, tenant=visit.account.tenant)
    )
    if row is None:
        raise Denied(404, "not_found")
    return row


async def others(request: web.Request) -> Row:
    """Return the account to be changed; nobody changes what they may do themselves."""
    row = await found(request)
    if row["id"] == visit_of(request).account.id:
        raise Denied(409, "own_account")
    return row


def back(row: Row) -> web.Response:
    """Lead to the page of an account."""
    return web.Response(status=303, headers={"Location": f"{PATH}/{row['id']}"})


async def sent(request: web.Request) -> Sent:
    """Return what the form of a request says."""
    form = await request.post()
    return {name: [str(one) for one in form.getall(name)] for name in form}


def only(said: Sent, field: str) -> str:
    """Return a field that is there once; empty if it is not."""
    return said.get(field, [""])[0]
