"""Every inbox in turn; one that is away or refuses does not keep the others waiting."""

from __future__ import annotations

import logging

from hub.core.errors import Unavailable
from hub.pipeline.house import House
from hub.workers.ownership import Ownership
from hub.workers.pickup import pick_up
from hub.workers.troubles import Troubles

log = logging.getLogger(__name__)


class Doors:
    """The inboxes of the house, as far as they are this node's."""

    def __init__(self, house: House, troubles: Troubles) -> None:
        self._house = house
        self._troubles = troubles
        self._ownership = Ownership(house)

    async def round(self) -> int:
        """Take one round from every inbox and return how many files were in them.

        Raises:
            Unavailable: something cannot be made durable, or a folder is not mounted.
        """
        taken, away = 0, None
        for tenant, channel in self._house.inboxes:
            try:
                taken += await self._take(tenant, channel)
            except Unavailable as exc:
                # Said at the end, so that the first folder does not keep the others waiting.
                away = exc
        if away:
            raise away
        return taken

    async def hand_back(self) -> None:
        """Let another node go on at once."""
        await self._ownership.hand_back()

    async def _take(self, tenant: str, channel: str) -> int:
        part = f"{tenant}/{channel}"
        try:
            if await self._house.pressure.obstacle(tenant, channel):
                return 0
            taken = await pick_up((tenant, channel), self._ownership, self._house)
        except Unavailable:
            raise
        except Exception as exc:  # one folder that is away must not stop the others
            log.exception("pickup_failed", extra={"tenant": tenant, "channel": channel})
            self._troubles.note(part, exc)
            return 0
        self._troubles.over(part)
        return taken
