"""There and back: to the identity provider, home again, and the provider's word to end sessions."""

from __future__ import annotations

import hmac
import logging

from aiohttp import web

from hub.core.errors import Rejected
from hub.store.accounts import Attempt
from hub.store.accounts.federated import ATTEMPT_US
from hub.web.faults import Denied
from hub.web.federation.provider import Provider
from hub.web.federation.tokens import identity_of, logout_of
from hub.web.limits import Limit
from hub.web.pages.entry.onward import go
from hub.web.pages.entry.signin import wanted
from hub.web.presentation.menu import start_of
from hub.web.presentation.rendering import render
from hub.web.visit import COOKIE, visit_of

log = logging.getLogger(__name__)

BROWSER_COOKIE = "__Host-aktenhub-konto"
"""Lax, because the way back begins at the provider; it opens nothing by itself."""
ATTEMPTS: web.AppKey[Limit] = web.AppKey("federation_attempts", Limit)
SECOND_US = 1_000_000


async def leave(request: web.Request) -> web.Response:
    """Send somebody to the provider."""
    visit = visit_of(request)
    provider = _provider(request)
    if not request.app[ATTEMPTS].allows(request.remote or "", visit.services.clock.now_us()):
        raise Denied(429, "too_many_requests")
    attempt = Attempt.new(wanted(request.query.get("weiter", "")))
    address = await provider.address(attempt, again="erneut" in request.query)
    await visit.services.accounts.begin(attempt)
    response = go(address)
    response.set_cookie(
        BROWSER_COOKIE, attempt.browser, max_age=ATTEMPT_US // SECOND_US, path="/", secure=True,
        httponly=True, samesite="Lax",
    )  # fmt: skip
    return response


async def come_back(request: web.Request) -> web.Response:
    """Check what the provider says and open a session.

    The page that follows is opened from here and not by a redirect: otherwise the browser would
    take it for a visit from another site and keep the session's cookie back.
    """
    visit = visit_of(request)
    provider, said = _provider(request), request.query
    attempt = await visit.services.accounts.come_back(
        said.get("state", ""), request.cookies.get(BROWSER_COOKIE, "")
    )
    if attempt is None:
        return _failed(request, "attempt")
    await _demand_same_provider(provider, said.get("iss"))
    if "code" not in said:
        visit.note(result="refused")
        return _failed(request, "refused")
    token = await provider.exchange(said["code"], attempt.verifier)
    now_s = visit.services.clock.now_us() // SECOND_US
    identity = await identity_of(token, attempt.nonce, provider, now_s)
    opened = await visit.services.accounts.admit(identity)
    if opened is None:
        visit.note(result="refused")
        return _failed(request, "unknown")
    account, session = opened
    visit.note(actor=account.login, result="granted", object=account.login,
               **({"tenant": account.tenant} if account.tenant else {}))  # fmt: skip
    response = render(request, "arrived.html", target=attempt.target or start_of(account))
    response.set_cookie(COOKIE, session, path="/", secure=True, httponly=True, samesite="Strict")
    response.del_cookie(BROWSER_COOKIE, path="/", secure=True, httponly=True, samesite="Lax")
    return response


async def end(request: web.Request) -> web.Response:
    """End the sessions the provider names (OIDC Back-Channel Logout 1.0)."""
    visit = visit_of(request)
    provider, form = _provider(request), await request.post()
    now_s = visit.services.clock.now_us() // SECOND_US
    try:
        said = await logout_of(str(form.get("logout_token", "")), provider, now_s)
    except Rejected as exc:
        visit.note(result=exc.code)
        return web.json_response({"error": "invalid_request"}, status=400)
    ended = await visit.services.accounts.end_sessions(provider.settings.issuer, said)
    if ended is None:
        visit.note(result="refused")
        return web.json_response({"error": "invalid_request"}, status=400)
    log.info("sessions_ended", extra={"count": ended})
    return web.Response(status=200)


def _provider(request: web.Request) -> Provider:
    provider = visit_of(request).services.provider
    if provider is None:
        raise Denied(404, "not_found")
    return provider


async def _demand_same_provider(provider: Provider, named: str | None) -> None:
    """Refuse an answer that came from another provider (RFC 9207)."""
    known = await provider.describe()
    expected = provider.settings.issuer
    if named is None and not known.names_issuer:
        return
    if not hmac.compare_digest((named or "").encode(), expected.encode()):
        raise Rejected(
            "oidc_token_refused",
            "Die Antwort kommt von einem anderen Anmeldedienst.",
            remedy="Noch einmal von der Anmeldeseite aus anmelden.",
        )


def _failed(request: web.Request, why: str) -> web.Response:
    return render(
        request, "signin.html", status=403, target="", login="", failed=False, signed_out=False,
        renewed=False, expired=False, federation_failed=why,
    )  # fmt: skip
