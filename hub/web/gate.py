"""The one gate every request passes: session, rights, form token, access log, headers.

The page is made first, the access recorded durably second, and only then does a byte
leave. If the record cannot be written, an error page leaves instead.

Residual risk: a decision sent by a form has happened when its record fails; the journal has it.
"""

from __future__ import annotations

import hmac
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from http import HTTPStatus
from urllib.parse import quote, urlsplit

from aiohttp import web

from hub.core.clock import local_date
from hub.core.errors import HubError, Unavailable
from hub.core.ids import uuid7
from hub.core.log import log_context
from hub.store import accounts, audit
from hub.store.casework import units
from hub.store.database import Transaction
from hub.store.desk import alarms
from hub.web.faults import Denied, explain
from hub.web.policy import SAFE, Policy, Route
from hub.web.presentation.rendering import render
from hub.web.visit import COOKIE, HALF_COOKIE, SERVICES, VISIT, Visit

log = logging.getLogger(__name__)

Next = Callable[[web.Request], Awaitable[web.StreamResponse]]

ROUTES: web.AppKey[dict[str, Route]] = web.AppKey("routes", dict)

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "Cache-Control": "no-store",
}
FRESH_US = 15 * 60 * 1_000_000
"""How long a person counts as having proved who they are, where something leaves the house."""
HSTS = "max-age=31536000; includeSubDomains"


@web.middleware
async def gate(request: web.Request, handler: Next) -> web.StreamResponse:
    """Let a request through, or answer with the page that says why not."""
    services = request.app[SERVICES]
    policy = policy_of(request)
    if policy is not None and policy.upload:
        request = request.clone(client_max_size=policy.upload)
    visit = Visit(services, uuid7(services.clock.now_us()))
    request[VISIT] = visit
    with log_context(correlation_id=visit.correlation):
        response: web.StreamResponse
        try:
            response = await _admit(request, handler)
            await _record(request, visit.notes.pop("result", "granted"))
        except Exception as error:  # noqa: BLE001  every error has a page
            response = await _refuse(request, error)
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if services.https or request.secure:
        response.headers["Strict-Transport-Security"] = HSTS
    return response


async def _admit(request: web.Request, handler: Next) -> web.StreamResponse:
    policy, visit = policy_of(request), request[VISIT]
    if policy is None or not policy.public:
        visit.token = request.cookies.get(COOKIE, "")
        if visit.token:
            visit.session, visit.standing = await _session(visit)
    if policy is None:
        return await handler(request)
    if request.method not in SAFE and not policy.from_elsewhere:
        _check_origin(request)
    if policy.half:
        await _check_halfway(request, policy, visit)
    if not policy.public and (elsewhere := await _check_person(request, policy, visit)):
        return elsewhere
    return await handler(request)


async def _check_person(
    request: web.Request, policy: Policy, visit: Visit
) -> web.StreamResponse | None:
    """See that somebody is signed in who may do this; return where they must go first, if so."""
    if not policy.admits(visit.account):
        raise Denied(403, "wrong_role")
    if policy.fresh and not _is_fresh(visit):
        return _ask_again(request)
    if policy.csrf:
        await _check_form(request, visit)
    await _look_for_alarms(visit)
    return None


async def _check_halfway(request: web.Request, policy: Policy, visit: Visit) -> None:
    """See that somebody is signing in who gave a right password."""
    visit.token = request.cookies.get(HALF_COOKIE, "")
    visit.half = await visit.services.accounts.halfway(visit.token) if visit.token else None
    who = visit.halfway.account
    visit.note(actor=who.login, object=who.login, **({"tenant": who.tenant} if who.tenant else {}))
    if policy.csrf:
        await _check_form(request, visit)


def _is_fresh(visit: Visit) -> bool:
    confirmed_us = visit.session.confirmed_us if visit.session else 0
    return visit.services.clock.now_us() - confirmed_us < FRESH_US


def _ask_again(request: web.Request) -> web.Response:
    """Lead to the page that asks for the password; a form that was sent is not kept."""
    if request.method not in SAFE:
        raise Denied(403, "confirm_first")
    request[VISIT].note(result="confirm_first")
    target = quote(request.path_qs, safe="")
    return web.Response(status=303, headers={"Location": f"/bestaetigen?weiter={target}"})


async def _look_for_alarms(visit: Visit) -> None:
    if visit.has(accounts.Role.ADMINISTRATOR):
        scope = visit.account.tenant
        visit.alarms = await visit.services.database.read(lambda tx: alarms.raised(tx, scope))


