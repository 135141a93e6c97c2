"""The listening side of the door: TLS exchanged while open, connections bounded and timed.

A new certificate is shown to the next connection; established ones go on. When the trusted CAs
change, connections made before are closed as soon as their request has its answer.

Residual risk: connections in the middle of their handshake are bounded in time only.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import Self, cast

from aiohttp import web
from aiohttp.web_request import BaseRequest

from hub.certificates.door import DoorContext
from hub.core.errors import HubError, Misconfigured
from hub.core.settings import Intake
from hub.store.senders import posts
from hub.web.api.problems import Problem, answer
from hub.web.api.services import DOOR
from hub.web.api.site import HEADERS

log = logging.getLogger(__name__)

RELOAD_S = 5.0
"""How often certificate and anchors are looked at; the command line may have changed them."""
LINGER_S = 2.0
"""A refused body is read on for so long, so that its sender gets to read the answer."""
BACKLOG = 512
DAY_US = 86_400_000_000

_NO_LOG = cast("logging.Logger", None)
"""The library takes it for „no lines of its own“: they would carry addresses."""

Contexts = Callable[[], Awaitable[DoorContext]]


class _Connection(web.RequestHandler):
    """One connection; what is no HTTP has an answer of the same shape as everything else."""

    def retire(self) -> None:
        """Close at once when unused, else after the request in work."""
        is_unused = self._waiter is not None
        self.close()
        if is_unused and self.transport is not None:
            self.transport.close()

    def handle_error(
        self,
        request: BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002  the library's words stay here
    ) -> web.StreamResponse:
        """Answer what never became a request."""
        if request.writer.output_size > 0:
            msg = "the answer has begun"
            raise ConnectionError(msg)
        ours = status >= 500  # noqa: PLR2004  the class of our own faults
        if ours:
            log.error("connection_failed", exc_info=exc)
        response = answer(Problem("internal_error" if ours else "request_invalid"), "")
        response.headers.update(HEADERS)
        response.force_close()
        return response


class Listener(AbstractAsyncContextManager["Listener"]):
    """The open door. Use as an asynchronous context."""

    def __init__(
        self, site: web.Application, contexts: Contexts, reload_s: float = RELOAD_S
    ) -> None:
        self._site = site
        self._contexts = contexts
        self._reload_s = reload_s
        self._runner = web.AppRunner(site, access_log=None, handle_signals=False)
        self._server: asyncio.Server | None = None
        self._shown: DoorContext | None = None
        self._watch: asyncio.Task[None] | None = None
        self._socket: socket.socket | None = None
        self._forget_us = 0

    @property
    def port(self) -> int:
        """Where it listens; the system's choice when 0 was wished."""
        port: int = self._bound.getsockname()[1]
        return port

    @property
    def _rules(self) -> Intake:
        return self._site[DOOR].rules

    @property
    def _bound(self) -> socket.socket:
        if self._socket is None:
            msg = "the listener is not open"
            raise RuntimeError(msg)
        return self._socket

    async def __aenter__(self) -> Self:
        shown = await self._contexts()
        self._socket = _bind(self._rules.host, self._rules.port)
        await self._runner.setup()
        await self._show(shown)
        self._watch = asyncio.create_task(self._keep_current())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Take nothing new, let those who wait go, and end when the last has its answer."""
        self._site[DOOR].shut.set()
        if self._watch:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
        if self._server:
            self._server.close()
        self._bound.close()
        await self._runner.cleanup()

    async def _show(self, shown: DoorContext) -> None:
        """Open new connections with this context from now on."""
        before = self._server
        self._server = await asyncio.get_running_loop().create_server(
            self._connected, sock=self._bound.dup(), ssl=shown.context, backlog=BACKLOG,
            ssl_handshake_timeout=self._rules.grace_s, ssl_shutdown_timeout=LINGER_S,
        )  # fmt: skip
        self._shown = shown
        if before:
            before.close()

    def _connected(self) -> asyncio.Protocol:
        server = self._runner.server
        if server is None:
            msg = "the site is not set up"
            raise RuntimeError(msg)
        if len(server.connections) >= self._rules.connections:
            return _Closed()
        # One allowance for unused and for never used connections: headers count as unused.
        return _Connection(
            server, loop=asyncio.get_running_loop(), access_log=_NO_LOG, lingering_time=LINGER_S,
            keepalive_timeout=self._rules.idle_s, auto_decompress=False,
        )  # fmt: skip

    async def _keep_current(self) -> None:
        while True:
            await asyncio.sleep(self._reload_s)
            try:
                await self._forget()
                await self._look()
            except (HubError, OSError):
                # Whoever can connect still can; the operator sees the line and the page.
                log.exception("door_not_renewed")

    async def _forget(self) -> None:
        """Once a day, forget requests nobody sends again."""
        house = self._site[DOOR].house
        now_us = house.clock.now_us()
        if now_us >= self._forget_us:
            self._forget_us = now_us + DAY_US
            await house.database.write(lambda tx: posts.forget_before(tx, now_us))

    async def _look(self) -> None:
        found, shown = await self._contexts(), self._shown
        if found is shown:
            return
        old = self._runner.server.connections if self._runner.server else []
        await self._show(found)
        self._site[DOOR].figures.reloads += 1
        log.info("door_renewed")
        if shown and found.trust != shown.trust:
            for connection in old:
                if isinstance(connection, _Connection):
                    connection.retire()


class _Closed(asyncio.Protocol):
    """A connection beyond the allowance."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Close it unheard."""
        if isinstance(transport, asyncio.WriteTransport):
            transport.abort()


def _bind(host: str, port: int) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as exc:
        raise Misconfigured(
            "address_unusable",
            "An dieser Adresse lässt sich kein Dienst anbieten; vielleicht ist sie belegt."
            if exc.errno == errno.EADDRINUSE
            else "An dieser Adresse lässt sich kein Dienst anbieten.",
            place=f"{host}:{port}",
            remedy="In hub.toml unter [intake] eine freie Adresse dieses Rechners angeben.",
        ) from exc
