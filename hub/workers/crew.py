"""A crew keeps a bounded number of claimed promises in work, and takes more as they end.

There are no rounds in which the slowest holds up the others: as soon as one promise ends,
its lane's next head and other due lanes are claimed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from hub.pipeline.house import House
from hub.store import lanes
from hub.store.lanes import Promise

Act = Callable[[Promise, House], Awaitable[None]]

Claim = Callable[[int], Awaitable[Sequence[Promise]]]
"""Lease up to so many heads."""

PATIENCE_S = 0.25
"""Longest wait for an end before the queue is looked at again."""


class Crew:
    """Works on one queue."""

    def __init__(
        self, queue: str, limit: int, act: Act, house: House, claim_up_to: Claim | None = None
    ) -> None:
        """``claim_up_to`` replaces the plain claim, for example by one through a gate."""
        self._claim = claim_up_to or (lambda count: claim(queue, count, house))
        self._limit = limit
        self._act = act
        self._house = house
        self._active: dict[asyncio.Task[None], Promise] = {}
        self._renew_us = 0

    async def round(self) -> int:
        """Claim what is due, wait until something ends, and return how much moved."""
        await self._renew()
        claimed = await self._claim(self._limit - len(self._active))
        for promise in claimed:
            self._active[asyncio.create_task(self._work(promise))] = promise
        if not self._active:
            return 0
        ended, _ = await asyncio.wait(
            self._active, timeout=PATIENCE_S, return_when=asyncio.FIRST_COMPLETED
        )
        for task in ended:
            del self._active[task]
        for task in ended:
            task.result()
        return len(claimed) + len(ended) + len(self._active)

    async def _renew(self) -> None:
        """Keep the leases of what is in work: slow work must not be begun a second time."""
        now_us = self._house.clock.now_us()
        if not self._active or now_us < self._renew_us:
            return
        lease_us = int(self._house.settings.delivery.lease_s * 1_000_000)
        self._renew_us = now_us + lease_us // 3
        promises = tuple(self._active.values())
        await self._house.database.write(
            lambda tx: [lanes.renew(tx, promise, now_us + lease_us) for promise in promises]
        )

    @property
    def active(self) -> Sequence[Promise]:
        """What is in work."""
        return tuple(promise for task, promise in self._active.items() if not task.done())

    async def finish(self) -> None:
        """Wait for what is in work."""
        if self._active:
            await asyncio.wait(self._active)

    async def abandon(self) -> None:
        """Break off what is in work: its lease is handed back, or recovery decides."""
        for task in self._active:
            task.cancel()
        await self.finish()

    async def _work(self, promise: Promise) -> None:
        await self._act(promise, self._house)


async def claim(
    queue: str, limit: int, house: House, lease_s: float | None = None
) -> Sequence[Promise]:
    """Lease up to ``limit`` due heads of a queue; looking costs no commit."""
    if limit <= 0:
        return ()
    now_us = house.clock.now_us()
    if not await house.database.read(lambda tx: lanes.is_due(tx, queue, now_us)):
        return ()
    lease_us = int((lease_s or house.settings.delivery.lease_s) * 1_000_000)
    me = house.settings.node
    return await house.database.write(
        lambda tx: lanes.claim(tx, queue, limit=limit, me=me, now_us=now_us, lease_us=lease_us)
    )
