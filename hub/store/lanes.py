"""Order per case: lanes, their heads, leases and fencing.

A lane is the line in which the promises of one case stand for one queue. Places are given
out in the accepting or committing unit of work, so they follow the order of acceptance.
Only the head may run; whoever holds the lease may take those behind it along, one after the
other. A lease that ran out is simply a lane that is due again; whoever held it finds its
epoch gone and must throw its result away.

States are changed only here. All times are microseconds handed in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct, field

from hub.core.errors import Conflict
from hub.store.database import Row, Transaction

NOT_HELD = """NOT EXISTS (SELECT 1 FROM hold WHERE hold.ended_us IS NULL
  AND hold.until_us > :now AND (hold.tenant = '' OR hold.tenant = lane.tenant)
  AND (hold.kind = 'tenant' OR (hold.kind = 'case' AND hold.value = lane.lane_key)
    OR (hold.kind = 'route' AND hold.value = lane.queue) OR (hold.kind = 'partner'
      AND lane.queue IN ('deliver:' || hold.value, 'order:' || hold.value))))"""
"""Condition for whoever claims lanes: no person holds them back (``hub.store.desk.holds``)."""

Lane = tuple[str, str, str]
"""Tenant, queue and key."""


class Promise(Struct, frozen=True):
    """Something that will be done, once."""

    id: str
    """Never changes over retries: the idempotency key towards partners."""
    tenant: str
    message_id: str
    kind: str
    queue: str
    lane_key: str
    """The case number, or what stands for it; unique within office and queue."""
    spec: Mapping[str, Any] = field(default_factory=dict)
    payload_sha256: str | None = None
    attempts: int = 0
    epoch: int = 0
    """Fencing token of the lease it was claimed with."""
    lane_seq: int = 0
    made_us: int = 0
    deadline_us: int = 0

    @property
    def lane(self) -> Lane:
        """The line it stands in."""
        return self.tenant, self.queue, self.lane_key


def by_lane(promises: Iterable[Promise]) -> dict[Lane, list[Promise]]:
    """Return promises per lane, each in the order given."""
    lines: dict[Lane, list[Promise]] = {}
    for promise in promises:
        lines.setdefault(promise.lane, []).append(promise)
    return lines


def add(tx: Transaction, promise: Promise, now_us: int) -> None:
    """Give a promise its place at the end of its lane."""
    add_all(tx, (promise,), now_us)


def add_all(tx: Transaction, promises: Sequence[Promise], now_us: int) -> None:
    """Give promises their places at the ends of their lanes, in the order given."""
    rows = []
    for (tenant, queue, key), line in by_lane(promises).items():
        place = tx.one(
            _TAKE_PLACES, tenant=tenant, queue=queue, lane_key=key, places=len(line), now=now_us
        )
        if place is None:
            msg = "a lane always has a place"
            raise AssertionError(msg)
        rows += [_row(one, seq, now_us) for seq, one in enumerate(line, start=place["seq"])]
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
VALUES (:tenant, :queue, :lane_key, 1 + :places, 1, 'ready', :now)
ON CONFLICT (tenant, queue, lane_key) DO UPDATE SET
  next_seq = lane.next_seq + :places,
  state    = CASE WHEN lane.state = 'idle' THEN 'ready' ELSE lane.state END,
  due_us   = CASE WHEN lane.state = 'idle' THEN excluded.due_us ELSE lane.due_us END
RETURNING next_seq - :places AS seq
"""

_INSERT = """
INSERT INTO promise (tenant, id, message_id, kind, queue, lane_key, lane_seq, state, spec,
  payload_sha256, made_us, deadline_us)
VALUES (:tenant, :id, :message_id, :kind, :queue, :lane_key, :seq, 'waiting', :spec,
  :payload, :now, :deadline)
"""


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
    claimed = []
    for lane in leased:
        name = {"tenant": lane["tenant"], "queue": queue, "lane_key": lane["lane_key"]}
        head = tx.one(_BEGIN, **name, head_seq=lane["head_seq"])
        if head is None:
            msg = f"lane {lane['tenant']}/{queue}/{lane['lane_key']} has no head"
            raise AssertionError(msg)
        claimed.append(to_promise(head, epoch=lane["epoch"]))
        if behind and lane["next_seq"] > lane["head_seq"] + 1:
            rows = tx.all(_BEHIND, **name, head_seq=lane["head_seq"], behind=behind)
            claimed += [to_promise(row, epoch=lane["epoch"]) for row in rows]
    return claimed


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

_BEGIN = """
UPDATE promise SET attempts = attempts + 1,
  state = CASE WHEN state = 'sent' THEN 'sent' ELSE 'leased' END
WHERE tenant = :tenant AND queue = :queue AND lane_key = :lane_key AND lane_seq = :head_seq
RETURNING *
"""

_BEHIND = """
SELECT * FROM promise
WHERE tenant = :tenant AND queue = :queue AND lane_key = :lane_key AND lane_seq > :head_seq
ORDER BY lane_seq LIMIT :behind
"""


def to_promise(row: Row, epoch: int = 0) -> Promise:
    """Return a promise from its row."""
    spec = row["spec"]
    return Promise(
        id=row["id"], tenant=row["tenant"], message_id=row["message_id"], kind=row["kind"],
        queue=row["queue"], lane_key=row["lane_key"],
        spec=msgspec.json.decode(spec) if spec != "{}" else {},
        payload_sha256=row["payload_sha256"], attempts=row["attempts"], epoch=epoch,
        lane_seq=row["lane_seq"], made_us=row["made_us"], deadline_us=row["deadline_us"],
    )  # fmt: skip


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
    for lane, line in by_lane(promises).items():
        if lane in keep:
            _fence(tx, line[0], _STEP_ON, places=len(line))
        else:
            _fence(tx, line[0], _ADVANCE, places=len(line), now=now_us)
    for tenant in {promise.tenant for promise in promises}:
        # Those taken along behind a head were tried, too.
        tx.run(
            "UPDATE promise SET state = :state, done_us = :now, "
            "attempts = CASE WHEN attempts = 0 THEN 1 ELSE attempts END "
            "WHERE tenant = :tenant AND id IN :ids",
            state=state, now=now_us, tenant=tenant,
            ids=tuple(promise.id for promise in promises if promise.tenant == tenant),
        )  # fmt: skip


_STEP_ON = "head_seq = head_seq + :places"

_ADVANCE = """
head_seq = head_seq + :places, leased_by = NULL, due_us = :now,
state = CASE WHEN head_seq + :places = next_seq THEN 'idle' ELSE 'ready' END
"""


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
        raise Conflict("lease_lost", "Ein anderer Arbeiter hat diese Aufgabe übernommen.")


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