async def _session(visit: Visit) -> tuple[accounts.Session | None, units.Standing]:
    """Return who asks, and as what they stand before their office's files."""
    services = visit.services
    now = services.clock.now_us()

    def work(tx: Transaction) -> tuple[accounts.Session | None, units.Standing]:
        session = accounts.find_session(tx, visit.token, now, services.lifetime)
        if session is None or session.account.tenant is None:
            return session, units.Standing()
        who = session.account
        at = local_date(now), now
        return session, units.standing(tx, who.tenant or "", who.login, sorted(who.units), at)

    return await services.database.read(work)


def policy_of(request: web.Request) -> Policy | None:
    """Return the policy of the matched route; ``None`` when no route matched."""
    name = request.match_info.route.name
    return request.app[ROUTES][name].policy if name else None


def _check_origin(request: web.Request) -> None:
    """Refuse what another site sent. ``Sec-Fetch-Site`` decides where the browser sends it.

    Under ``no-referrer`` a browser's own form posts carry ``Origin: null``, so the origin is
    only asked when the better header is missing.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        own = site == "same-origin"
    else:
        own = urlsplit(request.headers.get("Origin", "")).netloc == request.host
    if not own:
        raise Denied(403, "form_expired")


async def _check_form(request: web.Request, visit: Visit) -> None:
    form = await request.post()
    if not hmac.compare_digest(str(form.get("csrf", "")).encode(), visit.csrf.encode()):
        raise Denied(403, "form_expired")


async def _record(request: web.Request, result: str) -> None:
    """Write the access-log entry of this request and wait until it is durable."""
    policy = policy_of(request)
    if policy is None or not policy.action:
        return
    visit = request[VISIT]
    entry = _entry(request, policy, visit, result)
    recorded = visit.recorded and result == "granted"

    def work(tx: Transaction) -> None:
        if visit.session:
            accounts.touch(tx, visit.session, entry.at_us)
        if not recorded:
            audit.append(tx, entry)
            for other in visit.beside:
                audit.append(tx, replace(entry, object_id=other, document=other))

    await visit.services.database.write(work)


def _entry(request: web.Request, policy: Policy, visit: Visit, result: str) -> audit.Access:
    account = visit.session.account if visit.session else None
    places = {**request.match_info, **visit.notes}
    object_id = places.get("object") or places.get(policy.object_kind, "")
    return audit.Access(
        at_us=visit.services.clock.now_us(),
        tenant=account.tenant if account else visit.notes.get("tenant"),
        actor=account.login if account else visit.notes.get("actor", "-"),
        role=" ".join(sorted(account.roles)) if account else "-",
        action=policy.action,
        object_kind=policy.object_kind,
        object_id=object_id[:200],
        akte=places.get("akte"),
        document=places.get("document"),
        purpose=visit.notes.get("purpose", policy.purpose),
        result=result,
    )


async def _refuse(request: web.Request, error: Exception) -> web.Response:
    """Record the refusal and answer with the error page, or send to the sign-in page."""
    visit = request[VISIT]
    told = explain(error)
    if told.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error("page_failed", exc_info=error, extra={"code": told.code})
    try:
        await _record(request, told.code)
    except (HubError, OSError) as failure:
        log.critical("access_log_failed", exc_info=failure)
        told = explain(_unrecorded(failure))
    if isinstance(error, Denied) and error.code == "no_session":
        policy = policy_of(request)
        if policy is not None and policy.half:
            return web.Response(status=303, headers={"Location": "/anmelden?abgelaufen=1"})
        if request.method in SAFE:
            return _to_sign_in(request)
    visit.notes.clear()
    return render(request, "error.html", status=told.status, told=told)


def _unrecorded(failure: Exception) -> HubError:
    if isinstance(failure, HubError):
        return failure
    return Unavailable(
        "access_log_failed",
        "Der Zugriff konnte nicht protokolliert werden; deshalb wird nichts angezeigt.",
        remedy="Der Betrieb prüft Plattenplatz und Datenbank.",
    )


def _to_sign_in(request: web.Request) -> web.Response:
    target = quote(request.path_qs, safe="")
    response = web.Response(status=303, headers={"Location": f"/anmelden?weiter={target}"})
    if COOKIE in request.cookies:
        forget(response)
    return response


def forget(response: web.Response) -> None:
    """Take the session cookie out of the browser."""
    response.del_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="Strict")
