"""A crew keeps a bounded number of groups of claimed promises in work, and takes more as they end.

There are no rounds in which the slowest holds up the others: as soon as one group ends, other
due lanes are claimed. A group is one promise where each has an outcome of its own in time;
where the cost of one is mostly the cost of a round (a commit, a sync, a request), a group holds
many lanes and what stands behind their heads.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from hub.pipeline.house import House
from hub.store import lanes
from hub.store.lanes import Promise

Group = Sequence[Promise]

Act = Callable[[Group, House], Awaitable[None]]

Claim = Callable[[int], Awaitable[Sequence[Group]]]
"""Lease up to so many groups."""

PATIENCE_S = 0.25
"""Longest wait for an end before the queue is looked at again."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much of a queue is taken at a time."""

    lanes: int
    behind: int
    """Promises taken along behind each head."""
    groups: int
    """Groups in work at the same time, so that one that waits for a disk idles no processor."""


class Crew:
    """Works on one queue."""

    def __init__(self, places: int, act: Act, house: House, claim_groups: Claim) -> None:
        self._places = places
        self._act = act
        self._house = house
        self._claim = claim_groups
        self._active: dict[asyncio.Task[None], Group] = {}
        self._renew_us = 0

    async def round(self) -> int:
        """Claim what is due, wait until something ends, and return how much moved."""
        await self._renew()
        claimed = await self._claim(self._places - len(self._active))
        for group in claimed:
            self._active[asyncio.create_task(self._work(group))] = group
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
        held = [promise for group in self._active.values() for promise in group]
        heads = [line[0] for line in lanes.by_lane(held).values()]
        await self._house.database.write(
            lambda tx: [lanes.renew(tx, promise, now_us + lease_us) for promise in heads]
        )

    @property
    def active(self) -> Group:
        """What is in work."""
        groups = (group for task, group in self._active.items() if not task.done())
        return tuple(promise for group in groups for promise in group)

    async def finish(self) -> None:
        """Wait for what is in work."""
        if self._active:
            await asyncio.wait(self._active)

    async def abandon(self) -> None:
        """Break off what is in work: its lease is handed back, or recovery decides."""
        for task in self._active:
            task.cancel()
        await self.finish()

    async def _work(self, group: Group) -> None:
        await self._act(group, self._house)


def singly(act: Callable[[Promise, House], Awaitable[None]]) -> Act:
    """Return the act for groups of one."""

    async def on_one(group: Group, house: House) -> None:
        for promise in group:
            await act(promise, house)

    return on_one


def heads(claim_up_to: Callable[[int], Awaitable[Group]]) -> Claim:
    """Return a claim that makes every head a group of its own."""

    async def claim_heads(count: int) -> list[Group]:
        return [(promise,) for promise in await claim_up_to(count)]

    return claim_heads


def lines(queue: str, size: Size, house: House) -> Claim:
    """Return a claim that makes groups of many lanes and what stands behind their heads."""

    async def claim_lines(count: int) -> list[Group]:
        groups: list[Group] = []
        while len(groups) < count and (
            group := await claim(queue, size.lanes, house, behind=size.behind)
        ):
            groups.append(group)
        return groups

    return claim_lines


async def claim(
    queue: str, limit: int, house: House, lease_s: float | None = None, behind: int = 0
) -> Group:
    """Lease up to ``limit`` due lanes of a queue; looking costs no commit."""
    if limit <= 0:
        return ()
    now_us = house.clock.now_us()
    if not await house.database.read(lambda tx: lanes.is_due(tx, queue, now_us)):
        return ()
    lease_us = int((lease_s or house.settings.delivery.lease_s) * 1_000_000)
    me = house.settings.node
    return await house.database.write(
        lambda tx: lanes.claim(
            tx, queue, limit=limit, behind=behind, me=me, now_us=now_us, lease_us=lease_us
        )
    )
