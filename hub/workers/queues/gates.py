"""Gates: before a partner reached over the network (window, breaker, limit), before the storage.

What does not pass the gate is not claimed: it uses up neither a lease nor an attempt. Only
its deadline goes on; what is overdue while the gate is shut is handed to a human.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from hub.core.errors import Unavailable
from hub.core.settings import HttpsTarget
from hub.core.windows import next_open_us
from hub.pipeline.house import House
from hub.pipeline.setbacks import stop
from hub.store import lanes
from hub.store.database import Transaction
from hub.store.lanes import Promise
from hub.store.targets import breaker as targets
from hub.store.targets.breaker import PARTNER, STORAGE
from hub.store.targets.claims import Lease, Wanted, claim, claim_overdue
from hub.workers.queues.crew import Group, Size, lines

log = logging.getLogger(__name__)

FILE_QUEUE = "file"
OVERDUE_LOOK_US = 60_000_000
"""How often a shut gate is asked what has become overdue behind it."""
LOOK_US = 1_000_000
"""How soon a target is looked at again that nothing could be tried with."""
OVERDUE_MAX = 100
"""Overdue promises handed to a human per look."""


class Gate:
    """Claims for one partner."""

    def __init__(self, target: HttpsTarget, queue: str, house: House) -> None:
        self._target = target
        self._queue = queue
        self._house = house
        self._overdue_us = 0
        delivery = house.settings.delivery
        self._lease_us = int(max(delivery.lease_s, target.timeout_s + 30.0) * 1_000_000)

    async def claim(self, limit: int) -> Sequence[Promise]:
        """Lease up to ``limit`` due heads, as far as the gate is open; looking costs no commit."""
        now_us = self._house.clock.now_us()
        database = self._house.database
        if limit <= 0 or not await database.read(lambda tx: lanes.is_due(tx, self._queue, now_us)):
            return ()
        opens_us = next_open_us(self._target.window, self._target.land, now_us)
        shut = opens_us is None or opens_us > now_us
        if shut or await database.read(lambda tx: targets.is_shut(tx, self._target.name, now_us)):
            await self._look_for_overdue(now_us)
            return ()
        return await database.write(lambda tx: self._claim(tx, limit, now_us))

    def _claim(self, tx: Transaction, limit: int, now_us: int) -> list[Promise]:
        admission = targets.admit(
            tx, self._target.name, self._queue, in_flight_max=self._target.concurrency,
            now_us=now_us, lease_us=self._lease_us,
        )  # fmt: skip
        count = min(limit, admission.lanes)
        claimed = self._take(tx, count, now_us, oldest=admission.probe) if count else []
        if len(claimed) < count:
            claimed += self._probe_office(tx, now_us)
        if admission.probe and not claimed:
            # Nothing was there to probe with; the next thing to come shall not wait long.
            targets.put_off(tx, self._target.name, PARTNER, now_us + LOOK_US)
        return claimed

    def _probe_office(self, tx: Transaction, now_us: int) -> list[Promise]:
        """Try one office whose access was refused, if its time has come."""
        name = self._target.name
        office = targets.office_to_probe(tx, name, now_us, self._lease_us)
        if office is None:
            return []
        claimed = self._take(tx, 1, now_us, oldest=True, tenant=office)
        if not claimed:
            targets.put_off(tx, name, office, now_us + int(self._target.pause_s * 1_000_000))
        return claimed

    def _take(
        self, tx: Transaction, limit: int, now_us: int, *, oldest: bool, tenant: str | None = None
    ) -> list[Promise]:
        wanted = Wanted(self._target.name, limit, oldest, tenant)
        return claim(tx, self._queue, wanted, self._lease(now_us))

    def _lease(self, now_us: int) -> Lease:
        return Lease(self._house.settings.node, now_us, now_us + self._lease_us)

    async def _look_for_overdue(self, now_us: int) -> None:
        """Hand to a human what cannot be delivered in time any more."""
        if now_us < self._overdue_us:
            return
        self._overdue_us = now_us + OVERDUE_LOOK_US
        lease = self._lease(now_us)

        def work(tx: Transaction) -> int:
            overdue = claim_overdue(tx, self._queue, OVERDUE_MAX, lease)
            for promise, state in overdue:
                stop(tx, promise, _overdue(self._target.name), state, self._house)
            return len(overdue)

        if count := await self._house.database.write(work):
            log.warning("overdue", extra={"queue": self._queue, "count": count})


class StorageGate:
    """Claims documents for the e-file; while its storage is away, one now and then."""

    def __init__(self, size: Size, house: House) -> None:
        self._claim = lines(FILE_QUEUE, size, house)
        self._house = house

    async def claim(self, count: int) -> Sequence[Group]:
        """Lease up to ``count`` groups, or a single document that probes."""
        house, now_us = self._house, self._house.clock.now_us()
        sight = house.storage
        if now_us < sight.look_us:
            return () if sight.shut else await self._claim(count)
        row = await house.database.read(lambda tx: targets.find(tx, STORAGE))
        sight.look_us = now_us + LOOK_US
        sight.shut = row is not None and row["state"] != "closed"
        if row is None or not sight.shut:
            return await self._claim(count)
        sight.suspect = True
        due = count > 0 and now_us >= row["next_probe_us"]
        if not due or not await house.database.read(
            lambda tx: lanes.is_due(tx, FILE_QUEUE, now_us)
        ):
            return ()
        claimed = await house.database.write(lambda tx: self._probe(tx, now_us))
        return [claimed] if claimed else ()

    def _probe(self, tx: Transaction, now_us: int) -> list[Promise]:
        delivery, me = self._house.settings.delivery, self._house.settings.node
        lease_us = int(delivery.lease_s * 1_000_000)
        admission = targets.admit(
            tx, STORAGE, FILE_QUEUE, in_flight_max=1, now_us=now_us, lease_us=lease_us
        )
        if not admission.probe:
            return []
        claimed = lanes.claim(tx, FILE_QUEUE, limit=1, me=me, now_us=now_us, lease_us=lease_us)
        if not claimed:
            targets.put_off(tx, STORAGE, PARTNER, now_us + LOOK_US)
        return claimed


def _overdue(partner: str) -> Unavailable:
    return Unavailable(
        "deadline_over",
        f"Die Frist für die Zustellung an „{partner}“ ist abgelaufen; sie war nicht möglich.",
        remedy="Gegenstelle und Zustand des Ziels prüfen; danach freigeben oder zurückweisen.",
    )
