"""Addresses of second factors with their rights: as a step of signing in, and as one's own.

What changes one's own wants a fresh proof of who it is. Steps of signing in are for whoever gave
a right password; they are no pages of a session, and a session opens none of them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from hub.web import policy
from hub.web.pages.entry import factor, steps
from hub.web.policy import Policy, Route

_STEP: Final = Policy(public=True, half=True)


def _doing(action: str) -> Policy:
    """A step of signing in that is done, or not."""
    return replace(_STEP, action=action, object_kind="account", purpose="Anmeldung", csrf=True)


def _own(action: str, *, csrf: bool = False) -> Policy:
    """What somebody does with their own second factor."""
    return Policy(
        action=action, object_kind="account", purpose="Eigenes Konto", roles=policy.EVERYBODY,
        csrf=csrf, fresh=True,
    )  # fmt: skip


ROUTES: Final = (
    Route("GET", "/anmelden/code", "step-code-form", steps.show_code, _STEP),
    Route("POST", "/anmelden/code", "step-code", steps.check_code, _doing("factor_shown")),
    Route(
        "GET", "/anmelden/neues-passwort", "step-password-form", steps.show_password, _STEP
    ),
    Route(
        "POST", "/anmelden/neues-passwort", "step-password", steps.set_password,
        _doing("one_time_password_replaced"),
    ),
    Route("GET", "/anmelden/zweiter-faktor", "step-factor-form", steps.show_factor, _STEP),
    Route(
        "POST", "/anmelden/zweiter-faktor", "step-factor", steps.set_factor,
        _doing("factor_set_up"),
    ),
    Route("GET", factor.PATH, "factor", factor.show, _own("factor_viewed")),
    Route(
        "GET", f"{factor.PATH}/einrichten", "factor-form", factor.form, _own("factor_offered")
    ),
    Route(
        "POST", f"{factor.PATH}/einrichten", "factor-set", factor.accept,
        _own("factor_set_up", csrf=True),
    ),
    Route(
        "POST", f"{factor.PATH}/notfallcodes", "factor-codes", factor.renew_codes,
        _own("recovery_codes_renewed", csrf=True),
    ),
    Route(
        "POST", f"{factor.PATH}/entfernen", "factor-remove", factor.remove,
        _own("factor_removed", csrf=True),
    ),
)  # fmt: skip
