"""The sender's numbers: what came last, and since when the one after it is missing."""

from __future__ import annotations

from dataclasses import dataclass

from hub.store.database import Row, Transaction
from hub.store.inbox.leases import Door


@dataclass(frozen=True, slots=True)
class Count:
    """How far a channel has counted."""

    last: int
    """Highest number taken or passed over."""
    awaited_since_us: int | None


def read(tx: Transaction, door: Door) -> Count | None:
    """Return how far a channel has counted; ``None`` before its first number."""
    row = tx.one(
        "SELECT last, awaited_since_us FROM inbox_number "
        "WHERE tenant = :tenant AND channel = :channel",
        tenant=door[0], channel=door[1],
    )  # fmt: skip
    return Count(**row) if row else None


def reach(tx: Transaction, door: Door, last: int) -> None:
    """Note a number as taken or passed over; nobody waits for an earlier one any more."""
    tx.run(
        "INSERT INTO inbox_number (tenant, channel, last) VALUES (:tenant, :channel, :last) "
        "ON CONFLICT (tenant, channel) DO UPDATE SET "
        "last = excluded.last, awaited_since_us = NULL WHERE inbox_number.last < excluded.last",
        tenant=door[0], channel=door[1], last=last,
    )  # fmt: skip


def wait(tx: Transaction, door: Door, now_us: int) -> bool:
    """Note that the next number is missing and tell whether that is news."""
    changed = tx.run(
        "UPDATE inbox_number SET awaited_since_us = :now "
        "WHERE tenant = :tenant AND channel = :channel AND awaited_since_us IS NULL",
        tenant=door[0], channel=door[1], now=now_us,
    )  # fmt: skip
    return changed > 0


def awaited(tx: Transaction) -> list[Row]:
    """Return the number every halted channel waits for, and since when."""
    return tx.all(
        "SELECT tenant, channel, last + 1 AS number, awaited_since_us FROM inbox_number "
        "WHERE awaited_since_us IS NOT NULL ORDER BY tenant, channel"
    )
