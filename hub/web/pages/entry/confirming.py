"""Before something leaves the house, whoever asks for it proves anew who they are (ASVS 7.5.3)."""

from __future__ import annotations

from aiohttp import web

from hub.web.gate import FRESH_US
from hub.web.pages.entry.signin import count, go, start_of, wanted
from hub.web.presentation.rendering import render
from hub.web.visit import visit_of

MINUTE_US = 60_000_000


async def show(request: web.Request) -> web.Response:
    """Ask for the password, or lead to the provider."""
    return _form(request, wanted(request.query.get("weiter", "")))


async def confirm(request: web.Request) -> web.Response:
    """Check the password and go on."""
    visit, form = visit_of(request), await request.post()
    target = wanted(str(form.get("weiter", "")))
    count(request, visit, visit.account.login)
    if not await visit.services.accounts.knows(visit.account.login, str(form.get("passwort", ""))):
        visit.note(result="refused")
        return _form(request, target, status=422, fault="Das Passwort passt nicht.")
    if visit.session:
        await visit.services.accounts.confirm(visit.session)
    return go(target or start_of(visit.account))


def _form(request: web.Request, target: str, *, status: int = 200, fault: str = "") -> web.Response:
    return render(
        request, "confirm.html", status=status, target=target, fault=fault,
        minutes=FRESH_US // MINUTE_US,
    )  # fmt: skip
