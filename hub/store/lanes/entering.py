"""Places in lanes, given out in the unit of work that accepts or commits, in its order."""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter

import msgspec

from hub.store.database import Transaction
from hub.store.lanes.promise import Promise, by_lane


def add(tx: Transaction, promise: Promise, now_us: int) -> None:
    """Give a promise its place at the end of its lane."""
    add_all(tx, (promise,), now_us)


def add_all(tx: Transaction, promises: Sequence[Promise], now_us: int) -> None:
    """Give promises their places at the ends of their lanes, in the order given."""
    lines = by_lane(promises)
    # Sorted, so that two nodes never wait for each other's lanes.
    wanted = [
        {"tenant": tenant, "queue": queue, "lane_key": key, "next": 1 + len(line), "now": now_us}
        for (tenant, queue, key), line in sorted(lines.items(), key=itemgetter(0))
    ]
    rows = []
    for lane in tx.each(_TAKE_PLACES, wanted):
        line = lines[lane["tenant"], lane["queue"], lane["lane_key"]]
        first = lane["next_seq"] - len(line)
        rows += [_row(one, seq, now_us) for seq, one in enumerate(line, first)]
    tx.many(_INSERT, rows)


def _row(promise: Promise, seq: int, now_us: int) -> dict[str, object]:
    return {
        "tenant": promise.tenant, "id": promise.id, "message_id": promise.message_id,
        "kind": promise.kind, "queue": promise.queue, "lane_key": promise.lane_key, "seq": seq,
        "spec": msgspec.json.encode(promise.spec).decode() if promise.spec else "{}",
        "payload": promise.payload_sha256, "now": now_us, "deadline": promise.deadline_us,
    }  # fmt: skip


_TAKE_PLACES = """
INSERT INTO lane (tenant, queue, lane_key, next_seq, head_seq, state, due_us)
VALUES (:tenant, :queue, :lane_key, :next, 1, 'ready', :now)
ON CONFLICT (tenant, queue, lane_key) DO UPDATE SET
  next_seq = lane.next_seq + excluded.next_seq - 1,  -- a new lane's first place is 1
  state    = CASE WHEN lane.state = 'idle' THEN 'ready' ELSE lane.state END,
  due_us   = CASE WHEN lane.state = 'idle' THEN excluded.due_us ELSE lane.due_us END
RETURNING tenant, queue, lane_key, next_seq
"""

_INSERT = """
INSERT INTO promise (tenant, id, message_id, kind, queue, lane_key, lane_seq, state, spec,
  payload_sha256, made_us, deadline_us)
VALUES (:tenant, :id, :message_id, :kind, :queue, :lane_key, :seq, 'waiting', :spec,
  :payload, :now, :deadline)
"""
