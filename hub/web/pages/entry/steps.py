"""Steps between a right password and a session: code, own password, second factor."""

from __future__ import annotations

from aiohttp import web

from hub.core.errors import HubError
from hub.store.accounts import Step
from hub.web.pages.entry.onward import aim, hand_over, misplaced, onward, step_done
from hub.web.pages.entry.signin import count
from hub.web.pages.entry.wording import offered, said
from hub.web.presentation.rendering import render
from hub.web.visit import visit_of


async def show_code(request: web.Request) -> web.Response:
    """Ask for the code of the second factor."""
    return misplaced(visit_of(request), Step.CODE) or _code_form(request)


async def check_code(request: web.Request) -> web.Response:
    """Check the code, or a recovery code, and go on."""
    visit = visit_of(request)
    if elsewhere := misplaced(visit, Step.CODE):
        return elsewhere
    account = visit.halfway.account
    form = await request.post()
    count(request, visit, account.login)
    if form.get("notfallcode"):
        visit.note(object=f"{account.login} Notfallcode")
    if not await visit.services.factors.proves(account, said(form)):
        visit.note(result="refused")
        return _code_form(request, status=422)
    return onward(await step_done(visit, proved=True))


async def show_password(request: web.Request) -> web.Response:
    """Ask for a password of one's own in place of the one-time password."""
    return misplaced(visit_of(request), Step.PASSWORD) or render(
        request, "step_password.html", fault=""
    )


async def set_password(request: web.Request) -> web.Response:
    """Keep the own password and go on."""
    visit = visit_of(request)
    if elsewhere := misplaced(visit, Step.PASSWORD):
        return elsewhere
    new = str((await request.post()).get("neu", ""))
    try:
        await visit.services.accounts.replace_one_time(visit.halfway, new)
    except HubError as error:
        visit.note(result=error.code)
        fault = f"{error.message} {error.remedy}"
        return render(request, "step_password.html", status=422, fault=fault)
    return onward(await step_done(visit, proved=visit.halfway.proved))


async def show_factor(request: web.Request) -> web.Response:
    """Show the secret of a new second factor."""
    return misplaced(visit_of(request), Step.FACTOR) or await _factor_form(request)


async def set_factor(request: web.Request) -> web.Response:
    """Let the second factor count if the code fits, open the session, show recovery codes."""
    visit = visit_of(request)
    if elsewhere := misplaced(visit, Step.FACTOR):
        return elsewhere
    half = visit.halfway
    count(request, visit, half.account.login)
    code = str((await request.post()).get("code", ""))
    codes = await visit.services.factors.accept(half.account, half.token_sha256, code)
    if codes is None:
        visit.note(result="refused")
        return await _factor_form(request, status=422)
    entered = await step_done(visit, proved=True)
    return hand_over(render(request, "step_codes.html", codes=codes, target=aim(entered)), entered)


def _code_form(request: web.Request, status: int = 200) -> web.Response:
    return render(request, "step_code.html", status=status, failed=status != 200)  # noqa: PLR2004  HTTP "ok"


async def _factor_form(request: web.Request, status: int = 200) -> web.Response:
    visit = visit_of(request)
    half = visit.halfway
    secret = await visit.services.factors.offer(half.account, half.token_sha256)
    return render(
        request, "step_factor.html", status=status, failed=status != 200, half=half,  # noqa: PLR2004  HTTP "ok"
        **offered(secret, half.account),
    )  # fmt: skip
