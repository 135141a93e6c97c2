"""Whether each part of the house answers, asked now, each with its own time limit."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import Final

from efile import FilingError
from hub.core.errors import HubError
from hub.store.database import Transaction
from hub.web.services import Ping, SiteServices

log = logging.getLogger(__name__)

TIMEOUT_S: Final = 3.0
"""Monitoring asks every few seconds; an answer later than this is no answer."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the house and whether it answered."""

    name: str
    ok: bool
    code: str = ""
    """Why not."""
    message: str = ""
    """The same in words."""
    remedy: str = ""
    """What to do."""


@dataclass(frozen=True, slots=True)
class State:
    """All parts together."""

    parts: tuple[Part, ...]

    @property
    def ready(self) -> bool:
        """Whether the house can accept messages."""
        return all(part.ok for part in self.parts)


async def check(services: SiteServices) -> State:
    """Ask the database and every named part at once."""

    async def database() -> None:
        await services.database.read(_touch)

    pings: dict[str, Ping] = {"database": database, **services.parts}
    return State(tuple(await asyncio.gather(*(_ask(name, pings[name]) for name in pings))))


def _touch(tx: Transaction) -> None:
    tx.one("SELECT 1 AS one")


async def _ask(name: str, ping: Ping) -> Part:
    try:
        async with asyncio.timeout(TIMEOUT_S):
            await ping()
    except TimeoutError:
        return Part(name, ok=False, code="timeout")
    except Exception as error:
        log.warning("ping_failed", exc_info=error, extra={"place": name})
        if isinstance(error, HubError | FilingError):
            return Part(name, ok=False, code=error.code, message=error.message, remedy=error.remedy)
        return Part(name, ok=False, code=type(error).__name__)
    return Part(name, ok=True)
