"""The breaker before the e-file's storage: while it is away one document tries, not each.

It is a row among the targets, shared by all nodes. It opens when whole groups were not taken
several times in a row, or at once where somebody must act first; it closes with the first
document that is taken. What was waiting then goes at its own times.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Sequence

from hub.core.errors import HubError
from hub.pipeline.house import House
from hub.store.database import Transaction
from hub.store.targets import breaker
from hub.store.targets.breaker import PARTNER, STORAGE, Failure

log = logging.getLogger(__name__)

AWAY = "storage_unreachable"
REFUSED = "storage_refused"
"""Codes of a storage that takes nothing from anybody; the second lasts until somebody acts."""
OPEN_AFTER = 3
"""Groups in a row of which nothing was taken."""
PAUSE_S = 2.0
MOST_S = 60.0
"""A probe is one document: cheap enough to notice soon that the storage is back."""
LOOK_US = 1_000_000
"""How often a node looks whether another found the storage away."""

_CHANCE = random.SystemRandom()


async def note(taken: int, errors: Sequence[HubError], house: House) -> None:
    """Draw the consequences of a group for everything that waits for storage.

    While all is well this costs nothing.
    """
    away = [error for error in errors if error.code in {AWAY, REFUSED}]
    sight, now_us = house.storage, house.clock.now_us()
    if taken:
        if sight.suspect:
            closed = await house.database.write(
                lambda tx: breaker.succeeded(tx, STORAGE, PARTNER, now_us)
            )
            sight.suspect, sight.look_us = False, 0
            if closed:
                log.info("storage_back")
    elif away:
        sight.suspect, sight.look_us = True, 0
        if await house.database.write(lambda tx: _failed(tx, away[0], now_us)):
            log.error("storage_shut", extra={"code": away[0].code})
    elif sight.suspect:
        # Whoever probed was stopped by something else: the next one shall not wait long.
        await house.database.write(
            lambda tx: breaker.put_off(tx, STORAGE, PARTNER, now_us + LOOK_US)
        )


def _failed(tx: Transaction, error: HubError, now_us: int) -> bool:
    row = breaker.find(tx, STORAGE)
    # The probe that just failed, if it was one, is counted together with its consequences.
    probes = row["probes"] + (row["state"] == "half_open") if row else 0
    ceiling_s = min(PAUSE_S * 2 ** min(probes, 20), MOST_S)
    pause_us = int(_CHANCE.uniform(ceiling_s / 2, ceiling_s) * 1_000_000)
    limit = 1 if error.code == REFUSED else OPEN_AFTER
    return breaker.failed(
        tx, STORAGE, PARTNER, Failure(error.code, now_us, now_us + pause_us, limit)
    )
