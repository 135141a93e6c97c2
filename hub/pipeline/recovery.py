"""What happens after a crash, before anything else starts. Running it again changes nothing."""

from __future__ import annotations

import logging

from hub.core import failpoint
from hub.pipeline.fulfilment.asking import target_of, unknown_outcome
from hub.pipeline.house import House
from hub.pipeline.setbacks import stop
from hub.store import lanes
from hub.store.database import Transaction
from hub.store.lanes import Promise

failpoint.declare("recover_after")

log = logging.getLogger(__name__)


async def recover(house: House) -> None:
    """Put the house in order.

    Requests that were on their way when the process died become *unknown* where the partner
    cannot tell; everything else we held is due again at once. Claimed files are left to the
    first pick-up round, which takes them before any new file.
    """
    me, now_us = house.settings.node, house.clock.now_us()
    stopped, freed = await house.database.write(lambda tx: _recover(tx, house, me, now_us))
    failpoint.reach("recover_after")
    log.info("recovered", extra={"count": freed, "state": f"unknown={stopped}"})


def _recover(tx: Transaction, house: House, me: str, now_us: int) -> tuple[int, int]:
    """Turn sent requests of ours, or of a node whose lease ran out, into unknown."""
    rows = tx.all(
        # From the few lanes that are leased to what stands in them, never through all promises.
        "SELECT promise.*, lane.epoch AS epoch FROM lane CROSS JOIN promise "
        "WHERE lane.state = 'leased' AND (lane.leased_by = :me OR lane.due_us <= :now) "
        "AND promise.tenant = lane.tenant AND promise.queue = lane.queue "
        "AND promise.lane_key = lane.lane_key AND promise.lane_seq >= lane.head_seq "
        "AND promise.state = 'sent' /*pg FOR UPDATE SKIP LOCKED */",
        me=me, now=now_us,
    )  # fmt: skip
    sent = [lanes.to_promise(row, epoch=row["epoch"]) for row in rows]
    doubtful = [promise for promise in sent if _nobody_can_tell(promise, house)]
    for promise in sent:
        if promise in doubtful:
            stop(tx, promise, unknown_outcome(), "unknown", house)
        else:
            # Asked again or inquired under the same id, without a second effect.
            lanes.retry_later(tx, promise, now_us, "outcome_unknown", "sent")
    return len(doubtful), lanes.hand_back(tx, me, now_us)


def _nobody_can_tell(promise: Promise, house: House) -> bool:
    target = target_of(promise, house)
    return target is None or target.idempotent == "no"
