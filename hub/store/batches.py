"""Cash batch files: numbers are given once, bytes follow from the orders they hold."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from hub.store import lanes
from hub.store.database import Row, Transaction
from hub.store.lanes import Promise


def next_sequence(tx: Transaction, tenant: str, partner: str, direction: str) -> int:
    """Give out the next number, without gaps, per office, partner and direction."""
    row = tx.one(
        "INSERT INTO sequence (tenant, partner, direction, value) "
        "VALUES (:tenant, :partner, :direction, 1) ON CONFLICT (tenant, partner, direction) "
        "DO UPDATE SET value = sequence.value + 1 RETURNING value",
        tenant=tenant, partner=partner, direction=direction,
    )  # fmt: skip
    if row is None:
        msg = "an upsert returns its row"
        raise AssertionError(msg)
    value: int = row["value"]
    return value


def last_sequence(tx: Transaction, tenant: str, partner: str, direction: str) -> int:
    """Return the highest number seen or given so far; 0 before the first."""
    row = tx.one(
        "SELECT value FROM sequence WHERE tenant = :tenant AND partner = :partner "
        "AND direction = :direction",
        tenant=tenant, partner=partner, direction=direction,
    )  # fmt: skip
    return row["value"] if row else 0


def keep_sequence(tx: Transaction, tenant: str, partner: str, direction: str, value: int) -> None:
    """Remember the highest number seen."""
    tx.run(
        "INSERT INTO sequence (tenant, partner, direction, value) "
        "VALUES (:tenant, :partner, :direction, :value) ON CONFLICT (tenant, partner, direction) "
        "DO UPDATE SET value = excluded.value WHERE sequence.value < excluded.value",
        tenant=tenant, partner=partner, direction=direction, value=value,
    )  # fmt: skip


def oldest_waiting_us(tx: Transaction, queue: str) -> list[Row]:
    """Return per tenant how many orders wait in a queue and since when."""
    return tx.all(
        "SELECT tenant, count(*) AS waiting, min(made_us) AS since FROM promise "
        "WHERE queue = :queue AND kind = 'order' AND state = 'waiting' GROUP BY tenant",
        queue=queue,
    )  # fmt: skip


def open_batch(  # noqa: PLR0913  each names one fact of the file
    tx: Transaction,
    *,
    batch_id: str,
    tenant: str,
    partner: str,
    queue: str,
    limit: int,
    now_us: int,
) -> Row | None:
    """Move waiting orders of one office into a new batch, in order of their lanes.

    The lanes go on at once: within the file the orders of a case keep their order, and files
    are delivered in the order of their numbers. A node that comes second waits for the first
    and finds its orders gone: skipping them could give a case's later order the lower number.
    """
    rows = tx.all(
        "SELECT * FROM promise WHERE queue = :queue AND tenant = :tenant AND kind = 'order' "
        "AND state = 'waiting' ORDER BY lane_seq, lane_key LIMIT :limit /*pg FOR UPDATE */",
        queue=queue, tenant=tenant, limit=limit,
    )  # fmt: skip
    if not rows:
        return None
    promises = [lanes.to_promise(row) for row in rows]
    total = sum(int(promise.spec["amount_cents"]) for promise in promises)
    sequence = next_sequence(tx, tenant, partner, "out")
    batch = {
        "id": batch_id, "tenant": tenant, "partner": partner, "sequence": sequence,
        "record_count": len(promises), "total_cents": total, "made_us": now_us,
    }  # fmt: skip
    tx.run(
        "INSERT INTO batch (id, tenant, partner, sequence, state, record_count, total_cents, "
        "made_us) VALUES (:id, :tenant, :partner, :sequence, 'open', :record_count, "
        ":total_cents, :made_us)",
        **batch,
    )
    _take(tx, promises, batch_id, now_us)
    return batch


def _take(tx: Transaction, promises: Sequence[Promise], batch_id: str, now_us: int) -> None:
    for tenant in {promise.tenant for promise in promises}:
        tx.run(
            "UPDATE promise SET state = 'batched', batch_id = :batch, attempts = attempts + 1 "
            "WHERE tenant = :tenant AND id IN :ids",
            batch=batch_id, tenant=tenant,
            ids=tuple(one.id for one in promises if one.tenant == tenant),
        )  # fmt: skip
    tx.many(
        "WITH taken (tenant, queue, lane_key, head, at_us) AS ("
        "VALUES (:tenant, :queue, :lane_key, :head, :now)) "
        "UPDATE lane SET head_seq = taken.head, due_us = taken.at_us, "
        "state = CASE WHEN taken.head = lane.next_seq THEN 'idle' ELSE 'ready' END FROM taken "
        "WHERE lane.tenant = taken.tenant AND lane.queue = taken.queue "
        "AND lane.lane_key = taken.lane_key",
        [
            {"head": line[-1].lane_seq + 1, "now": now_us, "tenant": tenant, "queue": queue,
             "lane_key": key}
            for (tenant, queue, key), line in lanes.by_lane(promises).items()
        ],
    )  # fmt: skip


def batch_promises(tx: Transaction, tenant: str, batch_id: str) -> list[Promise]:
    """Return the orders of a batch in the order of the file."""
    rows = tx.all(
        "SELECT * FROM promise WHERE tenant = :tenant AND batch_id = :id "
        "ORDER BY lane_seq, lane_key",
        tenant=tenant, id=batch_id,
    )  # fmt: skip
    return [lanes.to_promise(row) for row in rows]


def written(tx: Transaction, tenant: str, batch_id: str, sha256: str) -> bool:
    """Note the bytes of a numbered file; ``False`` when somebody was faster."""
    return bool(
        tx.run(
            "UPDATE batch SET state = 'written', payload_sha256 = :sha "
            "WHERE tenant = :tenant AND id = :id AND state = 'open'",
            sha=sha256, tenant=tenant, id=batch_id,
        )
    )  # fmt: skip


def delivered(tx: Transaction, tenant: str, batch_id: str, now_us: int) -> list[Promise]:
    """Note that a file has arrived, and with it every order in it; return the orders."""
    tx.run(
        "UPDATE batch SET state = 'delivered' WHERE tenant = :tenant AND id = :id",
        tenant=tenant, id=batch_id,
    )  # fmt: skip
    tx.run(
        "UPDATE promise SET state = 'confirmed', done_us = :now "
        "WHERE tenant = :tenant AND batch_id = :id",
        now=now_us, tenant=tenant, id=batch_id,
    )  # fmt: skip
    return batch_promises(tx, tenant, batch_id)


def unwritten(tx: Transaction) -> list[Row]:
    """Return batches that have a number but no bytes yet, oldest number first."""
    return tx.all("SELECT * FROM batch WHERE state = 'open' ORDER BY tenant, partner, sequence")


def find(tx: Transaction, tenant: str, batch_id: str) -> Row | None:
    """Return one batch of an office."""
    return tx.one(
        "SELECT * FROM batch WHERE tenant = :tenant AND id = :id", tenant=tenant, id=batch_id
    )


def is_numbered_file(tx: Transaction, tenant: str, promise_id: str | None) -> bool:
    """Tell whether a promise brings a cash file, whose number must not be left out."""
    row = tx.one(
        "SELECT spec FROM promise WHERE tenant = :tenant AND id = :id",
        tenant=tenant, id=promise_id,
    )  # fmt: skip
    return row is not None and "batch" in msgspec.json.decode(row["spec"])
