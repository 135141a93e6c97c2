"""What was handed in over HTTPS, so that the same request is never taken for a new one.

The row is written in the accepting unit of work: either both are durable or neither is.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from hub.store.database import Row, Transaction

REMEMBERED_US = 400 * 86_400_000_000
"""Longer than the longest practice of sending again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One accepted request."""

    tenant: str
    channel: str
    sender: str
    post_key: str
    """The sender's ``Idempotency-Key``; without one the id of the message."""
    fingerprint: str
    message_id: str
    posted_us: int


def remember(tx: Transaction, post: Post) -> bool:
    """Keep a request; tell whether its key was free."""
    return bool(
        tx.run(
            "INSERT INTO post (tenant, channel, sender, post_key, fingerprint, message_id, "
            "posted_us) VALUES (:tenant, :channel, :sender, :post_key, :fingerprint, "
            ":message_id, :posted_us) ON CONFLICT DO NOTHING",
            **asdict(post),
        )
    )


def find(tx: Transaction, *, tenant: str, channel: str, sender: str, key: str) -> Row | None:
    """Return what a sender's key was used for (``fingerprint, message_id``), if it was."""
    return tx.one(
        "SELECT fingerprint, message_id FROM post WHERE tenant = :tenant "
        "AND channel = :channel AND sender = :sender AND post_key = :key",
        tenant=tenant, channel=channel, sender=sender, key=key,
    )  # fmt: skip


def is_own(tx: Transaction, *, tenant: str, channel: str, sender: str, message_id: str) -> bool:
    """Tell whether a sender handed in a message."""
    return bool(
        tx.one(
            "SELECT 1 AS own FROM post WHERE tenant = :tenant AND message_id = :id "
            "AND channel = :channel AND sender = :sender",
            tenant=tenant, channel=channel, sender=sender, id=message_id,
        )
    )  # fmt: skip


def forget_before(tx: Transaction, now_us: int) -> int:
    """Forget requests nobody sends again and return how many."""
    return tx.run("DELETE FROM post WHERE posted_us < :old", old=now_us - REMEMBERED_US)
