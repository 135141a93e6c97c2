"""The identity provider, asked over HTTPS: its description, its keys, a code for a token.

Only the issuer's host and those the settings name are ever asked, no redirect is followed and no
answer is read beyond a bound: what a provider says of its own addresses is not trusted further.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import aiohttp
import msgspec

from hub.core.errors import Misconfigured, Unavailable
from hub.core.settings import Oidc
from hub.store.accounts import Attempt

MOST_BYTES = 256 * 1024
"""Of an answer."""
KEEP_S = 3600.0
"""How long description and keys are believed."""
ASK_AGAIN_S = 30.0
"""A token under an unknown key makes us look for new keys no more often than this."""
WELL_KNOWN = "/.well-known/openid-configuration"
SCOPE = "openid profile email"


@dataclass(frozen=True, slots=True)
class Description:
    """What the provider says of itself (OIDC Discovery 3), as far as it is needed."""

    authorization: str
    token: str
    keys: str
    names_issuer: bool
    """It says in each answer who it is (RFC 9207)."""


class Provider:
    """One identity provider."""

    def __init__(self, settings: Oidc, secret: str, authorities: Path | None = None) -> None:
        """``authorities`` are the CAs its certificate comes from; without: the system's."""
        self.settings = settings
        self._secret = secret
        self._trust = ssl.create_default_context(cafile=authorities)
        self._known: Description | None = None
        self._keys: dict[str, Any] = {"keys": []}
        self._until = 0.0
        self._asked = -ASK_AGAIN_S
        self._turn = asyncio.Lock()

    async def describe(self) -> Description:
        """Return what the provider says of itself.

        Raises:
            Unavailable: it does not answer.
            Misconfigured: it is somebody else, or sends us elsewhere.
        """
        async with self._turn:
            if self._known is None or time.monotonic() > self._until:
                self._known = self._read(await self._get(self.settings.issuer + WELL_KNOWN))
                self._keys = await self._get(self._known.keys)
                self._until = time.monotonic() + KEEP_S
            return self._known

    async def keys(self, *, renewed: bool = False) -> Mapping[str, Any]:
        """Return the keys the provider signs with (RFC 7517); ``renewed``: asked for again.

        Raises:
            Unavailable: it does not answer.
        """
        known = await self.describe()
        if renewed and time.monotonic() - self._asked > ASK_AGAIN_S:
            self._asked = time.monotonic()
            self._keys = await self._get(known.keys)
        return self._keys

    async def address(self, attempt: Attempt, *, again: bool = False) -> str:
        """Return where somebody goes on to sign in; ``again``: even if they already have."""
        known = await self.describe()
        challenge = hashlib.sha256(attempt.verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": self.settings.client_id,
            "redirect_uri": self.settings.redirect,
            "scope": SCOPE,
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": base64.urlsafe_b64encode(challenge).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        if again:
            asked["prompt"] = "login"
        if self.settings.acr:
            asked["acr_values"] = " ".join(self.settings.acr)
        mark = "&" if urlsplit(known.authorization).query else "?"
        return f"{known.authorization}{mark}{urlencode(asked)}"

    async def exchange(self, code: str, verifier: str) -> str:
        """Give a code and return the identity token.

        Raises:
            Unavailable: the provider does not answer, or does not take the code.
        """
        known = await self.describe()
        name, secret = quote(self.settings.client_id, safe=""), quote(self._secret, safe="")
        said = await self._ask(
            "POST",
            known.token,
            data={
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": self.settings.redirect,
                "code_verifier": verifier,
            },
            headers={"Authorization": aiohttp.encode_basic_auth(name, secret)},
        )
        token = said.get("id_token")
        if not isinstance(token, str):
            raise _away("Der Anmeldedienst hat keine Auskunft über die Person gegeben.")
        return token

    def _read(self, said: Mapping[str, Any]) -> Description:
        if said.get("issuer") != self.settings.issuer:
            raise _wrong("Er nennt sich anders als eingestellt.", "oidc.issuer genau so angeben.")
        known = Description(
            str(said.get("authorization_endpoint", "")),
            str(said.get("token_endpoint", "")),
            str(said.get("jwks_uri", "")),
            bool(said.get("authorization_response_iss_parameter_supported")),
        )
        for place in (known.authorization, known.token, known.keys):
            self._demand_known(place)
        return known

    def _demand_known(self, place: str) -> None:
        """Refuse an address on a host nobody named."""
        at, own = urlsplit(place), urlsplit(self.settings.issuer)
        if at.scheme != "https" or at.netloc not in {own.netloc, *self.settings.hosts}:
            raise _wrong(
                f"Er verweist auf „{at.netloc}“.",
                "Ist das richtig, den Rechner unter oidc.hosts eintragen.",
            )

    async def _get(self, place: str) -> dict[str, Any]:
        return await self._ask("GET", place)

    async def _ask(self, method: str, place: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401  what aiohttp takes
        wait = aiohttp.ClientTimeout(total=self.settings.timeout_s)
        line = aiohttp.TCPConnector(ssl=self._trust, force_close=True)
        try:
            async with (
                aiohttp.ClientSession(connector=line, timeout=wait) as session,
                session.request(method, place, allow_redirects=False, **more) as answer,
            ):
                body = await answer.content.read(MOST_BYTES)
                if answer.status != HTTPStatus.OK or not answer.content.at_eof():
                    raise _away(f"Er antwortet mit {answer.status}.")
        except (aiohttp.ClientError, TimeoutError, OSError) as exc:
            raise _away("Er ist nicht erreichbar.") from exc
        try:
            return msgspec.json.decode(body, type=dict[str, Any])
        except msgspec.DecodeError as exc:
            raise _away("Seine Antwort ist nicht lesbar.") from exc


def _away(what: str) -> Unavailable:
    return Unavailable(
        "oidc_unavailable",
        f"Der Anmeldedienst gibt keine brauchbare Auskunft. {what}",
        remedy="In ein paar Minuten erneut anmelden; bleibt es dabei, den Betrieb verständigen.",
    )


def _wrong(what: str, remedy: str) -> Misconfigured:
    return Misconfigured(
        "oidc_misconfigured", f"Der Anmeldedienst passt nicht zur Einstellung. {what}",
        remedy=remedy,
    )  # fmt: skip
