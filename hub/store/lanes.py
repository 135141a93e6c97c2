"""Order per case: lanes, their heads, leases and fencing.

A lane is the line in which the promises of one case stand for one queue. Places are given
out in the accepting or committing unit of work, so they follow the order of acceptance.
Only the head may run. A lease that ran out is simply a lane that is due again; whoever held
it finds its epoch gone and must throw its result away.

States are changed only here. All times are microseconds handed in.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hub.core.errors import Conflict
from hub.store.database import Row, Transaction


@dataclass(frozen=True, slots=True)
class Promise:
    """Something that will be done, once."""

    id: str
    """Never changes over retries: the idempotency key towards partners."""
    tenant: str
    message_id: str
    kind: str
    queue: str
    lane_key: str
    spec: Mapping[str, Any] = field(default_factory=dict)
    payload_sha256: str | None = None
    attempts: int = 0
    epoch: int = 0
    """Fencing token of the lease it was claimed with."""
    lane_seq: int = 0
    made_us: int = 0
    deadline_us: int = 0


def add(tx: Transaction, promise: Promise, now_us: int) -> None:
    """Give a promise its place at the end of its lane."""
    place = tx.one(_TAKE_PLACE, queue=promise.queue, lane_key=promise.lane_key, now=now_us)
    if place is None:
        msg = "a lane always has a place"
        raise AssertionError(msg)
    tx.run(
        _INSERT, id=promise.id, tenant=promise.tenant, message_id=promise.message_id,
        kind=promise.kind, queue=promise.queue, lane_key=promise.lane_key, seq=place["seq"],
        spec=json.dumps(promise.spec, ensure_ascii=False), payload=promise.payload_sha256,
        now=now_us, deadline=promise.deadline_us,
    )  # fmt: skip


_TAKE_PLACE = """
INSERT INTO lane (queue, lane_key, next_seq, head_seq, state, due_us)
VALUES (:queue, :lane_key, 2, 1, 'ready', :now)
ON CONFLICT (queue, lane_key) DO UPDATE SET
  next_seq = lane.next_seq + 1,
  state    = CASE WHEN lane.state = 'idle' THEN 'ready' ELSE lane.state END,
  due_us   = CASE WHEN lane.state = 'idle' THEN excluded.due_us ELSE lane.due_us END
RETURNING next_seq - 1 AS seq
"""

_INSERT = """
INSERT INTO promise (id, tenant, message_id, kind, queue, lane_key, lane_seq, state, spec,
  payload_sha256, made_us, deadline_us)
VALUES (:id, :tenant, :message_id, :kind, :queue, :lane_key, :seq, 'waiting', :spec,
  :payload, :now, :deadline)
"""


def claim(
    tx: Transaction, queue: str, *, limit: int, me: str, now_us: int, lease_us: int
) -> list[Promise]:
    """Lease up to ``limit`` due lanes and return their heads; the attempt counts from here."""
    lanes = tx.all(_CLAIM, queue=queue, limit=limit, me=me, now=now_us, until=now_us + lease_us)
    promises = []
    for lane in lanes:
        row = tx.one(
            "UPDATE promise SET attempts = attempts + 1, "
            "state = CASE WHEN state = 'sent' THEN 'sent' ELSE 'leased' END WHERE queue = :queue "
            "AND lane_key = :lane_key AND lane_seq = :head_seq RETURNING *",
            queue=queue, lane_key=lane["lane_key"], head_seq=lane["head_seq"],
        )  # fmt: skip
        if row is None:
            msg = f"lane {queue}/{lane['lane_key']} has no head"
            raise AssertionError(msg)
        promises.append(to_promise(row, epoch=lane["epoch"]))
    return promises


_CLAIM = """
WITH due AS (
  SELECT queue, lane_key FROM lane
  WHERE queue = :queue AND state IN ('ready', 'leased') AND due_us <= :now
  ORDER BY due_us LIMIT :limit
)
UPDATE lane SET state = 'leased', epoch = epoch + 1, leased_by = :me, due_us = :until
FROM due WHERE lane.queue = due.queue AND lane.lane_key = due.lane_key
RETURNING lane.lane_key, lane.head_seq, lane.epoch
"""


def to_promise(row: Row, epoch: int = 0) -> Promise:
    """Return a promise from its row."""
    return Promise(
        id=row["id"], tenant=row["tenant"], message_id=row["message_id"], kind=row["kind"],
        queue=row["queue"], lane_key=row["lane_key"], spec=json.loads(row["spec"]),
        payload_sha256=row["payload_sha256"], attempts=row["attempts"], epoch=epoch,
        lane_seq=row["lane_seq"], made_us=row["made_us"], deadline_us=row["deadline_us"],
    )  # fmt: skip


def finish(tx: Transaction, promise: Promise, state: str, now_us: int) -> None:
    """End a claimed promise (``confirmed``, ``refused``, ``batched``) and free its lane.

    Raises:
        Conflict: the lease was lost; the result must be thrown away.
    """
    _fence(tx, promise, _ADVANCE, now=now_us)
    tx.run(
        "UPDATE promise SET state = :state, done_us = :now WHERE id = :id",
        state=state, now=now_us, id=promise.id,
    )  # fmt: skip


_ADVANCE = """
UPDATE lane SET head_seq = head_seq + 1, leased_by = NULL, due_us = :now,
  state = CASE WHEN head_seq + 1 = next_seq THEN 'idle' ELSE 'ready' END
