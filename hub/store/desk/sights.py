"""Who may see the content of a message for a while, and why."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from hub.store.database import Row, Transaction

PURPOSES = {
    "klaerung": "Klärung eines Klärfalls",
    "stoerung": "Störungssuche an der Schnittstelle",
    "auskunft": "Auskunft an Betroffene",
    "pruefung": "Prüfung durch Revision oder Datenschutz",
}
"""For what content may be seen at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """A look at one message by one person."""

    tenant: str
    message_id: str
    actor: str
    purpose: str
    reason: str


def open_sight(tx: Transaction, sight: Sight, now_us: int, until_us: int) -> None:
    """Let a person see a message until a time."""
    tx.run(
        "INSERT INTO sight (tenant, message_id, actor, purpose, reason, opened_us, until_us) "
        "VALUES (:tenant, :message_id, :actor, :purpose, :reason, :now, :until) "
        "ON CONFLICT (tenant, message_id, actor) DO UPDATE SET purpose = excluded.purpose, "
        "reason = excluded.reason, opened_us = excluded.opened_us, until_us = excluded.until_us",
        **asdict(sight), now=now_us, until=until_us,
    )  # fmt: skip


def is_open(tx: Transaction, tenant: str, message_id: str, actor: str, now_us: int) -> Row | None:
    """Return the sight a person has of a message now, if any."""
    return tx.one(
        "SELECT * FROM sight WHERE tenant = :tenant AND message_id = :id AND actor = :actor "
        "AND until_us > :now",
        tenant=tenant, id=message_id, actor=actor, now=now_us,
    )  # fmt: skip
