"""From one step of signing in to the next, and at last into the house."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from hub.store.accounts import Entered, Step
from hub.store.accounts.halfway import STEP_US
from hub.web.faults import Denied
from hub.web.presentation.menu import start_of
from hub.web.visit import COOKIE, HALF_COOKIE, Visit

STEPS: Final = {
    Step.CODE: "/anmelden/code",
    Step.PASSWORD: "/anmelden/neues-passwort",
    Step.FACTOR: "/anmelden/zweiter-faktor",
}


def go(path: str) -> web.Response:
    """Send the browser to another page."""
    return web.Response(status=303, headers={"Location": path})


def onward(entered: Entered) -> web.Response:
    """Send somebody to the next step, or into the house."""
    return hand_over(go(STEPS.get(entered.step) or aim(entered)), entered)


def aim(entered: Entered) -> str:
    """Return the page a person wanted, or the one they begin with."""
    return entered.target or start_of(entered.account)


def hand_over(response: web.Response, entered: Entered) -> web.Response:
    """Give the browser the token to go on with."""
    if entered.step is Step.DONE:
        keep(response, entered.token)
        response.del_cookie(HALF_COOKIE, path="/", secure=True, httponly=True, samesite="Strict")
    else:
        _set(response, HALF_COOKIE, entered.token, max_age=STEP_US // 1_000_000)
    return response


def keep(response: web.Response, token: str) -> web.Response:
    """Give the browser the token of its session."""
    _set(response, COOKIE, token)
    return response


def _set(response: web.Response, name: str, token: str, max_age: int | None = None) -> None:
    response.set_cookie(
        name, token, max_age=max_age, path="/", secure=True, httponly=True, samesite="Strict"
    )


async def step_done(visit: Visit, *, proved: bool) -> Entered:
    """Do the next step of the visitor's sign-in.

    Raises:
        Denied: it was done already, in another window.
    """
    entered = await visit.services.accounts.go_on(visit.halfway, proved=proved)
    if entered is None:
        raise Denied(401, "no_session")
    visit.note(result="granted" if entered.step is Step.DONE else "step_wanted")
    return entered


def misplaced(visit: Visit, step: Step) -> web.Response | None:
    """Return where somebody must go whose next step is another one."""
    wanted = visit.halfway.step
    return None if wanted is step else go(STEPS.get(wanted, "/anmelden"))