WHERE queue = :queue AND lane_key = :lane_key AND epoch = :epoch AND state = 'leased'
"""


def renew(tx: Transaction, promise: Promise, until_us: int) -> bool:
    """Keep the lease of a promise that is still in work; ``False`` when it was lost."""
    return bool(
        tx.run(
            "UPDATE lane SET due_us = :until WHERE queue = :queue AND lane_key = :lane_key "
            "AND epoch = :epoch AND state = 'leased'",
            until=until_us, queue=promise.queue, lane_key=promise.lane_key, epoch=promise.epoch,
        )
    )  # fmt: skip


def retry_later(tx: Transaction, promise: Promise, again_us: int, code: str) -> None:
    """Put a claimed promise back; its lane waits with it.

    Raises:
        Conflict: the lease was lost.
    """
    _fence(
        tx, promise,
        "UPDATE lane SET state = 'ready', due_us = :again, leased_by = NULL WHERE "
        "queue = :queue AND lane_key = :lane_key AND epoch = :epoch AND state = 'leased'",
        again=again_us,
    )  # fmt: skip
    tx.run(
        "UPDATE promise SET state = 'waiting', last_code = :code WHERE id = :id",
        code=code, id=promise.id,
    )  # fmt: skip


def mark_sent(tx: Transaction, promise: Promise) -> bool:
    """Note that bytes are about to leave: after a crash the outcome is unknown.

    Returns ``False`` when they may have left before and nobody knows what became of them.

    Raises:
        Conflict: the lease was lost.
    """
    _fence(
        tx, promise,
        "UPDATE lane SET state = 'leased' WHERE queue = :queue AND lane_key = :lane_key "
        "AND epoch = :epoch AND state = 'leased'",
    )  # fmt: skip
    sent = "UPDATE promise SET state = 'sent' WHERE id = :id AND state = 'leased'"
    return bool(tx.run(sent, id=promise.id))


def block(tx: Transaction, promise: Promise, state: str, code: str) -> None:
    """Stop a lane at a promise (``unknown``, ``dead``, ``waiting``) until a human decides.

    Raises:
        Conflict: the lease was lost.
    """
    _fence(
        tx, promise,
        "UPDATE lane SET state = 'blocked', blocked_by = :id, leased_by = NULL WHERE "
        "queue = :queue AND lane_key = :lane_key AND epoch = :epoch AND state = 'leased'",
        id=promise.id,
    )  # fmt: skip
    tx.run(
        "UPDATE promise SET state = :state, last_code = :code WHERE id = :id",
        state=state, code=code, id=promise.id,
    )  # fmt: skip


def unblock(tx: Transaction, promise_id: str, *, skip: bool, now_us: int, deadline_us: int) -> bool:
    """Let a blocked lane go on: try its head again, or leave it behind (a human decided).

    What is tried again gets a new deadline; else its next setback would stop it at once.
    """
    freed = tx.run(
        "UPDATE lane SET head_seq = head_seq + :skip, epoch = epoch + 1, blocked_by = NULL, "
        "due_us = :now, state = CASE WHEN head_seq + :skip = next_seq THEN 'idle' ELSE 'ready' "
        "END WHERE state = 'blocked' AND blocked_by = :id",
        skip=int(skip), now=now_us, id=promise_id,
    )  # fmt: skip
    if freed:
        tx.run(
            "UPDATE promise SET state = :state, done_us = :done, "
            "deadline_us = :deadline WHERE id = :id",
            state="skipped" if skip else "waiting", done=now_us if skip else None, id=promise_id,
            deadline=deadline_us,
        )  # fmt: skip
    return bool(freed)


def hand_back(tx: Transaction, me: str, now_us: int) -> int:
    """Return our own leases at once; for an orderly end and for a start after a crash.

    A head whose bytes may have left stays ours: only recovery may decide what became of it.
    """
    tx.run(
        "UPDATE promise SET state = 'waiting' WHERE state = 'leased' AND EXISTS "
        "(SELECT 1 FROM lane WHERE lane.queue = promise.queue AND "
        "lane.lane_key = promise.lane_key AND lane.leased_by = :me)",
        me=me,
    )  # fmt: skip
    return tx.run(
        "UPDATE lane SET state = 'ready', due_us = :now, leased_by = NULL, epoch = epoch + 1 "
        "WHERE leased_by = :me AND state = 'leased' AND NOT EXISTS (SELECT 1 FROM promise WHERE "
        "promise.queue = lane.queue AND promise.lane_key = lane.lane_key AND "
        "promise.lane_seq = lane.head_seq AND promise.state = 'sent')",
        now=now_us, me=me,
    )  # fmt: skip


def _fence(tx: Transaction, promise: Promise, sql: str, **values: object) -> None:
    changed = tx.run(
        sql, queue=promise.queue, lane_key=promise.lane_key, epoch=promise.epoch, **values
    )
    if not changed:
        raise Conflict("lease_lost", "Ein anderer Arbeiter hat diese Aufgabe übernommen.")


def is_due(tx: Transaction, queue: str, now_us: int) -> bool:
    """Tell whether any lane of a queue is due; a look that costs no commit."""
    row = tx.one(
        "SELECT 1 FROM lane WHERE queue = :queue AND state IN ('ready', 'leased') "
        "AND due_us <= :now LIMIT 1",
        queue=queue, now=now_us,
    )  # fmt: skip
    return row is not None


def is_numbered_file(tx: Transaction, promise_id: str | None) -> bool:
    """Tell whether a promise brings a cash file, whose number must not be left out."""
    row = tx.one("SELECT spec FROM promise WHERE id = :id", id=promise_id)
    return row is not None and "batch" in json.loads(row["spec"])
