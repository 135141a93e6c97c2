"""Attachments: files that came with a message as one unit. Their bytes are payloads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hub.core.message import Message
from hub.store.database import Transaction
from hub.store.payloads import Kept, Payloads


@dataclass(frozen=True, slots=True)
class Attachment:
    """One file beside a message."""

    name: str
    """The sender's."""
    sha256: str
    size_bytes: int
    media_type: str
    kept: Kept | None = None
    """While it is entered: its bytes."""


def add(tx: Transaction, message: Message, attachments: Sequence[Attachment], now_us: int) -> None:
    """Enter what came with a message, in the unit of work that accepts it."""
    for number, one in enumerate(attachments, 1):
        if one.kept:
            Payloads.name(tx, message.tenant, one.kept, now_us)
        tx.run(
            "INSERT INTO attachment "
            "(tenant, message_id, number, name, sha256, size_bytes, media_type) "
            "VALUES (:tenant, :id, :number, :name, :sha256, :size, :media_type) "
            "ON CONFLICT DO NOTHING",
            tenant=message.tenant, id=message.id, number=number, name=one.name,
            sha256=one.sha256, size=one.size_bytes, media_type=one.media_type,
        )  # fmt: skip


def of(tx: Transaction, tenant: str, message_id: str) -> list[Attachment]:
    """Return what came with a message, in the sender's order."""
    rows = tx.all(
        "SELECT name, sha256, size_bytes, media_type FROM attachment "
        "WHERE tenant = :tenant AND message_id = :id ORDER BY number",
        tenant=tenant, id=message_id,
    )  # fmt: skip
    return [Attachment(**row) for row in rows]


def digests(tx: Transaction, tenant: str, message_id: str) -> tuple[str, ...]:
    """Return the digests of what came with a message: two messages differ if these do."""
    return tuple(one.sha256 for one in of(tx, tenant, message_id))
