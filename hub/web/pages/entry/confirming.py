"""Before something leaves the house, whoever asks for it proves anew who they are (ASVS 7.5.3)."""

from __future__ import annotations

from aiohttp import web

from hub.web.faults import Denied
from hub.web.gate import FRESH_US
from hub.web.pages.entry.onward import go, keep
from hub.web.pages.entry.signin import count, wanted
from hub.web.pages.entry.wording import said
from hub.web.presentation.menu import start_of
from hub.web.presentation.rendering import render
from hub.web.visit import Visit, visit_of

MINUTE_US = 60_000_000


async def show(request: web.Request) -> web.Response:
    """Ask for the password and the second factor, or lead to the provider."""
    return await _form(request, wanted(request.query.get("weiter", "")))


async def confirm(request: web.Request) -> web.Response:
    """Check the password and, where there is one, the second factor; then go on."""
    visit, form = visit_of(request), await request.post()
    target = wanted(str(form.get("weiter", "")))
    count(request, visit, visit.account.login)
    account, services = visit.account, visit.services
    fits = await services.accounts.knows(account.login, str(form.get("passwort", "")))
    if fits and await services.factors.of(account):
        fits = await services.factors.proves(account, said(form))
    if not fits:
        visit.note(result="refused")
        return await _form(request, target, status=422)
    return await _confirmed(visit, target)


async def _confirmed(visit: Visit, target: str) -> web.Response:
    """Go on with a new token of the same session."""
    session = visit.session
    token = session and await visit.services.accounts.confirm(session, visit.token)
    if not token:
        raise Denied(401, "no_session")
    visit.token = token
    return keep(go(target or start_of(visit.account)), token)


async def _form(request: web.Request, target: str, *, status: int = 200) -> web.Response:
    visit = visit_of(request)
    return render(
        request, "confirm.html", status=status, target=target, failed=status != 200,  # noqa: PLR2004  HTTP "ok"
        factor=await visit.services.factors.of(visit.account), minutes=FRESH_US // MINUTE_US,
    )  # fmt: skip
