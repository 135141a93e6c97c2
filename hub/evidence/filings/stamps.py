"""Has heads of the e-file's logs stamped by a time stamp authority, once in a while.

Time stamps are dear and a stamp covers everything before it; so offices get one every
``evidence.stamp_hours`` at most, and only when something was filed.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Literal

from efile import FilingError, ProofRoom, StorageUnavailable
from hub.channels.outbound.timestamps import ask
from hub.core.clock import Clock
from hub.core.errors import Unavailable
from hub.evidence.filings.timestamps import Roots, query_for

log = logging.getLogger(__name__)
_HOUR_US = 3_600_000_000


class TimeStamping:
    """The authority, as the e-file's port asks for it."""

    def __init__(self, url: str, roots: Roots) -> None:
        self._url = url
        self._roots = roots

    async def stamp(
        self, statement: bytes, algorithm: Literal["sha256", "sha512"] = "sha256"
    ) -> bytes:
        """Return the authority's response over the statement, proven."""
        query, nonce = query_for(statement, algorithm)
        try:
            stamp = await ask(self._url, query)
        except Unavailable as exc:
            raise StorageUnavailable(exc.code, exc.message, remedy=exc.remedy) from exc
        if self._roots.time_of(stamp, statement, nonce) is None:
            raise StorageUnavailable(
                "timestamp_unproven",
                "Der Zeitstempeldienst antwortet, aber seine Antwort beweist nichts.",
                remedy="Wurzelzertifikat des Dienstes unter evidence.tsa_roots prüfen.",
                place=self._url,
            )
        return stamp

    def time_of(self, stamp: bytes, statement: bytes) -> int | None:
        """Return when the stamp was made; None if it does not prove it."""
        return self._roots.time_of(stamp, statement)


class Stamps:
    """Looks hourly whether an office's newest head is due for a stamp."""

    def __init__(
        self, room: ProofRoom, clock: Clock, tenants: Sequence[str], stamp_hours: float
    ) -> None:
        self._room = room
        self._clock = clock
        self._tenants = tuple(tenants)
        self._pause_us = int(stamp_hours * _HOUR_US)
        self._due_us = 0

    async def round(self) -> int:
        """Have stamped what is due; return how many heads that were."""
        now_us, made = self._clock.now_us(), 0
        if now_us < self._due_us:
            return 0
        self._due_us = now_us + min(_HOUR_US, self._pause_us)
        for tenant in self._tenants:
            try:
                made += await self._room.stamp(tenant, now_us - self._pause_us)
            except FilingError as exc:
                log.warning("head_not_stamped", extra={"tenant": tenant, "code": exc.code})
        return made
