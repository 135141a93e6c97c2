"""Tells the service manager (systemd) when the service is ready, alive and ending.

The protocol is one datagram per message to the socket the manager names. Without a manager
nothing is said. A service that no longer comes round says nothing either, and is started anew.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from hub.core.errors import Unavailable

log = logging.getLogger(__name__)

Alive = Callable[[], Awaitable[None]]
"""Returns while the service comes round; raises ``Unavailable`` when it hangs."""


class ServiceManager:
    """The manager that started us, if any."""

    def __init__(self, address: str, watchdog_us: int) -> None:
        """``address`` is empty where nobody listens; ``watchdog_us`` is 0 where nobody waits."""
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self._pause_s = watchdog_us / 2_000_000

    def say(self, *words: str) -> None:
        """Send a message; a manager that is away keeps nobody from working."""
        if not self._address:
            return
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as post:
            try:
                post.sendto("\n".join(words).encode(), self._address)
            except OSError:
                log.warning("manager_unreachable", exc_info=True)

    @asynccontextmanager
    async def watching(self, alive: Alive) -> AsyncIterator[None]:
        """Say again and again that the service is alive, as long as it is."""
        task = asyncio.create_task(self._say_alive(alive))
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _say_alive(self, alive: Alive) -> None:
        while self._address and self._pause_s:
            try:
                await alive()
            except Unavailable as exc:
                log.critical("watchdog_silent", extra={"code": exc.code})
            else:
                self.say("WATCHDOG=1")
            await asyncio.sleep(self._pause_s)
