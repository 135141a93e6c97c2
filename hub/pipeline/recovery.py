"""What happens after a crash, before anything else starts. Running it again changes nothing."""

from __future__ import annotations

import logging
from pathlib import Path

from hub.channels.inbound.folder import DropFolder
from hub.core.ids import derived_uuid
from hub.pipeline.fulfilment.asking import may_repeat, unknown_outcome
from hub.pipeline.house import House
from hub.store import clearing, lanes, messages
from hub.store.clearing import ClearingCase
from hub.store.database import Row, Transaction

log = logging.getLogger(__name__)


async def recover(house: House) -> None:
    """Put the house in order.

    Requests that were on their way when the process died become *unknown*; everything else
    we held is due again at once. Claimed files are left to the first pick-up round, which
    takes them before any new file.
    """
    me, now_us = house.settings.node, house.clock.now_us()
    stopped, freed = await house.database.write(lambda tx: _recover(tx, house, me, now_us))
    log.info("recovered", extra={"count": freed, "state": f"unknown={stopped}"})


def _recover(tx: Transaction, house: House, me: str, now_us: int) -> tuple[int, int]:
    """Turn our own sent requests into unknown, then hand back what else we held."""
    rows = tx.all(
        "SELECT promise.*, lane.epoch AS epoch FROM promise JOIN lane "
        "ON lane.queue = promise.queue AND lane.lane_key = promise.lane_key "
        "WHERE promise.state = 'sent' AND lane.leased_by = :me",
        me=me,
    )
    for row in rows:
        _stop(tx, row, house, now_us)
    return len(rows), lanes.hand_back(tx, me, now_us)


def _stop(tx: Transaction, row: Row, house: House, now_us: int) -> None:
    promise = lanes.to_promise(row, epoch=row["epoch"])
    if may_repeat(promise, house):
        # The partner recognises the request by its id; asking again has no second effect.
        tx.run("UPDATE promise SET state = 'leased' WHERE id = :id", id=promise.id)
        return
    error = unknown_outcome()
    lanes.block(tx, promise, "unknown", error.code)
    found = messages.find(tx, promise.message_id)
    if found is None:
        return
    message = messages.to_message(found)
    case = ClearingCase(
        derived_uuid(promise.id, "clearing"), error.code, error.message, error.remedy, promise.id
    )
    clearing.open_case(tx, message, case, now_us)
    if found["state"] == "routed":
        house.messages.move(tx, message, "clearing", now_us, code=error.code)


def leftovers(folder: DropFolder) -> list[Path]:
    """Return files a former process had claimed."""
    return folder.claimed()
