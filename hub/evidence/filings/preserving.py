"""Has evidence records made for files that were closed, once a day."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from efile import Author, FilingError, PreservingRoom
from hub.core.clock import Clock, local_date
from hub.core.ids import uuid7

log = logging.getLogger(__name__)
DAY_US = 86_400_000_000
_ACTOR = "hub"


class Preserving:
    """Looks daily which closed files have no record for what is in them."""

    def __init__(self, room: PreservingRoom, clock: Clock, tenants: Sequence[str]) -> None:
        self._room = room
        self._clock = clock
        self._tenants = tuple(tenants)
        self._due_us = 0

    async def round(self) -> int:
        """Have records made where they are due; return how many."""
        now_us, made = self._clock.now_us(), 0
        if now_us < self._due_us or not self._room.is_set_up:
            return 0
        self._due_us = now_us + DAY_US
        for tenant in self._tenants:
            by = Author(_ACTOR, self._clock.now_us(), uuid7(now_us))
            try:
                made += len(await self._room.preserve(tenant, by, local_date(now_us)))
            except FilingError as exc:
                log.warning("files_not_preserved", extra={"tenant": tenant, "code": exc.code})
        return made
