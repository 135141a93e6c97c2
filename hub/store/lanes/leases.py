"""What becomes of claimed promises: done, put back, sent, stopped, and let go on by a human.

Every change is fenced by the epoch of the lease the promise was claimed with.
"""

from __future__ import annotations

from collections.abc import Sequence

from hub.core.errors import Conflict
from hub.store.database import Transaction
from hub.store.lanes.promise import Lane, Promise, by_lane


def finish(tx: Transaction, promise: Promise, state: str, now_us: int) -> None:
    """End a claimed promise (``confirmed``, ``refused``, ``batched``) and free its lane.

    Raises:
        Conflict: the lease was lost; the result must be thrown away.
    """
    finish_all(tx, (promise,), state, now_us)


def finish_all(
    tx: Transaction,
    promises: Sequence[Promise],
    state: str,
    now_us: int,
    *,
    keep: frozenset[Lane] = frozenset(),
) -> None:
    """End claimed promises, from the head of each lane on, and free their lanes.

    Lanes named in ``keep`` go on being held: what stands behind is put back or stopped in
    the same unit.

    Raises:
        Conflict: a lease was lost; the results must be thrown away.
    """
    lines = [(lane, line[0].epoch, len(line)) for lane, line in by_lane(promises).items()]
    for change, moved in (
        (_STEP_ON, [one for one in lines if one[0] in keep]),
        (_ADVANCE, [one for one in lines if one[0] not in keep]),
    ):
        held = [
            {"tenant": tenant, "queue": queue, "lane_key": key, "epoch": epoch,
             "places": places, "now": now_us}
            for (tenant, queue, key), epoch, places in moved
        ]  # fmt: skip
        if tx.many(change, held) != len(held):
            raise _lease_lost()
    for tenant in {promise.tenant for promise in promises}:
        # Those taken along behind a head were tried, too.
        tx.run(
            "UPDATE promise SET state = :state, done_us = :now, "
            "attempts = CASE WHEN attempts = 0 THEN 1 ELSE attempts END "
            "WHERE tenant = :tenant AND id IN :ids",
            state=state, now=now_us, tenant=tenant,
            ids=tuple(promise.id for promise in promises if promise.tenant == tenant),
        )  # fmt: skip


_ENDED = """
WITH ended (tenant, queue, lane_key, epoch, places, at_us) AS (
  VALUES (:tenant, :queue, :lane_key, :epoch, :places, :now)
)
UPDATE lane SET head_seq = lane.head_seq + ended.places {}
FROM ended WHERE lane.tenant = ended.tenant AND lane.queue = ended.queue
  AND lane.lane_key = ended.lane_key AND lane.epoch = ended.epoch AND lane.state = 'leased'
"""
_STEP_ON = _ENDED.format("")
_ADVANCE = _ENDED.format(
    ", leased_by = NULL, due_us = ended.at_us, state = CASE"
    " WHEN lane.head_seq + ended.places = lane.next_seq THEN 'idle' ELSE 'ready' END"
)


def renew(tx: Transaction, promise: Promise, until_us: int) -> bool:
    """Keep the lease of a promise that is still in work; ``False`` when it was lost."""
    return _change(tx, promise, "due_us = :until", until=until_us)


def retry_later(
    tx: Transaction, promise: Promise, again_us: int, code: str, state: str = "waiting"
) -> None:
    """Put a claimed promise back; its lane waits with it.

    With ``sent`` it stays noted that its bytes may have left.

    Raises:
        Conflict: the lease was lost.
    """
    _fence(tx, promise, "state = 'ready', due_us = :again, leased_by = NULL", again=again_us)
    _mark(tx, promise, state, code)


def mark_sent(tx: Transaction, promise: Promise) -> bool:
    """Note that bytes are about to leave: after a crash the outcome is unknown.

    Returns ``False`` when they may have left before and nobody knows what became of them.

    Raises:
        Conflict: the lease was lost.
    """
    _fence(tx, promise, "state = 'leased'")
    sent = (
        "UPDATE promise SET state = 'sent' WHERE tenant = :tenant AND id = :id AND state = 'leased'"
    )
    return bool(tx.run(sent, tenant=promise.tenant, id=promise.id))


