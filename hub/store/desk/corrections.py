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
