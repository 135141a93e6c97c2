"""An identity provider over real TLS that signs real tokens, and can be told to misbehave."""

from __future__ import annotations

import base64
import hashlib
import secrets
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import trustme
from aiohttp import web
from aiohttp.test_utils import TestServer
from joserfc import jwk, jwt

from hub.core.settings import Oidc

CLIENT, SECRET = "aktenhub", "a secret / of the client"
REDIRECT = "https://akten.example/anmelden/konto/zurueck"
LOGOUT = "http://schemas.openid.net/event/backchannel-logout"
Claims = dict[str, Any]


@dataclass
class IdentityProvider:
    """What it knows, and what it was asked."""

    clock_s: Callable[[], int]
    issuer: str = ""
    authorities: Path = Path()
    key: jwk.ECKey = field(default_factory=lambda: jwk.ECKey.generate_key("P-256"))
    person: Claims = field(
        default_factory=lambda: {"sub": "4711", "preferred_username": "ahrens-konto"}
    )
    spoil: Callable[[Claims], Claims] = lambda said: said
    """Changes what an identity token says before it is signed."""
    forger: jwk.ECKey | None = None
    """Signs in the place of the key, under its name."""
    described: Claims = field(default_factory=dict)
    """Goes before what it says of itself."""
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: int = 0
    """How often its keys were asked for."""

    def settings(self, **more: object) -> Oidc:
        """Return what the hub is told of it."""
        about: dict[str, Any] = {
            "enabled": True, "issuer": self.issuer, "client_id": CLIENT, "redirect": REDIRECT,
            "authorities": str(self.authorities),
        }  # fmt: skip
        return Oidc(**about | more)

    def agree(self, address: str) -> str:
        """Sign the person in and return where the browser is sent back to."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert ("code", CLIENT, REDIRECT, "S256") == (
            asked["response_type"], asked["client_id"], asked["redirect_uri"],
            asked["code_challenge_method"],
        )  # fmt: skip
        code = secrets.token_urlsafe(8)
        self.codes[code] = asked
        back = {"code": code, "state": asked["state"], "iss": self.issuer}
        return f"{urlsplit(REDIRECT).path}?{urlencode(back)}"

    def signed(self, said: Claims) -> str:
        header = {"alg": "ES256", "kid": self.key.thumbprint()}
        return jwt.encode(header, said, self.forger or self.key, algorithms=["ES256"])

    def logout_token(self, **more: object) -> str:
        now = self.clock_s()
        said: Claims = {
            "iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 120,
            "jti": secrets.token_hex(8), "events": {LOGOUT: {}}, "sub": self.person["sub"],
        }  # fmt: skip
        return self.signed(said | more)

    async def describe(self, _: web.Request) -> web.Response:
        said = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/auth",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "authorization_response_iss_parameter_supported": True,
        }
        return web.json_response(said | self.described)

    async def keys(self, _: web.Request) -> web.Response:
        self.asked += 1
        public = self.key.as_dict(private=False) | {"kid": self.key.thumbprint(), "use": "sig"}
        foreign = {"kty": "strange", "use": "sig"}
        return web.json_response({"keys": [foreign, public]})

    async def token(self, request: web.Request) -> web.Response:
        form = await request.post()
        expected = base64.b64encode(f"{CLIENT}:a%20secret%20%2F%20of%20the%20client".encode())
        assert f"Basic {expected.decode()}" == request.headers["Authorization"]
        asked = self.codes.pop(str(form["code"]), None)
        challenge = hashlib.sha256(str(form["code_verifier"]).encode()).digest()
        proof = base64.urlsafe_b64encode(challenge).rstrip(b"=").decode()
        if asked is None or asked["code_challenge"] != proof or form["redirect_uri"] != REDIRECT:
            return web.json_response({"error": "invalid_grant"}, status=400)
        now = self.clock_s()
        said = {
            "iss": self.issuer, "aud": CLIENT, "exp": now + 300, "iat": now,
            "nonce": asked["nonce"], **self.person,
        }  # fmt: skip
        return web.json_response({"id_token": self.signed(self.spoil(said))})


@asynccontextmanager
async def identity_provider(
    folder: Path, clock_s: Callable[[], int]
) -> AsyncIterator[IdentityProvider]:
    """Serve a provider until the block ends."""
    authority = trustme.CA()
    trust = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(trust)
    provider = IdentityProvider(clock_s, authorities=folder / "authorities.pem")
    authority.cert_pem.write_to_path(provider.authorities)
    site = web.Application()
    site.router.add_get("/.well-known/openid-configuration", provider.describe)
    site.router.add_get("/keys", provider.keys)
    site.router.add_post("/token", provider.token)
    server = TestServer(site, host="localhost", scheme="https")
    await server.start_server(ssl=trust)
    provider.issuer = f"https://localhost:{server.port}"
    try:
        yield provider
    finally:
        await server.close()
