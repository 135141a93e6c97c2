"""Accounts of an office: who may sign in, with which roles; locked and let in again."""

from __future__ import annotations

from functools import partial

from aiohttp import web

from hub.store.accounts import Role, factors, keeping
from hub.web.faults import Denied
from hub.web.pages.administration import wording
from hub.web.pages.administration.competence import shown
from hub.web.pages.administration.kept import PATH, back, found, others
from hub.web.presentation.rendering import render
from hub.web.visit import visit_of


async def listed(request: web.Request) -> web.Response:
    """Show the accounts the person keeps."""
    visit = visit_of(request)
    rows = await visit.services.database.read(partial(keeping.listed, tenant=visit.account.tenant))
    offices = {one.id: one.name for one in visit.services.settings.tenants}
    return render(
        request, "accounts.html", wording=wording, rows=rows, offices=offices, path_of=PATH,
        now=visit.services.clock.now_us(),
    )  # fmt: skip


async def show(request: web.Request) -> web.Response:
    """Show one account with what can be done about it."""
    visit, row = visit_of(request), await found(request)
    return render(
        request, "account.html", wording=wording, row=row, roles=list(Role), path_of=PATH,
        own=row["id"] == visit.account.id, office_name=visit.services.office(row["tenant"]),
        now=visit.services.clock.now_us(), works=await shown(visit, row),
    )  # fmt: skip


async def lock(request: web.Request) -> web.Response:
    """Forbid sign-in and end every session."""
    visit, row = visit_of(request), await others(request)
    now_us = visit.services.clock.now_us()
    await visit.services.database.write(partial(keeping.lock, account=row["id"], now_us=now_us))
    return back(row)


async def unlock(request: web.Request) -> web.Response:
    """Allow sign-in again."""
    visit, row = visit_of(request), await others(request)
    now_us = visit.services.clock.now_us()
    await visit.services.database.write(partial(keeping.unlock, account=row["id"], now_us=now_us))
    return back(row)


async def give_roles(request: web.Request) -> web.Response:
    """Set the roles of an account."""
    visit, row = visit_of(request), await others(request)
    said = {str(word) for word in (await request.post()).getall("rolle", [])}
    roles = frozenset(role for role in Role if role.value in said)
    give = partial(
        keeping.give_roles, account=row["id"], roles=roles, now_us=visit.services.clock.now_us()
    )
    visit.note(object=f"{row['id']} {' '.join(sorted(roles))}")
    await visit.services.database.write(give)
    return back(row)


async def reset_factor(request: web.Request) -> web.Response:
    """Take the second factor off an account; its owner sets up a new one at the next sign-in."""
    visit, row = visit_of(request), await others(request)
    reset = partial(
        factors.reset, account_id=row["id"], by=visit.account.login,
        now_us=visit.services.clock.now_us(),
    )  # fmt: skip
    if not await visit.services.database.write(reset):
        raise Denied(409, "factor_gone")
    return back(row)
