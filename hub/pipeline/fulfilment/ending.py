"""The end of a kept promise: lane, journal and message in one unit of work."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from hub.pipeline.house import House
from hub.store import batches, lanes
from hub.store.database import Transaction
from hub.store.lanes import Lane, Promise
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
    ended = (Ended(promise, action, step),)
    await house.database.write(lambda tx: end_within(tx, ended, house, now_us))


class Ended(Struct, frozen=True):
    """A promise that was kept, and how."""

    promise: Promise
    action: str
    step: Step


async def end_all(ended: Sequence[Ended], keep: Collection[Lane], house: House) -> None:
    """End many promises in one unit of work; lanes in ``keep`` are not let go yet.

    Raises:
        Conflict: a lease was lost; none of them is ended.
    """
    now_us = house.clock.now_us()

    await house.database.write(lambda tx: end_within(tx, ended, house, now_us, keep))


def end_within(
    tx: Transaction, ended: Sequence[Ended], house: House, now_us: int, keep: Collection[Lane] = ()
) -> None:
    """End promises within a unit of work that has more to write.

    Raises:
        Conflict: a lease was lost.
    """
    promises = [one.promise for one in ended]
    lanes.finish_all(tx, promises, "confirmed", now_us, keep=frozenset(keep))
    _settle(tx, ended, house, now_us)


def _settle(tx: Transaction, ended: Sequence[Ended], house: House, now_us: int) -> None:
    """Tell the messages, office by office."""
    told: dict[str, list[tuple[str, str, Step]]] = {}
    for one in ended:
        if one.promise.spec.get("batch"):
            _end_batch(tx, one.promise, house, now_us, one.step)
            continue
        said = (one.promise.message_id, one.action, one.step)
        told.setdefault(one.promise.tenant, []).append(said)
    for tenant, kept in told.items():
        house.messages.fulfilled(tx, tenant, kept, now_us)


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
