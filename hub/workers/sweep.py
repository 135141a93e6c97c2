"""The daily sweep: what was cleared from an inbox does not stay there in clear for ever.

Bytes of accepted messages are kept with their messages; the file beside them is only a
convenience for the sender. Quarantine is never swept: somebody must look at it first.

Residual risk: removing a file does not overwrite its blocks on the disk.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping

from hub.channels.inbound.folder import DropFolder
from hub.pipeline.house import House

log = logging.getLogger(__name__)

DAY_US = 86_400_000_000


class Sweep:
    """Sweeps every inbox once at the start and then once a day."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._due_us = 0

    async def round(self) -> int:
        """Sweep when a day is over and return how many files were removed."""
        now_us = self._house.clock.now_us()
        if now_us < self._due_us:
            return 0
        self._due_us = now_us + DAY_US
        return sum(
            [
                await _swept(folder, now_us, {"tenant": tenant, "channel": channel})
                for (tenant, channel), folder in self._house.inboxes.items()
            ]
        )


async def _swept(folder: DropFolder, now_us: int, place: Mapping[str, str]) -> int:
    try:
        count = await asyncio.to_thread(folder.sweep, now_us)
    except OSError:
        # One folder with wrong rights must stop neither the others nor the day's work.
        log.warning("not_swept", exc_info=True, extra=place)
        return 0
    if count:
        log.info("swept", extra={**place, "count": count})
    return count
