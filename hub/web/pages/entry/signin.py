"""Sign-in, sign-out, password: the same answer whatever was wrong."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from aiohttp import web

from hub.core.errors import HubError
from hub.store.accounts import Step, find_account
from hub.web.faults import Denied
from hub.web.gate import forget
from hub.web.limits import Limit
from hub.web.pages.entry.onward import go, onward
from hub.web.presentation.menu import start_of
from hub.web.presentation.rendering import render
from hub.web.visit import Visit, visit_of


@dataclass(frozen=True)
class SignInLimits:
    """How often a sign-in may be tried (ASVS 2.4.1)."""

    account: Limit = field(default_factory=lambda: Limit(5))
    """Per login and address."""
    address: Limit = field(default_factory=lambda: Limit(30))
    """Per address over all logins; an office may sit behind one address."""


LIMITS: web.AppKey[SignInLimits] = web.AppKey("sign_in_limits", SignInLimits)

_OWN_PATH = re.compile(r"/(?![/\\])[^\\\x00-\x20]*")


async def show(request: web.Request) -> web.Response:
    """Show the sign-in form."""
    return _form(request, target=request.query.get("weiter", ""))


async def sign_in(request: web.Request) -> web.Response:
    """Check login and password; whoever needs no further step gets a new session."""
    visit = visit_of(request)
    form = await request.post()
    login, password = str(form.get("kennung", ""))[:100], str(form.get("passwort", ""))
    target = str(form.get("weiter", ""))
    # A failed attempt belongs to the office of the account that was tried.
    known = await visit.services.database.read(lambda tx: find_account(tx, login))
    if known:
        visit.note(object=known.login, **({"tenant": known.tenant} if known.tenant else {}))
    count(request, visit, login)
    entered = await visit.services.accounts.sign_in(login, password, wanted(target))
    if entered is None:
        visit.note(result="refused")
        return _form(request, target=target, login=login, status=422, failed=True)
    done = entered.step is Step.DONE
    visit.note(actor=entered.account.login, result="granted" if done else "step_wanted")
    return onward(entered)


def count(request: web.Request, visit: Visit, login: str) -> None:
    """Count an attempt with a password.

    Raises:
        Denied: there were too many.
    """
    now = visit.services.clock.now_us()
    address = request.remote or ""
    limits = request.app[LIMITS]
    by_account = limits.account.allows(f"{login.strip().lower()}|{address}", now)
    by_address = limits.address.allows(address, now)
    if not (by_account and by_address):
        raise Denied(429, "too_many_requests")


async def sign_out(request: web.Request) -> web.Response:
    """End every session of the person."""
    visit = visit_of(request)
    if visit.session:
        await visit.services.accounts.sign_out(visit.session)
    response = go("/anmelden?abgemeldet=1")
    forget(response)
    return response


async def show_password(request: web.Request) -> web.Response:
    """Show the form for a new password."""
    return render(request, "password.html", fault="")


async def set_password(request: web.Request) -> web.Response:
    """Replace the own password; needs the old one and ends every session."""
    visit = visit_of(request)
    form = await request.post()
    old, new = str(form.get("alt", "")), str(form.get("neu", ""))
    accounts = visit.services.accounts
    count(request, visit, visit.account.login)
    if not await accounts.knows(visit.account.login, old):
        visit.note(result="refused")
        return render(
            request, "password.html", status=422, fault="Das bisherige Passwort passt nicht."
        )
    try:
        await accounts.set_password(visit.account.login, new)
    except HubError as error:
        visit.note(result=error.code)
        return render(request, "password.html", status=422, fault=f"{error.message} {error.remedy}")
    response = go("/anmelden?neu=1")
    forget(response)
    return response


async def start(request: web.Request) -> web.Response:
    """Lead to the first page a person may open."""
    return go(start_of(visit_of(request).account))


def wanted(target: str) -> str:
    """Return the page asked for before, if it is one of ours."""
    return target if _OWN_PATH.fullmatch(target) else ""


def _form(
    request: web.Request, *, target: str, login: str = "", status: int = 200, failed: bool = False
) -> web.Response:
    return render(
        request,
        "signin.html",
        status=status,
        target=wanted(target),
        login=login,
        failed=failed,
        signed_out="abgemeldet" in request.query,
        renewed="neu" in request.query,
        expired="abgelaufen" in request.query,
        federation_failed="",
    )
