"""When a promise cannot be kept now: try again later, or stop its lane for a human."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable

from hub.core.errors import Conflict, HubError, Unavailable
from hub.core.ids import derived_uuid
from hub.pipeline.house import House
from hub.pipeline.retry import Dead, next_attempt
from hub.store import batches, clearing, lanes, messages
from hub.store.clearing import ClearingCase
from hub.store.database import Transaction
from hub.store.lanes import Promise

log = logging.getLogger(__name__)

_CHANCE = random.SystemRandom()


async def try_again(promise: Promise, error: HubError, house: House) -> None:
    """Put a promise back for later; past its deadline a human must decide."""
    now_us = house.clock.now_us()
    wish_s = error.retry_after_s if isinstance(error, Unavailable) else None
    decision = next_attempt(
        promise.attempts, now_us, promise.deadline_us, house.settings.delivery,
        retry_after_s=wish_s, chance=_CHANCE,
    )  # fmt: skip
    if isinstance(decision, Dead):
        await give_up(promise, error, "dead", house)
        return
    log.warning("retry_later", extra={"code": error.code, "queue": promise.queue})
    await _unless_lease_lost(
        house, lambda tx: lanes.retry_later(tx, promise, decision.at_us, error.code)
    )


async def give_up(promise: Promise, error: HubError, state: str, house: House) -> None:
    """Stop the lane at a promise and open a clearing case: nothing behind it may overtake."""
    if isinstance(error, Conflict) and error.code == "lease_lost":
        log.warning("lease_lost", extra={"queue": promise.queue})
        return
    log.warning("promise_stopped", extra={"code": error.code, "queue": promise.queue})
    await _unless_lease_lost(house, lambda tx: stop(tx, promise, error, state, house))


def stop(tx: Transaction, promise: Promise, error: HubError, state: str, house: House) -> None:
    """Stop a lane within a unit of work and hang a clearing case on its message.

    Raises:
        Conflict: the lease was lost.
    """
    now_us = house.clock.now_us()
    lanes.block(tx, promise, state, error.code)
    row = messages.find(tx, promise.tenant, promise.message_id) or _any_of_batch(tx, promise)
    if row is None:
        return
    message = messages.to_message(row)
    clearing.open_case(tx, message, _case(promise, error), now_us)
    if row["state"] in {"received", "routed"}:
        house.messages.move(tx, message, "clearing", now_us, code=error.code)


def _case(promise: Promise, error: HubError) -> ClearingCase:
    return ClearingCase(
        id=derived_uuid(promise.id, "clearing"),
        code=error.code,
        message=error.message,
        remedy=error.remedy or "Ursache beheben und den Klärfall freigeben.",
        promise_id=promise.id,
        facts={"ort": error.place} if error.place else {},
    )


async def _unless_lease_lost(house: House, work: Callable[[Transaction], None]) -> None:
    """Run a unit that ends a lease; when the lease is gone, another worker decides."""
    try:
        await house.database.write(work)
    except Conflict as exc:
        if exc.code != "lease_lost":
            raise
        log.warning("lease_lost")


def _any_of_batch(tx: Transaction, promise: Promise) -> dict[str, object] | None:
    """Return a message whose order lies in the stopped file, to hang the clearing case on."""
    orders = batches.batch_promises(tx, promise.tenant, str(promise.spec.get("batch", "")))
    return messages.find(tx, promise.tenant, orders[0].message_id) if orders else None


def unforeseen(exc: Exception) -> HubError:
    """Return the error for a fault nobody foresaw: its type, never its words."""
    return HubError(
        "unforeseen",
        f"Die Verarbeitung ist unerwartet abgebrochen ({type(exc).__name__}).",
        remedy="Protokoll prüfen, Hersteller benachrichtigen, danach den Klärfall freigeben.",
    )
