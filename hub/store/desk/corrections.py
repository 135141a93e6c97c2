"""Corrected copies of held messages: proposed by one person, decided by another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from hub.store.database import Row, Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Other bytes for a held message."""

    tenant: str
    id: str
    clearing_id: str
    message_id: str
    copy_id: str
    """The message the copy becomes."""
    original_sha256: str
    copy_sha256: str
    proposed_by: str
    reason: str


def propose(tx: Transaction, proposal: Proposal, now_us: int) -> bool:
    """Write a proposal down; ``False`` while another one waits for the same case."""
    return bool(
        tx.run(
            "INSERT INTO correction (tenant, id, clearing_id, message_id, copy_id, "
            "original_sha256, copy_sha256, state, proposed_by, proposed_us, reason) "
            "VALUES (:tenant, :id, :clearing_id, :message_id, :copy_id, :original_sha256, "
            ":copy_sha256, 'proposed', :proposed_by, :now, :reason) ON CONFLICT DO NOTHING",
            **asdict(proposal), now=now_us,
        )
    )  # fmt: skip


def find(tx: Transaction, tenant: str, correction_id: str) -> Row | None:
    """Return one correction of an office."""
    return tx.one(
        "SELECT * FROM correction WHERE tenant = :tenant AND id = :id",
        tenant=tenant, id=correction_id,
    )  # fmt: skip


def find_in(tx: Transaction, tenants: Sequence[str], correction_id: str) -> Row | None:
    """Return one correction of any of these offices."""
    return tx.one(
        "SELECT * FROM correction WHERE tenant IN :tenants AND id = :id",
        tenants=tuple(tenants), id=correction_id,
    )  # fmt: skip


def pending(tx: Transaction, tenant: str, clearing_id: str) -> Row | None:
    """Return the correction that waits for a case, if any."""
    return tx.one(
        "SELECT * FROM correction WHERE tenant = :tenant AND clearing_id = :id "
        "AND state IN ('proposed', 'approved')",
        tenant=tenant, id=clearing_id,
    )  # fmt: skip


def proposed(tx: Transaction, tenant: str, other_than: str, limit: int) -> list[Row]:
    """Return what somebody else proposed and nobody has decided, the oldest first."""
    return tx.all(
        "SELECT * FROM correction WHERE tenant = :tenant AND state = 'proposed' "
        "AND proposed_by <> :login ORDER BY proposed_us, id LIMIT :limit",
        tenant=tenant, login=other_than, limit=limit,
    )  # fmt: skip


def was_entered(tx: Transaction, tenant: str, clearing_id: str) -> bool:
    """Tell whether a correction about the same has become a message."""
    row = tx.one(
        "SELECT 1 FROM correction WHERE tenant = :tenant AND clearing_id = :id "
        "AND state = 'entered' LIMIT 1",
        tenant=tenant, id=clearing_id,
    )  # fmt: skip
    return row is not None


def refused_rows(tx: Transaction, tenant: str, since_us: int, limit: int = 50) -> list[Row]:
    """Return the tables of an office some rows of which were refused, the newest first.

    With the last correction of these rows, if there was one.
    """
    rows = tx.all(
        "SELECT whole.id, whole.original_name, whole.partner, whole.received_us, "
        "count(*) AS refused FROM message JOIN message AS whole "
        "ON whole.tenant = message.tenant AND whole.id = message.part_of "
        "WHERE message.tenant = :tenant AND message.state = 'refused' "
        "AND message.received_us >= :since AND message.sha256 = '' "
        "GROUP BY whole.id, whole.original_name, whole.partner, whole.received_us "
        "ORDER BY whole.received_us DESC, whole.id LIMIT :limit",
        tenant=tenant, since=since_us, limit=limit,
    )  # fmt: skip
    return [row | {"correction": _last_about(tx, tenant, row["id"])} for row in rows]


def _last_about(tx: Transaction, tenant: str, message_id: str) -> Row | None:
    return tx.one(
        "SELECT id, state FROM correction WHERE tenant = :tenant AND message_id = :id "
        "AND state <> 'declined' ORDER BY proposed_us DESC, id LIMIT 1",
        tenant=tenant, id=message_id,
    )  # fmt: skip


def decide(tx: Transaction, row: Row, state: str, actor: str, reason: str, now_us: int) -> bool:
    """Note what the second person decided; a second click changes nothing."""
    return bool(
        tx.run(
            "UPDATE correction SET state = :state, decided_by = :actor, decided_us = :now, "
            "decided_reason = :reason WHERE tenant = :tenant AND id = :id AND state = 'proposed'",
            state=state, actor=actor, now=now_us, reason=reason, tenant=row["tenant"],
            id=row["id"],
        )
    )  # fmt: skip


def approved(tx: Transaction) -> list[Row]:
    """Return the corrections that are still to be entered, the oldest first."""
    return tx.all(
        "SELECT * FROM correction WHERE state = 'approved' ORDER BY decided_us, id LIMIT 100"
    )


def entered(tx: Transaction, row: Row) -> bool:
    """Note that a copy has become a message; ``False`` when it had before."""
    return bool(
        tx.run(
            "UPDATE correction SET state = 'entered' "
            "WHERE tenant = :tenant AND id = :id AND state = 'approved'",
            tenant=row["tenant"], id=row["id"],
        )
    )  # fmt: skip