def block(tx: Transaction, promise: Promise, state: str, code: str) -> None:
    """Stop a lane at a promise (``unknown``, ``dead``, ``waiting``) until a human decides.

    Raises:
        Conflict: the lease was lost.
    """
    _fence(tx, promise, "state = 'blocked', blocked_by = :id, leased_by = NULL", id=promise.id)
    _mark(tx, promise, state, code)


def _mark(tx: Transaction, promise: Promise, state: str, code: str) -> None:
    tx.run(
        "UPDATE promise SET state = :state, last_code = :code, attempts = :attempts "
        "WHERE tenant = :tenant AND id = :id",
        state=state, code=code, attempts=max(promise.attempts, 1),
        tenant=promise.tenant, id=promise.id,
    )  # fmt: skip


def unblock(
    tx: Transaction,
    tenant: str,
    promise_id: str,
    *,
    skip: bool,
    now_us: int,
    deadline_us: int,
) -> bool:
    """Let a blocked lane go on: try its head again, or leave it behind (a human decided).

    What is tried again, and what stood behind it, gets a new deadline; else its next setback
    would stop it at once, though a person took the time and not the work.
    """
    freed = tx.run(
        "UPDATE lane SET head_seq = head_seq + :skip, epoch = epoch + 1, blocked_by = NULL, "
        "due_us = :now, state = CASE WHEN head_seq + :skip = next_seq THEN 'idle' ELSE 'ready' "
        "END WHERE tenant = :tenant AND state = 'blocked' AND blocked_by = :id",
        skip=int(skip), now=now_us, tenant=tenant, id=promise_id,
    )  # fmt: skip
    if freed:
        tx.run(
            "UPDATE promise SET state = :state, done_us = :done, "
            "deadline_us = :deadline WHERE tenant = :tenant AND id = :id",
            state="skipped" if skip else "waiting", done=now_us if skip else None,
            tenant=tenant, id=promise_id, deadline=deadline_us,
        )  # fmt: skip
        tx.run(
            "UPDATE promise SET deadline_us = :deadline WHERE tenant = :tenant "
            "AND deadline_us < :deadline AND done_us IS NULL AND (queue, lane_key) = "
            "(SELECT queue, lane_key FROM promise WHERE tenant = :tenant AND id = :id)",
            tenant=tenant, id=promise_id, deadline=deadline_us,
        )  # fmt: skip
    return bool(freed)


def hand_back(tx: Transaction, me: str, now_us: int) -> int:
    """Return our own leases at once; for an orderly end and for a start after a crash.

    A head whose bytes may have left stays ours: only recovery may decide what became of it.
    """
    tx.run(
        # From the few lanes that are leased to their heads, never through all promises.
        "UPDATE promise SET state = 'waiting' WHERE state = 'leased' AND "
        "(tenant, queue, lane_key, lane_seq) IN (SELECT tenant, queue, lane_key, head_seq "
        "FROM lane WHERE leased_by = :me AND state = 'leased')",
        me=me,
    )  # fmt: skip
    return tx.run(
        "UPDATE lane SET state = 'ready', due_us = :now, leased_by = NULL, epoch = epoch + 1 "
        "WHERE leased_by = :me AND state = 'leased' AND NOT EXISTS (SELECT 1 FROM promise WHERE "
        "promise.tenant = lane.tenant AND promise.queue = lane.queue AND "
        "promise.lane_key = lane.lane_key AND "
        "promise.lane_seq = lane.head_seq AND promise.state = 'sent')",
        now=now_us, me=me,
    )  # fmt: skip


def _fence(tx: Transaction, promise: Promise, change: str, **values: object) -> None:
    if not _change(tx, promise, change, **values):
        raise _lease_lost()


def _lease_lost() -> Conflict:
    return Conflict("lease_lost", "Ein anderer Arbeiter hat diese Aufgabe übernommen.")


def _change(tx: Transaction, promise: Promise, change: str, **values: object) -> bool:
    """Change a lane as long as the lease it was claimed with is held."""
    sql = f"UPDATE lane SET {change} {_IF_HELD}"  # noqa: S608  constants of ours
    return bool(
        tx.run(
            sql, tenant=promise.tenant, queue=promise.queue, lane_key=promise.lane_key,
            epoch=promise.epoch, **values,
        )
    )  # fmt: skip


_IF_HELD = """
WHERE tenant = :tenant AND queue = :queue AND lane_key = :lane_key
  AND epoch = :epoch AND state = 'leased'
"""
