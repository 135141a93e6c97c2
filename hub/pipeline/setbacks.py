"""When a promise cannot be kept now: try again later, or stop its lane for a human.

Whatever becomes of a promise, its lane, its clearing case and the breaker of its target
change in one unit of work.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable

from hub.core import failpoint
from hub.core.errors import Conflict, HubError, Misconfigured, Unavailable
from hub.core.ids import derived_uuid
from hub.core.settings import HttpsTarget
from hub.pipeline.breaker import note_answer, note_failure
from hub.pipeline.house import House
from hub.pipeline.outcomes import DeliveryClass, judge
from hub.pipeline.retry import Dead, RetryAt, next_attempt
from hub.store import batches, clearing, lanes, messages
from hub.store.clearing import ClearingCase
from hub.store.database import Transaction
from hub.store.desk import holds
from hub.store.lanes import Promise

failpoint.declare("setback_before")

log = logging.getLogger(__name__)

CAN_BE_INQUIRED = "auskunft"
"""A fact of a clearing case: the partner can be asked what became of the delivery."""

_CHANCE = random.SystemRandom()


async def try_again(promise: Promise, error: HubError, house: House) -> None:
    """Put a promise back for later; past its deadline a human must decide."""
    await _unless_lease_lost(house, lambda tx: _again(tx, promise, error, "waiting", house))


async def give_up(promise: Promise, error: HubError, state: str, house: House) -> None:
    """Stop the lane at a promise and open a clearing case: nothing behind it may overtake."""
    if _is_lost(error):
        return
    await _unless_lease_lost(house, lambda tx: stop(tx, promise, error, state, house))


async def after_exchange(
    promise: Promise, error: HubError, target: HttpsTarget, house: House, *, doubt: bool
) -> None:
    """Draw the consequences of a delivery over the network that did not end well.

    With ``doubt`` bytes may have left in an earlier attempt, whatever became of this one.
    """
    if _is_lost(error):
        return
    ended = judge(error, target.idempotent)

    def work(tx: Transaction) -> None:
        if ended is DeliveryClass.MESSAGE:
            stop(tx, promise, error, "dead", house)
            note_answer(tx, promise, target, house)
            return
        if ended is DeliveryClass.UNKNOWN and target.idempotent == "no":
            stop(tx, promise, error, "unknown", house)
        else:
            left = "sent" if doubt or ended is DeliveryClass.UNKNOWN else "waiting"
            _again(tx, promise, error, left, house, least_s=_least_s(ended, target))
        note_failure(tx, promise, target, error, ended, house)

    await _unless_lease_lost(house, work)


def _least_s(ended: DeliveryClass, target: HttpsTarget) -> float:
    """An inquiry must not come before the partner had its time to work on the request."""
    inquired = ended is DeliveryClass.UNKNOWN and target.idempotent == "query-url"
    return target.timeout_s if inquired else 0.0


def _again(
    tx: Transaction,
    promise: Promise,
    error: HubError,
    left: str,
    house: House,
    *,
    least_s: float = 0.0,
) -> None:
    """Put a promise back, ``waiting`` or, where bytes may have left, still ``sent``."""
    now_us = house.clock.now_us()
    wish_s = error.retry_after_s if isinstance(error, Unavailable) else None

    def decide(paused_us: int) -> RetryAt | Dead:
        return next_attempt(
            promise.attempts, now_us, promise.deadline_us + paused_us, house.settings.delivery,
            retry_after_s=wish_s, chance=_CHANCE,
        )  # fmt: skip

    decision = decide(0)
    if isinstance(decision, Dead):
        # What a person held back has as much longer.
        decision = decide(holds.paused_us(tx, promise.tenant, promise.id, now_us))
    if isinstance(decision, Dead):
        stop(tx, promise, error, "unknown" if left == "sent" else "dead", house)
        return
    extra = {**ids_of(tx, promise), "code": error.code, "queue": promise.queue}
    log.warning("retry_later", extra=extra)
    # A target that must be mended first opens: its lanes wait for it, not for the clock.
    waits = not isinstance(error, Misconfigured)
    again_us = max(decision.at_us, now_us + int(least_s * 1_000_000)) if waits else now_us
    lanes.retry_later(tx, promise, again_us, error.code, left)


def _is_lost(error: HubError) -> bool:
    """Tell whether another worker has taken over: it decides, we throw our result away."""
    lost = isinstance(error, Conflict) and error.code == "lease_lost"
    if lost:
        log.warning("lease_lost")
    return lost


def stop(tx: Transaction, promise: Promise, error: HubError, state: str, house: House) -> None:
    """Stop a lane within a unit of work and hang a clearing case on its message.

    Raises:
        Conflict: the lease was lost.
    """
    now_us = house.clock.now_us()
    lanes.block(tx, promise, state, error.code)
    extra = {**ids_of(tx, promise), "code": error.code, "queue": promise.queue}
    log.warning("promise_stopped", extra=extra)
    row = messages.find(tx, promise.tenant, promise.message_id) or _any_of_batch(tx, promise)
    if row is None:
        return
    message = messages.to_message(row)
    clearing.open_case(
        tx, message, _case(promise, error, _facts(promise, error, state, house)), now_us
    )
    if row["state"] in {"received", "routed"}:
        house.messages.move(tx, message, "clearing", now_us, code=error.code)


def ids_of(tx: Transaction, promise: Promise) -> dict[str, str]:
    """Return by which ids the log speaks of a promise, so that one message's lines are found."""
    row = messages.find(tx, promise.tenant, promise.message_id)
    ids = {"promise_id": promise.id, "message_id": promise.message_id, "tenant": promise.tenant}
    return ids | ({"correlation_id": row["correlation_id"]} if row else {})


def _facts(promise: Promise, error: HubError, state: str, house: House) -> dict[str, str]:
    partner = promise.queue.partition(":")[2]
    inquired = any(t.name == partner and t.query_url for t in house.settings.https)
    facts = {"ort": error.place} if error.place else {}
    if state == "unknown" and inquired:
        facts[CAN_BE_INQUIRED] = "Die Gegenstelle lässt sich nach dem Status fragen."
    return facts


def _case(promise: Promise, error: HubError, facts: dict[str, str]) -> ClearingCase:
    return ClearingCase(
        id=derived_uuid(promise.id, "clearing"),
        code=error.code,
        message=error.message,
        remedy=error.remedy or "Ursache beheben und den Klärfall freigeben.",
        promise_id=promise.id,
        facts=facts,
    )


async def _unless_lease_lost(house: House, work: Callable[[Transaction], None]) -> None:
    """Run a unit that ends a lease; when the lease is gone, another worker decides."""
    failpoint.reach("setback_before")
    try:
        await house.database.write(work)
    except Conflict as exc:
        if not _is_lost(exc):
            raise


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
