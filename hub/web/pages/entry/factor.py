"""The own second factor of somebody who is signed in: set up, renewed, taken off."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from hub.store.accounts import Session
from hub.web.faults import Denied
from hub.web.pages.entry.onward import go, keep
from hub.web.pages.entry.signin import count
from hub.web.pages.entry.wording import offered
from hub.web.presentation.rendering import render
from hub.web.visit import Visit, visit_of

PATH: Final = "/zweiter-faktor"


async def show(request: web.Request) -> web.Response:
    """Show whether the person has one and what can be done about it."""
    visit = visit_of(request)
    return render(
        request, "factor.html", factor=await visit.services.factors.of(visit.account),
        required=_is_required(visit), done=request.query.get("getan", ""),
    )  # fmt: skip


async def form(request: web.Request) -> web.Response:
    """Show the secret of a new second factor."""
    return await _form(request)


async def accept(request: web.Request) -> web.Response:
    """Let it count if the code fits; every other session ends and this one gets a new name."""
    visit = visit_of(request)
    session = _local(visit)
    count(request, visit, visit.account.login)
    code = str((await request.post()).get("code", ""))
    codes = await visit.services.factors.accept(visit.account, session.token_sha256, code)
    if codes is None:
        visit.note(result="refused")
        return await _form(request, status=422)
    visit.token = await visit.services.accounts.renew_session(session)
    return keep(render(request, "factor_codes.html", codes=codes, target=PATH), visit.token)


async def renew_codes(request: web.Request) -> web.Response:
    """Show new recovery codes, once."""
    visit = visit_of(request)
    await _demand_factor(visit)
    codes = await visit.services.factors.renew_codes(visit.account)
    return render(request, "factor_codes.html", codes=codes, target=PATH)


async def remove(request: web.Request) -> web.Response:
    """Take it off, where the person's roles do not need one."""
    visit = visit_of(request)
    await _demand_factor(visit)
    if _is_required(visit):
        raise Denied(409, "factor_required")
    await visit.services.factors.remove(visit.account)
    token = await visit.services.accounts.renew_session(_local(visit))
    return keep(go(f"{PATH}?getan=entfernt"), token)


async def _form(request: web.Request, status: int = 200) -> web.Response:
    visit = visit_of(request)
    secret = await visit.services.factors.offer(visit.account, _local(visit).token_sha256)
    return render(
        request, "factor_form.html", status=status, failed=status != 200,  # noqa: PLR2004  HTTP "ok"
        **offered(secret, visit.account),
    )  # fmt: skip


def _local(visit: Visit) -> Session:
    """Return the session of somebody with a password kept here."""
    if visit.session is None or visit.account.federated:
        raise Denied(409, "account_without_password")
    return visit.session


async def _demand_factor(visit: Visit) -> None:
    if await visit.services.factors.of(visit.account) is None:
        raise Denied(409, "factor_missing")


def _is_required(visit: Visit) -> bool:
    return bool(visit.account.roles & visit.services.with_factor)
