"""The figures alarms are made of: what waits, what is blocked, what is shut."""

from __future__ import annotations

from hub.store.database import Row, Transaction
from hub.store.lanes import NOT_HELD
from hub.store.targets.breaker import STORAGE


def waiting(tx: Transaction, now_us: int) -> list[Row]:
    """Return when the oldest open promise at the head of each queue's lanes was made.

    What a person holds back waits on purpose.
    """
    return tx.all(
        "SELECT lane.queue, min(promise.made_us) AS since_us, count(*) AS n FROM lane"  # noqa: S608  constants of ours
        " JOIN promise ON promise.tenant = lane.tenant AND promise.queue = lane.queue"
        " AND promise.lane_key = lane.lane_key AND promise.lane_seq = lane.head_seq"
        f" WHERE lane.state IN ('ready', 'leased') AND {NOT_HELD}"
        " GROUP BY lane.queue ORDER BY lane.queue",
        now=now_us,
    )


def blocked(tx: Transaction) -> list[Row]:
    """Return how many lanes of each queue wait for a human, and since when the oldest does."""
    return tx.all(
        "SELECT lane.queue, lane.tenant, count(*) AS n,"
        " min(coalesce(clearing.last_us, promise.made_us)) AS since_us FROM lane"
        " JOIN promise ON promise.tenant = lane.tenant AND promise.id = lane.blocked_by"
        " LEFT JOIN clearing ON clearing.tenant = lane.tenant"
        "   AND clearing.promise_id = promise.id AND clearing.state = 'open'"
        " WHERE lane.state = 'blocked' GROUP BY lane.queue, lane.tenant"
        " ORDER BY lane.queue, lane.tenant"
    )


HINDRANCES = (
    "storage_unreachable", "storage_refused", "readback_differs", "outbox_unavailable",
    "quarantine_unavailable", "payload_not_durable", "payload_unreadable",
)  # fmt: skip
"""Codes of what keeps our own disks and storage from taking or giving bytes."""


def hindered(tx: Transaction) -> list[Row]:
    """Return how many lanes wait because disk or storage refused them twice or more, by cause."""
    return tx.all(
        "SELECT promise.last_code AS code, count(*) AS n FROM lane"
        " JOIN promise ON promise.tenant = lane.tenant AND promise.queue = lane.queue"
        " AND promise.lane_key = lane.lane_key AND promise.lane_seq = lane.head_seq"
        " WHERE lane.state IN ('ready', 'leased') AND promise.attempts > 1"
        " AND promise.last_code IN :codes GROUP BY promise.last_code ORDER BY promise.last_code",
        codes=HINDRANCES,
    )


def shut_targets(tx: Transaction) -> list[Row]:
    """Return the partners that are only tried now and then, and why."""
    return tx.all(
        "SELECT partner, tenant, code, opened_us FROM target"
        " WHERE state <> 'closed' AND partner <> :storage ORDER BY partner, tenant",
        storage=STORAGE,
    )


def shut_storage(tx: Transaction) -> Row | None:
    """Return why documents only try the e-file's storage now and then, and how many lanes wait."""
    return tx.one(
        "SELECT code, opened_us, (SELECT count(*) FROM lane WHERE lane.queue = 'file'"
        " AND lane.state IN ('ready', 'leased')) AS n FROM target"
        " WHERE partner = :storage AND tenant = '' AND state <> 'closed'",
        storage=STORAGE,
    )
