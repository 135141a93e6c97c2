"""Archived deliveries, and their copies for a destination that was added later."""

from __future__ import annotations

import json
from dataclasses import dataclass

from hub.store import lanes
from hub.store.database import Row, Transaction
from hub.store.lanes import Promise


@dataclass(frozen=True, slots=True, kw_only=True)
class Archived:
    """Which deliveries are meant; empty fields do not narrow."""

    tenant: str
    queue: str
    """Of the destination that got them."""
    case_key: str = ""
    since_us: int = 0
    until_us: int = 0
    """Not included."""


Place = tuple[str, int]
"""Lane and place of the last delivery looked at."""

START: Place = ("", 0)


def page(tx: Transaction, wanted: Archived, after: Place, limit: int) -> list[Row]:
    """Return confirmed deliveries, case by case, each case's in the order of its lane.

    What a person had sent a second time is there once.
    """
    return tx.all(
        "SELECT promise.*, message.received_us, message.state AS message_state, "
        "EXISTS (SELECT 1 FROM payload WHERE payload.tenant = promise.tenant "
        "AND payload.sha256 = promise.payload_sha256) AS kept "
        "FROM promise JOIN message ON message.tenant = promise.tenant "
        "AND message.id = promise.message_id "
        "WHERE promise.tenant = :tenant AND promise.queue = :queue "
        "AND promise.state = 'confirmed' AND promise.kind = 'deliver' "
        "AND (:case_key = '' OR promise.lane_key = :case_key) "
        "AND message.received_us >= :since AND (:until = 0 OR message.received_us < :until) "
        "AND (promise.lane_key > :lane OR (promise.lane_key = :lane AND promise.lane_seq > :seq)) "
        "AND NOT EXISTS (SELECT 1 FROM promise AS old WHERE old.tenant = promise.tenant "
        "AND old.id = promise.replaces AND old.state = 'confirmed') "
        "ORDER BY promise.lane_key, promise.lane_seq LIMIT :limit",
        tenant=wanted.tenant, queue=wanted.queue, case_key=wanted.case_key,
        since=wanted.since_us, until=wanted.until_us, lane=after[0], seq=after[1], limit=limit,
    )  # fmt: skip


def has_got(tx: Transaction, old: Row, queue: str) -> bool:
    """Tell whether a destination has, or will have, what a delivery brought elsewhere."""
    rows = tx.all(
        "SELECT spec FROM promise WHERE tenant = :tenant AND message_id = :id AND queue = :queue",
        tenant=old["tenant"], id=old["message_id"], queue=queue,
    )  # fmt: skip
    return any(_content(row) == _content(old) for row in rows)


def _content(row: Row) -> tuple[object, object]:
    spec = json.loads(row["spec"])
    return spec.get("record_kind"), spec.get("ref")


def newest(tx: Transaction, tenant: str, queue: str, lane_key: str) -> int:
    """Return when the last delivery of a case to a destination was first promised, or 0."""
    row = tx.one(
        "SELECT spec, made_us FROM promise WHERE tenant = :tenant AND queue = :queue "
        "AND lane_key = :key ORDER BY lane_seq DESC LIMIT 1",
        tenant=tenant, queue=queue, key=lane_key,
    )  # fmt: skip
    return int(json.loads(row["spec"]).get("archived_us", row["made_us"])) if row else 0


def give_place(tx: Transaction, copy: Promise, now_us: int, due_us: int) -> None:
    """Give a copy a place at the end of its lane; one that stands alone waits until it is due."""
    lanes.add(tx, copy, now_us)
    tx.run(
        "UPDATE lane SET due_us = :due WHERE tenant = :tenant AND queue = :queue "
        "AND lane_key = :key AND state = 'ready' AND next_seq = head_seq + 1 AND due_us < :due",
        due=due_us, tenant=copy.tenant, queue=copy.queue, key=copy.lane_key,
    )  # fmt: skip
