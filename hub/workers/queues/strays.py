"""Work that nobody does any more: of a cash system or a partner taken out of the settings.

Without this it would wait for ever in a queue no loop looks into. It becomes a clearing case
per waiting head, so that a person decides whether the old way is set up again or the work is
given up.
"""

from __future__ import annotations

import logging
from collections.abc import Collection

from hub.core.errors import Misconfigured
from hub.pipeline.house import House
from hub.pipeline.setbacks import stop
from hub.store import lanes
from hub.store.database import Transaction
from hub.store.targets.claims import Lease, Wanted, claim

log = logging.getLogger(__name__)

LOOK_US = 60_000_000
"""How often abandoned queues are looked for."""
STOP_MAX = 100
"""Heads handed to a human per look and queue."""


class Strays:
    """Looks for work in queues that no loop serves."""

    def __init__(self, served: Collection[str], house: House) -> None:
        self._served = frozenset(served)
        self._house = house
        self._due_us = 0

    async def round(self) -> int:
        """Stop what stands in abandoned queues and return how much it was."""
        now_us = self._house.clock.now_us()
        if now_us < self._due_us:
            return 0
        self._due_us = now_us + LOOK_US
        waiting = await self._house.database.scan(lanes.ready_queues)
        abandoned = [place for place in waiting if self._is_abandoned(*place)]
        return sum([await self._stop(*place) for place in abandoned])

    def _is_abandoned(self, tenant: str, queue: str) -> bool:
        kind, _, partner = queue.partition(":")
        if kind != "order":
            return queue not in self._served
        # Cash orders are no loop's: they are collected for the cash system the office has now.
        return (tenant, partner) not in {
            (one.id, one.cash.partner) for one in self._house.settings.tenants
        }

    async def _stop(self, tenant: str, queue: str) -> int:
        now_us = self._house.clock.now_us()
        lease_us = int(self._house.settings.delivery.lease_s * 1_000_000)
        lease = Lease(self._house.settings.node, now_us, now_us + lease_us)

        def work(tx: Transaction) -> int:
            found = claim(tx, queue, Wanted("", STOP_MAX, tenant=tenant), lease)
            for promise in found:
                stop(tx, promise, _abandoned(queue.partition(":")[2] or queue), "dead", self._house)
            return len(found)

        count = await self._house.database.write(work)
        log.error("queue_abandoned", extra={"tenant": tenant, "queue": queue, "count": count})
        return count


def _abandoned(partner: str) -> Misconfigured:
    return Misconfigured(
        "way_abandoned",
        f"Für „{partner}“ ist kein Weg mehr eingerichtet; hier wartet noch etwas.",
        remedy="Den Weg wieder einrichten und freigeben, oder verwerfen und im Fachverfahren neu "
        "veranlassen.",
    )
