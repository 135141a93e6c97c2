"""One owner per inbox: nodes do not compete on a share, whose locks cannot be trusted.

Who holds the lease picks up. Every round commits under the epoch of its lease, so that a node
that was stopped and woke up again finds its round refused; the files it had claimed are the
new owner's by then, under the same ids.
"""

from __future__ import annotations

from hub.core.errors import Conflict
from hub.store.database import Row, Transaction

Door = tuple[str, str]
"""Tenant and channel."""


def take(tx: Transaction, door: Door, me: str, now_us: int, lease_us: int) -> int | None:
    """Take an inbox that is free, or ours from a former life, and return the new epoch.

    ``None``: another node holds it.
    """
    row = tx.one(
        "INSERT INTO inbox_lease (tenant, channel, owner, epoch, until_us) "
        "VALUES (:tenant, :channel, :me, 1, :until) "
        "ON CONFLICT (tenant, channel) DO UPDATE SET "
        "owner = excluded.owner, epoch = inbox_lease.epoch + 1, until_us = excluded.until_us "
        "WHERE inbox_lease.owner = excluded.owner OR inbox_lease.until_us <= :now "
        "RETURNING epoch",
        tenant=door[0], channel=door[1], me=me, now=now_us, until=now_us + lease_us,
    )  # fmt: skip
    return row["epoch"] if row else None


def renew(tx: Transaction, door: Door, me: str, epoch: int, until_us: int) -> None:
    """Hold an inbox for longer; within the unit of work that enters what was picked up.

    Raises:
        Conflict: it has another owner by now; nothing of the round may be entered.
    """
    held = tx.run(
        "UPDATE inbox_lease SET until_us = :until "
        "WHERE tenant = :tenant AND channel = :channel AND owner = :me AND epoch = :epoch",
        tenant=door[0], channel=door[1], me=me, epoch=epoch, until=until_us,
    )  # fmt: skip
    if not held:
        raise Conflict("inbox_lost", "Ein anderer Knoten holt diesen Eingang jetzt ab.")


def listed(tx: Transaction, tenant: str | None) -> list[Row]:
    """Return every inbox with its owner, its last number and what it waits for."""
    return tx.all(
        "SELECT tenant, channel, owner, until_us, last, awaited_since_us FROM inbox_lease "
        "LEFT JOIN inbox_number USING (tenant, channel) "
        "WHERE CAST(:tenant AS TEXT) IS NULL OR tenant = :tenant ORDER BY tenant, channel",
        tenant=tenant,
    )  # fmt: skip


def hand_back(tx: Transaction, me: str, now_us: int) -> int:
    """Let others take our inboxes at once; for an orderly end."""
    return tx.run(
        "UPDATE inbox_lease SET until_us = :now WHERE owner = :me AND until_us > :now",
        me=me, now=now_us,
    )  # fmt: skip


def end_all(tx: Transaction, now_us: int) -> None:
    """End what any node holds of inboxes; only where none of them can be at work."""
    tx.run("UPDATE inbox_lease SET until_us = :now WHERE until_us > :now", now=now_us)
