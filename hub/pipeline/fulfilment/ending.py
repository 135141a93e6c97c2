"""The end of a kept promise: lane, journal and message in one unit of work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from hub.pipeline.house import House
from hub.store import batches, lanes
from hub.store.database import Transaction
from hub.store.lanes import Promise
from hub.store.messages import Step


async def end(
    promise: Promise,
    house: House,
    action: str,
    *,
    digest: str | None = None,
    facts: Mapping[str, object] | None = None,
) -> None:
    """End a kept promise: lane, journal and message in one unit of work."""
    now_us = house.clock.now_us()
    step = Step(promise.id, digest=digest or promise.payload_sha256, facts=facts or {})
    await house.database.write(lambda tx: end_within(tx, promise, house, action, now_us, step))


def end_within(
    tx: Transaction, promise: Promise, house: House, action: str, now_us: int, step: Step
) -> None:
    """The same within a unit of work that has more to write.

    Raises:
        Conflict: the lease was lost.
    """
    lanes.finish(tx, promise, "confirmed", now_us)
    if promise.spec.get("batch"):
        _end_batch(tx, promise, house, now_us, step)
        return
    house.messages.fulfilled(tx, promise.tenant, ((promise.message_id, action, step),), now_us)


def _end_batch(tx: Transaction, file: Promise, house: House, now_us: int, step: Step) -> None:
    """A delivered file delivers every order in it."""
    orders = batches.delivered(tx, file.tenant, str(file.spec["batch"]), now_us)
    kept = [
        (
            order.message_id,
            "order_delivered",
            replace(step, promise_id=order.id, facts={**step.facts, **order.spec}),
        )
        for order in orders
    ]
    house.messages.fulfilled(tx, file.tenant, kept, now_us)


def what_left(promise: Promise) -> dict[str, object]:
    """Return what went to whom, for the journal."""
    spec = promise.spec
    return {"kind": spec.get("record_kind"), "to": promise.queue.partition(":")[2]}
