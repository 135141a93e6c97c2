"""Post messages to partners over HTTPS with a client certificate, and inquire about them.

The invariant is honesty about the outcome: *nothing happened* is only said when no byte of
the request can have been processed; once a connection stands and no status comes back, the
outcome is unknown. No redirects, no proxies, no cookies, no compression, no silent repeats.

Residual risk: with TLS 1.3 a server may refuse our certificate after the request was sent;
when its alert is lost with a reset connection, the outcome is unknown, too.
"""

from __future__ import annotations

import asyncio
import hashlib
import ssl
from collections.abc import Container, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Self

import aiohttp
from aiohttp.connector import Connection
from aiohttp.tracing import Trace

from hub.channels.outbound.exchange import (
    answer_unusable,
    failure,
    no_information,
    refusal,
    url_invalid,
)
from hub.core.errors import OutcomeUnknown, Refused

ANSWER_MAX_BYTES = 20_000_000
"""Register answers are kilobytes; more than this is a fault or an attack."""
_CONNECT_S = 10.0
_KEEPALIVE_S = 10.0
"""Short, because a request written into a connection the partner just closed is unknown."""
_CHUNK_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class PeerCertificate:
    """The certificate of a partner's server."""

    fingerprint: str
    """SHA-256 in hexadecimal."""
    not_after_us: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """A positive answer."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case; of a repeated header the last."""
    peer: PeerCertificate | None = None
    """What the partner's server showed."""


@dataclass(slots=True)
class _Progress:
    """How far a request got."""

    known: dict[bytes, PeerCertificate]
    """What was read of certificates before; reading one costs more than a digest."""
    connected: bool = False


@dataclass(frozen=True, slots=True)
class _Exchange:
    """One request."""

    method: str
    url: str
    body: bytes | None
    context: ssl.SSLContext
    headers: Mapping[str, str]
    timeout_s: float


_KNOWN_MAX = 1_000
"""A server that shows another certificate each time must not fill the memory."""

_POSTED = range(200, 300)
_INQUIRED = frozenset({200, 204, 404})


_PROGRESS: ContextVar[_Progress] = ContextVar("progress")


class _Connector(aiohttp.TCPConnector):
    """Notes when a request gets its connection: any later failure may follow its first byte."""

    async def connect(
        self,
        req: aiohttp.ClientRequest,
        traces: list[Trace],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109  as the library calls it
    ) -> Connection:
        """Return a connection, made or kept."""
        connection = await super().connect(req, traces, timeout)
        _PROGRESS.get().connected = True
        return connection


class _Response(aiohttp.ClientResponse):
    """A response that remembers the partner's certificate before the connection is released."""

    peer: PeerCertificate | None = None

    async def start(self, connection: Connection) -> aiohttp.ClientResponse:
        """Note the certificate, then read status and headers."""
        self.peer = _peer(connection.transport, _PROGRESS.get().known)
        return await super().start(connection)


def _peer(
    transport: asyncio.Transport | None, known: dict[bytes, PeerCertificate]
) -> PeerCertificate | None:
    tls = transport.get_extra_info("ssl_object") if transport is not None else None
    certificate = tls.getpeercert(binary_form=True) if tls is not None else None
    if tls is None or certificate is None:
        return None
    if certificate not in known:
        if len(known) >= _KNOWN_MAX:
            known.clear()
        end_s = ssl.cert_time_to_seconds(tls.getpeercert()["notAfter"])
        digest = hashlib.sha256(certificate).hexdigest()
        known[certificate] = PeerCertificate(digest, end_s * 1_000_000)
    return known[certificate]


class HttpsDoor:
    """A pool of connections, kept apart by TLS context. Use as an asynchronous context."""

    def __init__(self, answer_max_bytes: int = ANSWER_MAX_BYTES) -> None:
        self._answer_max_bytes = answer_max_bytes
        self._session: aiohttp.ClientSession | None = None
        self._known: dict[bytes, PeerCertificate] = {}

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            # How many run at once is decided per target, before anything is claimed.
            connector=_Connector(limit=0, keepalive_timeout=_KEEPALIVE_S),
            response_class=_Response,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()

    async def post(
        self,
        url: str,
        body: bytes,
        *,
        context: ssl.SSLContext,
        headers: Mapping[str, str],
        timeout_s: float,
    ) -> Receipt:
        """Send the body once and return the partner's positive answer.

        Raises:
            Unavailable: provably nothing was processed.
            Refused: the partner does not take this message.
            Misconfigured: address, certificate or rights are wrong.
            OutcomeUnknown: it may or may not have been processed.
        """
        exchange = _Exchange("POST", url, body, context, headers, timeout_s)
        return await self._perform(exchange, _POSTED)

    async def get(
        self, url: str, *, context: ssl.SSLContext, headers: Mapping[str, str], timeout_s: float
    ) -> Receipt:
        """Inquire, and return the answer, also one that nothing is known (404).

        Raises:
            Unavailable: no usable answer came; inquiring changes nothing and may be repeated.
            Misconfigured: address, certificate or rights are wrong.
        """
        exchange = _Exchange("GET", url, None, context, headers, timeout_s)
        try:
            return await self._perform(exchange, _INQUIRED)
        except (OutcomeUnknown, Refused) as exc:
            raise no_information(url) from exc

    async def _perform(self, exchange: _Exchange, good: Container[int]) -> Receipt:
        if self._session is None:
            msg = "HttpsDoor is used without being entered"
            raise RuntimeError(msg)
        url = exchange.url
        if not url.startswith("https://"):
            raise url_invalid(url)
        progress = _Progress(self._known)
        _PROGRESS.set(progress)
        try:
            async with self._session.request(
                exchange.method,
                url,
                data=exchange.body,
                ssl=exchange.context,
                headers={**exchange.headers, "Accept-Encoding": "identity"},
                timeout=aiohttp.ClientTimeout(total=exchange.timeout_s, sock_connect=_CONNECT_S),
                allow_redirects=False,
            ) as response:
                if response.status not in good:
                    raise refusal(response.status, response.headers, url)
                return await self._receipt(response, url)
        except (aiohttp.ClientError, OSError, TimeoutError) as exc:
            raise failure(exc, url, connected=progress.connected) from exc

    async def _receipt(self, response: aiohttp.ClientResponse, url: str) -> Receipt:
        if response.headers.get("Content-Encoding", "identity") != "identity":
            raise answer_unusable("answer_encoded", "gepackt, obwohl das nicht vereinbart ist", url)
        body = bytearray()
        async for chunk in response.content.iter_chunked(_CHUNK_BYTES):
            body += chunk
            if len(body) > self._answer_max_bytes:
                raise answer_unusable("answer_too_large", "größer als erlaubt", url)
        return Receipt(
            status=response.status,
            body=bytes(body),
            headers={name.lower(): value for name, value in response.headers.items()},
            peer=getattr(response, "peer", None),
        )
