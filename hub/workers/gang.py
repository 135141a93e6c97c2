"""A gang works on one queue in groups: many lanes, and what stands behind their heads.

Where the cost of one promise is mostly the cost of a round (a commit, a sync, a request),
rounds are shared. Some groups are in work at the same time, so that one that waits for the
disk does not keep the processors idle.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from hub.pipeline.house import House
from hub.store import lanes
from hub.store.lanes import Promise

Act = Callable[[Sequence[Promise], House], Awaitable[None]]

PATIENCE_S = 0.25
"""Longest wait for an end before the queue is looked at again."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much a gang takes at a time."""

    lanes: int = 64
    behind: int = 15
    """Promises taken along behind each head."""
    groups: int = 3
    """Groups in work at the same time."""


class Gang:
    """Works on one queue."""

    def __init__(self, queue: str, size: Size, act: Act, house: House) -> None:
        self._queue = queue
        self._size = size
        self._act = act
        self._house = house
        self._active: dict[asyncio.Task[None], Sequence[Promise]] = {}
        self._renew_us = 0

    async def round(self) -> int:
        """Claim what is due, wait until a group ends, and return how much moved."""
        await self._renew()
        moved = 0
        while len(self._active) < self._size.groups and (claimed := await self._claim()):
            task = asyncio.create_task(self._work(claimed))
            self._active[task] = claimed
            moved += len(claimed)
        if not self._active:
            return 0
        ended, _ = await asyncio.wait(
            self._active, timeout=PATIENCE_S, return_when=asyncio.FIRST_COMPLETED
        )
        for task in ended:
            del self._active[task]
        for task in ended:
            task.result()
        return moved + len(ended) + len(self._active)

    async def finish(self) -> None:
        """Wait for what is in work."""
        if self._active:
            await asyncio.wait(self._active)

    @property
    def active(self) -> list[Promise]:
        """What is in work."""
        groups = (group for task, group in self._active.items() if not task.done())
        return [promise for group in groups for promise in group]

    async def abandon(self) -> None:
        """Break off what is in work; its leases are handed back by whoever ends the node."""
        for task in self._active:
            task.cancel()
        await self.finish()

    async def _claim(self) -> Sequence[Promise]:
        house, size = self._house, self._size
        now_us = house.clock.now_us()
        if not await house.database.read(lambda tx: lanes.is_due(tx, self._queue, now_us)):
            return ()
        lease_us = int(house.settings.delivery.lease_s * 1_000_000)
        me = house.settings.node
        return await house.database.write(
            lambda tx: lanes.claim(
                tx, self._queue, limit=size.lanes, behind=size.behind, me=me,
                now_us=now_us, lease_us=lease_us,
            )
        )  # fmt: skip

    async def _renew(self) -> None:
        """Keep the leases of what is in work: slow work must not be begun a second time."""
        now_us = self._house.clock.now_us()
        if not self._active or now_us < self._renew_us:
            return
        lease_us = int(self._house.settings.delivery.lease_s * 1_000_000)
        self._renew_us = now_us + lease_us // 3
        heads = [
            line[0] for group in self._active.values() for line in lanes.by_lane(group).values()
        ]
        await self._house.database.write(
            lambda tx: [lanes.renew(tx, promise, now_us + lease_us) for promise in heads]
        )

    async def _work(self, promises: Sequence[Promise]) -> None:
        await self._act(promises, self._house)
