"""Leasing due lanes: whoever holds a lane may do its head, and take those behind it along."""

from __future__ import annotations

from collections.abc import Sequence

from hub.store.database import Row, Transaction
from hub.store.lanes.promise import COLUMNS, Promise, to_promise

NOT_HELD = """NOT EXISTS (SELECT 1 FROM hold WHERE hold.ended_us IS NULL
  AND hold.until_us > :now AND (hold.tenant = '' OR hold.tenant = lane.tenant)
  AND (hold.kind = 'tenant' OR (hold.kind = 'case' AND hold.value = lane.lane_key)
    OR (hold.kind = 'route' AND hold.value = lane.queue) OR (hold.kind = 'partner'
      AND lane.queue IN ('deliver:' || hold.value, 'order:' || hold.value))))"""
"""Condition for whoever claims lanes: no person holds them back (``hub.store.desk.holds``)."""


def claim(  # noqa: PLR0913  each names one fact of the lease
    tx: Transaction,
    queue: str,
    *,
    limit: int,
    me: str,
    now_us: int,
    lease_us: int,
    behind: int = 0,
) -> list[Promise]:
    """Lease up to ``limit`` due lanes and return their heads, lane by lane.

    With ``behind`` up to so many promises that stand behind each head are returned after it:
    the holder may do them too, in this order, as long as nothing goes wrong. Only the head's
    attempt counts from here.
    """
    leased = tx.all(_CLAIM, queue=queue, limit=limit, me=me, now=now_us, until=now_us + lease_us)
    return begin(tx, queue, leased, behind)


def begin(tx: Transaction, queue: str, leased: Sequence[Row], behind: int = 0) -> list[Promise]:
    """Count an attempt for the head of each lane just leased, and return what may be done."""
    epochs = {(lane["tenant"], lane["lane_key"]): lane["epoch"] for lane in leased}
    lines: dict[tuple[str, str], list[Row]] = {}
    for tenant in dict.fromkeys(tenant for tenant, _ in epochs):
        own = [lane for lane in leased if lane["tenant"] == tenant]
        for head in tx.all(_BEGIN, tenant=tenant, queue=queue, keys=_keys(own)):
            lines[tenant, head["lane_key"]] = [head]
        if without := [key for key in _keys(own) if (tenant, key) not in lines]:
            msg = f"lanes of {tenant} in {queue} without a head: {without}"
            raise AssertionError(msg)
        longer = [lane for lane in own if lane["next_seq"] > lane["head_seq"] + 1]
        if behind and longer:
            keys = _keys(longer)
            for row in tx.all(_BEHIND, tenant=tenant, queue=queue, keys=keys, behind=behind):
                lines[tenant, row["lane_key"]].append(row)
    return [to_promise(row, epoch=epochs[name]) for name in epochs for row in lines[name]]


def _keys(lanes: Sequence[Row]) -> tuple[str, ...]:
    return tuple(lane["lane_key"] for lane in lanes)


_CLAIM = f"""
WITH due AS (
  SELECT tenant, queue, lane_key FROM lane
  WHERE queue = :queue AND state IN ('ready', 'leased') AND due_us <= :now
    AND {NOT_HELD}
  ORDER BY due_us LIMIT :limit /*pg FOR UPDATE SKIP LOCKED */
)
UPDATE lane SET state = 'leased', epoch = epoch + 1, leased_by = :me, due_us = :until
FROM due WHERE lane.tenant = due.tenant AND lane.queue = due.queue
  AND lane.lane_key = due.lane_key
RETURNING lane.tenant, lane.lane_key, lane.head_seq, lane.next_seq, lane.epoch
"""  # noqa: S608  constants of ours

_BEGIN = f"""
UPDATE promise SET attempts = attempts + 1,
  state = CASE WHEN promise.state = 'sent' THEN 'sent' ELSE 'leased' END
FROM lane WHERE lane.tenant = :tenant AND lane.queue = :queue AND lane.lane_key IN :keys
  AND promise.tenant = lane.tenant AND promise.queue = lane.queue
  AND promise.lane_key = lane.lane_key AND promise.lane_seq = lane.head_seq
RETURNING {COLUMNS}
"""  # noqa: S608  constants of ours

_BEHIND = f"""
SELECT {COLUMNS} FROM lane JOIN promise
  ON promise.tenant = lane.tenant AND promise.queue = lane.queue
  AND promise.lane_key = lane.lane_key AND promise.lane_seq > lane.head_seq
  AND promise.lane_seq <= lane.head_seq + :behind
WHERE lane.tenant = :tenant AND lane.queue = :queue AND lane.lane_key IN :keys
ORDER BY promise.lane_key, promise.lane_seq
"""  # noqa: S608  constants of ours


def due_among(tx: Transaction, queues: Sequence[str], now_us: int) -> set[str]:
    """Return the queues in which any lane is due; one look for all that costs no commit."""
    if not queues:
        return set()
    asked = {f"queue{number}": queue for number, queue in enumerate(queues)}
    rows = tx.all(" UNION ALL ".join(map(_DUE.format, asked)), now=now_us, **asked)
    return {row["queue"] for row in rows}


_DUE = f"""
SELECT CAST(:{{0}} AS TEXT) AS queue WHERE EXISTS (SELECT 1 FROM lane WHERE queue = :{{0}}
  AND state IN ('ready', 'leased') AND due_us <= :now AND {NOT_HELD})
"""  # noqa: S608  constants of ours


def is_due(tx: Transaction, queue: str, now_us: int) -> bool:
    """Tell whether any lane of a queue is due."""
    return bool(due_among(tx, (queue,), now_us))


def ready_queues(tx: Transaction) -> list[tuple[str, str]]:
    """Return tenant and queue wherever anything waits."""
    # In words that lead through the index of lanes at work: those that rest are very many.
    rows = tx.all(
        "SELECT DISTINCT tenant || '' AS tenant, queue FROM lane "
        "WHERE state IN ('ready', 'leased') AND state = 'ready' ORDER BY 1, 2"
    )
    return [(row["tenant"], row["queue"]) for row in rows]
