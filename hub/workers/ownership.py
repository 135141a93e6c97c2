"""Which inboxes this node may pick up from: those whose lease it holds."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from hub.core import failpoint
from hub.core.errors import Conflict
from hub.pipeline.house import House
from hub.store.database import Transaction
from hub.store.inbox import leases

failpoint.declare("inbox_after_lease")

log = logging.getLogger(__name__)

Door = tuple[str, str]


@dataclass(slots=True)
class _Held:
    epoch: int
    until_us: int


class Ownership:
    """The leases of one node on its inboxes."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._held: dict[Door, _Held] = {}
        self._lease_us = int(house.settings.delivery.lease_s * 1_000_000)

    async def holds(self, door: Door) -> bool:
        """Tell whether an inbox is ours, after taking or renewing it where that is due."""
        now_us, held = self._house.clock.now_us(), self._held.get(door)
        if held and now_us < held.until_us - self._lease_us // 2:
            return True
        if held:
            try:
                await self._house.database.write(lambda tx: self.renew(tx, door))
            except Conflict:
                self.lost(door)
            else:
                return True
        return await self._take(door, now_us)

    async def _take(self, door: Door, now_us: int) -> bool:
        me = self._house.settings.node
        epoch = await self._house.database.write(
            lambda tx: leases.take(tx, door, me, now_us, self._lease_us)
        )
        if epoch is None:
            return False
        failpoint.reach("inbox_after_lease")
        self._held[door] = _Held(epoch, now_us + self._lease_us)
        log.info("inbox_taken", extra={"tenant": door[0], "channel": door[1], "count": epoch})
        return True

    def renew(self, tx: Transaction, door: Door) -> None:
        """Renew within the unit of work that enters a round; it fences the round.

        Raises:
            Conflict: the inbox has another owner by now.
        """
        held, until_us = self._held[door], self._house.clock.now_us() + self._lease_us
        leases.renew(tx, door, self._house.settings.node, held.epoch, until_us)
        held.until_us = until_us

    def lost(self, door: Door) -> None:
        """Forget an inbox another node took over."""
        self._held.pop(door, None)
        log.warning("inbox_lost", extra={"tenant": door[0], "channel": door[1]})

    async def hand_back(self) -> None:
        """Let another node go on at once."""
        me, now_us = self._house.settings.node, self._house.clock.now_us()
        await self._house.database.write(lambda tx: leases.hand_back(tx, me, now_us))
        self._held.clear()
