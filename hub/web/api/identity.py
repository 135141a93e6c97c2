"""Who sends: by a token, or by the client certificate of the connection.

The credential decides office and channel; what a request says about them may only agree. A
request with a token is judged by its token alone, whatever certificate the connection has.

Residual risk: behind a proxy that ends TLS no client certificate is seen, and its own
certificate must then not be bound to a channel.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from aiohttp import web

from hub.certificates.revocation.lists import Standing
from hub.store import audit
from hub.store.database import Transaction
from hub.store.senders import credentials
from hub.store.senders.credentials import Credential
from hub.web.api.problems import RETRY_AFTER_S, Problem
from hub.web.api.services import DOOR

_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="aktenhub"'}
_LONGEST_TOKEN = 200


async def sender_of(request: web.Request) -> Credential:
    """Return the credential of a request, and see that the request claims nothing else.

    Raises:
        Problem: nobody known, or not for the office or channel the request names.
    """
    kind, digest = _shown(request)
    house = request.app[DOOR].house
    now_us = house.clock.now_us()
    found = await house.database.read(lambda tx: credentials.find(tx, kind, digest, now_us))
    if found is None or not _is_configured(request, found):
        raise Problem("sender_unknown", headers=_CHALLENGE)
    if kind == "certificate":
        await _demand_unrevoked(request, found)
    claimed = (request.query.get("tenant"), request.query.get("channel"))
    if any(said not in (None, true) for said, true in zip(claimed, _place(found), strict=True)):
        await record(request, found, Look("foreign_channel_named", "channel", "-"), "refused")
        raise Problem("foreign_channel")
    return found


async def _demand_unrevoked(request: web.Request, found: Credential) -> None:
    """See that the CA has not revoked the certificate the connection shows."""
    door, shown = request.app[DOOR], _peer_certificate(request)
    if door.revocation is None or shown is None:
        return
    standing = door.revocation.standing(shown)
    if standing is Standing.REVOKED:
        await record(request, found, Look("revoked_shown", "credential", found.id), "refused")
        raise Problem("certificate_revoked")
    if standing is Standing.UNKNOWN and door.rules.stale_crl == "refuse":
        await record(request, found, Look("unchecked_shown", "credential", found.id), "refused")
        raise Problem("revocation_unknown", headers={"Retry-After": str(RETRY_AFTER_S)})


@dataclass(frozen=True, slots=True)
class Look:
    """What a sender asked for."""

    action: str
    object_kind: str
    object_id: str


async def record(request: web.Request, credential: Credential, look: Look, result: str) -> None:
    """Write a look into the access log, durably, before anything is told."""
    house = request.app[DOOR].house
    access = audit.Access(
        at_us=house.clock.now_us(),
        tenant=credential.tenant,
        actor=f"sender:{credential.sender}",
        role="sender",
        action=look.action,
        object_kind=look.object_kind,
        object_id=look.object_id[:64],
        purpose="Einlieferung",
        result=result,
    )

    def work(tx: Transaction) -> None:
        audit.append(tx, access)

    await house.database.write(work)


def _shown(request: web.Request) -> tuple[credentials.Kind, str]:
    header = request.headers.get("Authorization")
    if header is not None:
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer" or not 0 < len(token) <= _LONGEST_TOKEN:
            raise Problem("sender_unknown", headers=_CHALLENGE)
        return "token", credentials.token_digest(token)
    certificate = _peer_certificate(request)
    if certificate is None:
        raise Problem("sender_unknown", headers=_CHALLENGE)
    return "certificate", hashlib.sha256(certificate).hexdigest()


def _peer_certificate(request: web.Request) -> bytes | None:
    tls = request.get_extra_info("ssl_object")
    found: bytes | None = tls.getpeercert(binary_form=True) if tls is not None else None
    return found


def _is_configured(request: web.Request, credential: Credential) -> bool:
    """Tell whether office and channel are still set up; a removed one takes nothing in."""
    tenants = request.app[DOOR].house.settings.tenants
    return any(
        (tenant.id, channel.name) == _place(credential)
        for tenant in tenants
        for channel in tenant.channels
    )


def _place(credential: Credential) -> tuple[str, str]:
    return credential.tenant, credential.channel
