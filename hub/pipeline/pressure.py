"""Back-pressure: a house that is full takes nothing more in until it has room again.

What waits to be read is counted for each channel; disk and database are everybody's. A limit
that was reached holds until the figure has come back to four fifths of it, so that the doors
do not flap. What is not taken in stays where it is: a file in its folder, a body with its
sender.

Residual risk: between two readings the disk may fill by other hands; then the store itself
refuses, and nothing is acknowledged.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hub.core.clock import Clock
from hub.core.errors import Unavailable
from hub.core.settings import Settings
from hub.store.database import Database, Transaction
from hub.store.journal import Entry, Journal

log = logging.getLogger(__name__)

RELIEF = 0.8
"""A limit that was reached holds until the figure is at this share of it."""
READING_US = 1_000_000
"""So long one reading serves everybody; it must cost less to ask than to take a body in."""
RETRY_AFTER_S = 10.0

Door = tuple[str, str]
"""Tenant and channel."""


@dataclass
class Waiting:
    """What one channel has handed in and nobody has read yet."""

    count: int = 0
    size_bytes: int = 0


@dataclass
class Reading:
    """How full the house was at one moment."""

    at_us: int
    free_bytes: int
    database_bytes: int
    waiting: dict[Door, Waiting] = field(default_factory=dict)


class Pressure:
    """Says of each channel whether more may come in."""

    def __init__(
        self, database: Database, clock: Clock, journal: Journal, settings: Settings, data: Path
    ) -> None:
        self._database = database
        self._clock = clock
        self._journal = journal
        self._limits = settings.limits
        self._tenants = tuple(tenant.id for tenant in settings.tenants)
        self._data = data
        self._reading: Reading | None = None
        self._paused: dict[Door, str] = {}
        self._closed = False

    @property
    def paused(self) -> Mapping[Door, str]:
        """The channels that take nothing at the moment, and by which limit."""
        return self._paused

    async def obstacle(self, tenant: str, channel: str) -> Unavailable | None:
        """Return why a channel must not take in more now; ``None``: it may."""
        if self._closed:
            return service_ending()
        reading = await self._read()
        door = (tenant, channel)
        code = self._code(reading, door)
        if code != self._paused.get(door):
            await self._turn(door, code)
        return _error(code, door) if code else None

    def close(self) -> None:
        """Let nothing more come in: the service ends."""
        self._closed = True

    def look_again(self) -> None:
        """Let the next question be answered by a new reading."""
        self._reading = None

    def took(self, tenant: str, channel: str, count: int, size_bytes: int) -> None:
        """Count what came in since the last reading."""
        if self._reading:
            waiting = self._reading.waiting.setdefault((tenant, channel), Waiting())
            waiting.count += count
            waiting.size_bytes += size_bytes

    async def _read(self) -> Reading:
        now_us = self._clock.now_us()
        known = self._reading
        # Either way: a clock that was set back must not make one reading last for hours.
        if known and abs(now_us - known.at_us) < READING_US:
            return known
        waiting = await self._database.read(lambda tx: _waiting(tx, self._tenants))
        size = await self._database.size_bytes()
        free = shutil.disk_usage(self._data).free
        self._reading = Reading(now_us, free, size, waiting)
        return self._reading

    def _code(self, reading: Reading, door: Door) -> str | None:
        limits, before = self._limits, self._paused.get(door)
        waiting = reading.waiting.get(door, Waiting())
        shares = {
            "backlog_full": max(
                waiting.count / limits.backlog_messages,
                waiting.size_bytes / limits.backlog_bytes,
            ),
            "disk_low": limits.free_bytes / max(reading.free_bytes, 1),
            "database_full": reading.database_bytes / limits.database_bytes,
        }
        reached = (
            code for code, share in shares.items() if share >= (RELIEF if code == before else 1.0)
        )
        return next(reached, None)

    async def _turn(self, door: Door, code: str | None) -> None:
        """Say once that a channel stops or goes on, never once per file."""
        action = "intake_paused" if code else "intake_resumed"
        entry = Entry(door[0], action, facts={"channel": door[1], "code": code})
        now_us = self._clock.now_us()
        await self._database.write(lambda tx: self._journal.append(tx, now_us, entry))
        log.warning(action, extra={"tenant": door[0], "channel": door[1], "code": code})
        if code:
            self._paused[door] = code
        else:
            self._paused.pop(door, None)


def _waiting(tx: Transaction, tenants: tuple[str, ...]) -> dict[Door, Waiting]:
    """Count what nobody has read yet; office by office, so that what rests is not looked at."""
    rows = tx.all(
        "SELECT tenant, channel, count(*) AS n, CAST(sum(size_bytes) AS BIGINT) AS size "
        "FROM message WHERE tenant IN :tenants AND state = 'received' GROUP BY 1, 2",
        tenants=tenants,
    )  # fmt: skip
    return {(row["tenant"], row["channel"]): Waiting(row["n"], row["size"]) for row in rows}


_FULL: Mapping[str, Callable[[str], Unavailable]] = {
    "backlog_full": lambda place: Unavailable(
        "backlog_full",
        "Es warten schon so viele Nachrichten dieses Kanals, wie vereinbart ist.",
        place=place,
        remedy="Es geht von selbst weiter; bleibt es so, in der Klärliste nach der Ursache sehen.",
        retry_after_s=RETRY_AFTER_S,
    ),
    "disk_low": lambda place: Unavailable(
        "disk_low",
        "Auf der Platte des Datenordners ist zu wenig Platz für neue Nachrichten.",
        place=place,
        remedy="Platz schaffen; danach geht es von selbst weiter.",
        retry_after_s=RETRY_AFTER_S,
    ),
    "database_full": lambda place: Unavailable(
        "database_full",
        "Die Datenbank hat die vereinbarte Größe erreicht.",
        place=place,
        remedy="Aufbewahrung prüfen oder limits.database_bytes erhöhen.",
        retry_after_s=RETRY_AFTER_S,
    ),
}


def _error(code: str, door: Door) -> Unavailable:
    return _FULL[code]("/".join(door))


def service_ending() -> Unavailable:
    """Return why a service that ends takes nothing in."""
    return Unavailable(
        "service_ending",
        "Der Dienst wird gerade beendet und nimmt nichts mehr an.",
        remedy="Nach dem Neustart erneut senden; Dateien bleiben liegen und werden dann geholt.",
    )
