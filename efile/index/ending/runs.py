"""Rows of disposal runs: what was proposed by whom, what a second person said, how far it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from efile.ports import Transaction

Purpose = Literal["retention", "misfiling"]
State = Literal["proposed", "approved", "declined", "done"]
ItemState = Literal["listed", "destroyed", "kept"]


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run; times are microseconds since the epoch, UTC, 0 for what has not happened."""

    tenant: str
    id: str
    purpose: Purpose
    state: State
    reason: str
    proposed_by: str
    proposed_at_us: int
    decided_by: str = ""
    decided_at_us: int = 0
    decision: str = ""
    """Why it was declined."""
    certificate: str = ""
    done_at_us: int | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """A file or document a run is about."""

    tenant: str
    run: str
    akte_id: str
    document_id: str
    """Empty: the whole file."""
    aktenzeichen: str
    """Empty once it is destroyed, as reason and target are."""
    reason: str
    target: str
    """File a document is moved to."""
    documents: int
    changed_at_us: int
    """As the file was when it was proposed."""
    state: ItemState = "listed"
    why: str = ""
    """It was kept, German."""


def enter(tx: Transaction, run: RunRow, items: Sequence[Item]) -> None:
    """Enter a proposal."""
    tx.run(
        "INSERT INTO efile_disposal_runs (tenant, id, purpose, state, reason, proposed_by,"
        " proposed_at_us, decided_by, decided_at_us, decision, certificate, done_at_us) VALUES"
        " (:tenant, :id, :purpose, :state, :reason, :proposed_by, :proposed_at_us, :decided_by,"
        " :decided_at_us, :decision, :certificate, :done_at_us)",
        **asdict(run),
    )
    tx.many(
        "INSERT INTO efile_disposal_items (tenant, run, akte_id, document_id, aktenzeichen, reason,"
        " target, documents, changed_at_us, state, why) VALUES (:tenant, :run, :akte_id,"
        " :document_id, :aktenzeichen, :reason, :target, :documents, :changed_at_us, :state, :why)",
        [asdict(item) for item in items],
    )


def find(tx: Transaction, tenant: str, run: str) -> RunRow | None:
    """Return a run of this office."""
    row = tx.one(
        "SELECT * FROM efile_disposal_runs WHERE tenant = :tenant AND id = :run",
        tenant=tenant, run=run,
    )  # fmt: skip
    return RunRow(**row) if row else None


def latest(tx: Transaction, tenant: str, before: str, limit: int) -> list[RunRow]:
    """Return runs of an office, the newest first; ids are ordered by time."""
    rows = tx.all(
        "SELECT * FROM efile_disposal_runs WHERE tenant = :tenant"
        " AND (:before = '' OR id < :before) ORDER BY id DESC LIMIT :limit",
        tenant=tenant, before=before, limit=limit,
    )  # fmt: skip
    return [RunRow(**row) for row in rows]


def undecided(tx: Transaction, tenant: str) -> list[RunRow]:
    """Return what nobody has decided on, the oldest first."""
    rows = tx.all(
        "SELECT * FROM efile_disposal_runs WHERE tenant = :tenant AND state = 'proposed'"
        " ORDER BY proposed_at_us, id",
        tenant=tenant,
    )
    return [RunRow(**row) for row in rows]


def items(tx: Transaction, tenant: str, run: str) -> list[Item]:
    """Return what a run is about."""
    rows = tx.all(
        "SELECT * FROM efile_disposal_items WHERE tenant = :tenant AND run = :run"
        " ORDER BY aktenzeichen, akte_id, document_id",
        tenant=tenant, run=run,
    )  # fmt: skip
    return [Item(**row) for row in rows]


def open_items(tx: Transaction, tenant: str, akten: Sequence[str]) -> list[Item]:
    """Return what runs nobody has finished or declined say of these files."""
    rows = tx.all(
        "SELECT i.* FROM efile_disposal_items i JOIN efile_disposal_runs r"
        " ON r.tenant = i.tenant AND r.id = i.run WHERE i.tenant = :tenant"
        " AND i.akte_id IN :akten AND i.state = 'listed' AND r.state IN ('proposed', 'approved')",
        tenant=tenant, akten=tuple(akten),
    )  # fmt: skip
    return [Item(**row) for row in rows]


def decide(tx: Transaction, run: RunRow, state: State, by: str, now_us: int, why: str = "") -> bool:
    """Put down what a second person said; False if somebody was quicker."""
    changed = tx.run(
        "UPDATE efile_disposal_runs SET state = :state, decided_by = :by, decided_at_us = :now,"
        " decision = :why WHERE tenant = :tenant AND id = :run AND state = 'proposed'",
        state=state, by=by, now=now_us, why=why, tenant=run.tenant, run=run.id,
    )  # fmt: skip
    return changed == 1


def all_approved(tx: Transaction) -> list[RunRow]:
    """Return every approved run, of any office, the one that has waited longest first."""
    rows = tx.all(
        "SELECT * FROM efile_disposal_runs WHERE state = 'approved' ORDER BY decided_at_us, id"
    )
    return [RunRow(**row) for row in rows]


def destroyed(tx: Transaction, item: Item) -> None:
    """Say that it is gone, and forget what named it."""
    tx.run(
        "UPDATE efile_disposal_items SET state = 'destroyed', aktenzeichen = '', reason = '',"
        " target = '' WHERE tenant = :tenant AND run = :run AND akte_id = :akte"
        " AND document_id = :document",
        tenant=item.tenant, run=item.run, akte=item.akte_id, document=item.document_id,
    )  # fmt: skip


def kept(tx: Transaction, item: Item, why: str) -> None:
    """Say why it was not destroyed after all."""
    tx.run(
        "UPDATE efile_disposal_items SET state = 'kept', why = :why WHERE tenant = :tenant"
        " AND run = :run AND akte_id = :akte AND document_id = :document",
        why=why, tenant=item.tenant, run=item.run, akte=item.akte_id, document=item.document_id,
    )  # fmt: skip


def certify(tx: Transaction, run: RunRow, certificate: str, now_us: int) -> str:
    """Keep the certificate of a run; return the one that counts, should another be quicker."""
    tx.run(
        "UPDATE efile_disposal_runs SET certificate = :certificate, done_at_us = :now, reason = ''"
        " WHERE tenant = :tenant AND id = :run AND certificate = ''",
        certificate=certificate, now=now_us, tenant=run.tenant, run=run.id,
    )  # fmt: skip
    found = find(tx, run.tenant, run.id)
    return found.certificate if found else certificate


def finish(tx: Transaction, run: RunRow) -> bool:
    """Nothing is left to be done: the certificate lies in storage. False if this was said."""
    changed = tx.run(
        "UPDATE efile_disposal_runs SET state = 'done' WHERE tenant = :tenant AND id = :run"
        " AND state = 'approved'",
        tenant=run.tenant, run=run.id,
    )  # fmt: skip
    return changed == 1


def finished(tx: Transaction, tenant: str) -> list[str]:
    """Return the runs whose certificates lie in storage."""
    rows = tx.all(
        "SELECT id FROM efile_disposal_runs WHERE tenant = :tenant AND state = 'done'",
        tenant=tenant,
    )
    return [row["id"] for row in rows]
