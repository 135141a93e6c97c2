"""What the provider's tokens say, believed only after every check (OIDC Core 3.1.3.7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from joserfc import jwk, jwt
from joserfc.errors import InvalidKeyIdError, JoseError

from hub.core.errors import Rejected
from hub.core.settings import Oidc
from hub.store.accounts import Identity, LogoutSaid
from hub.web.federation.provider import Provider

ALGORITHMS = ("RS256", "PS256", "ES256", "ES384", "EdDSA", "Ed25519")
"""Asymmetric only: a shared secret would let every client sign."""
LEEWAY_S = 60
OLDEST_S = 600
"""A token issued longer ago belongs to another sign-in."""
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
_LONGEST = 255
"""Of a subject (OIDC Core 2), and here of every name."""


async def identity_of(token: str, nonce: str, provider: Provider, now_s: int) -> Identity:
    """Return whom an identity token names.

    Raises:
        Rejected: it is not for us, not from the provider, not of this sign-in, or too old.
        Unavailable: the provider's keys cannot be asked for.
    """
    settings = provider.settings
    said = await _claims(token, provider, now_s, {"nonce": {"essential": True, "value": nonce}})
    if settings.acr and said.get("acr") not in settings.acr:
        raise _refused("acr")
    login = _word(said, settings.login_claim)
    if settings.login_claim == "email" and said.get("email_verified") is not True:
        raise _refused("email_verified")
    return Identity(settings.issuer, _word(said, "sub"), login, str(said.get("sid", ""))[:_LONGEST])


async def logout_of(token: str, provider: Provider, now_s: int) -> LogoutSaid:
    """Return whom a logout token names (OIDC Back-Channel Logout 2.6).

    Raises:
        Rejected: it is none, or not for us.
        Unavailable: the provider's keys cannot be asked for.
    """
    said = await _claims(token, provider, now_s, {"jti": {"essential": True}})
    events = said.get("events")
    if not isinstance(events, Mapping) or LOGOUT_EVENT not in events or "nonce" in said:
        raise _refused("events")
    subject, session = (str(said.get(name, ""))[:_LONGEST] for name in ("sub", "sid"))
    if not (subject or session):
        raise _refused("sub")
    return LogoutSaid(_word(said, "jti"), subject, session)


async def _claims(
    token: str, provider: Provider, now_s: int, more: Mapping[str, Any]
) -> Mapping[str, Any]:
    settings = provider.settings
    try:
        said = (await _decoded(token, provider)).claims
        jwt.JWTClaimsRegistry(
            now=now_s, leeway=LEEWAY_S,
            iss={"essential": True, "value": settings.issuer},
            aud={"essential": True, "value": settings.client_id},
            exp={"essential": True}, iat={"essential": True}, **more,
        ).validate(said)  # fmt: skip
    except (JoseError, ValueError) as exc:
        raise _refused(type(exc).__name__) from exc
    _check_party(said, settings)
    if not isinstance(said["iat"], int | float) or said["iat"] < now_s - OLDEST_S:
        raise _refused("iat")
    return said


async def _decoded(token: str, provider: Provider) -> jwt.Token:
    keys = jwk.KeySet.import_key_set(_usable(await provider.keys()))
    try:
        return jwt.decode(token, keys, algorithms=ALGORITHMS)
    except (InvalidKeyIdError, ValueError):
        # The provider may have changed its keys since.
        keys = jwk.KeySet.import_key_set(_usable(await provider.keys(renewed=True)))
        return jwt.decode(token, keys, algorithms=ALGORITHMS)


def _usable(said: Mapping[str, Any]) -> Any:  # noqa: ANN401  as the library wants it
    """Leave out keys that are not for signatures: one of a strange kind must not spoil the rest."""
    kinds = {"RSA", "EC", "OKP"}
    keys = [
        {name: value for name, value in key.items() if name != "key_ops"}
        for key in said.get("keys", [])
        if isinstance(key, dict) and key.get("kty") in kinds and key.get("use", "sig") == "sig"
    ]
    return {"keys": keys}


def _check_party(said: Mapping[str, Any], settings: Oidc) -> None:
    """A token for several must say that it was given to us."""
    several = isinstance(said["aud"], list) and len(said["aud"]) > 1
    if (several or "azp" in said) and said.get("azp") != settings.client_id:
        raise _refused("azp")


def _word(said: Mapping[str, Any], name: str) -> str:
    value = said.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST or not value.isprintable():
        raise _refused(name)
    return value


def _refused(what: str) -> Rejected:
    return Rejected(
        "oidc_token_refused",
        f"Die Auskunft des Anmeldedienstes besteht die Prüfung nicht ({what}).",
        remedy="Noch einmal anmelden; bleibt es dabei, den Betrieb verständigen.",
    )
