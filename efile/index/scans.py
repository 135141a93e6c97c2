"""Scans whose words are still to be read: entered with the document, taken one by one."""

from __future__ import annotations

from collections.abc import Sequence

from efile.capture.content import PDF, PICTURES, plain_mime
from efile.index.queues import MOST_TRIES
from efile.model import Document, TextState
from efile.ports import Transaction

_LEASE_US = 30 * 60 * 1_000_000
"""So long nobody else takes a scan; who died meanwhile left nothing behind."""


def want(tx: Transaction, entered: Sequence[tuple[Document, TextState]]) -> None:
    """Take note of documents that are pictures of words."""
    rows = [
        {"tenant": document.tenant, "id": document.id}
        for document, state in entered
        if is_scan(document, state)
    ]
    tx.many(
        "INSERT INTO efile_scans (tenant, document_id, due_at_us, tries)"
        " VALUES (:tenant, :id, 0, 0) ON CONFLICT (tenant, document_id) DO NOTHING",
        rows,
    )


def is_scan(document: Document, state: TextState) -> bool:
    """Say whether there may be words only a picture shows."""
    mimes = {plain_mime(part.mime) for part in document.parts}
    return bool(mimes & PICTURES) or (PDF in mimes and state == "none")


def take(tx: Transaction, now_us: int) -> tuple[str, str] | None:
    """Return tenant and id of a scan that is due, and keep others from it for a while."""
    row = tx.one(
        "SELECT tenant, document_id, tries FROM efile_scans WHERE due_at_us <= :now"
        " AND reason = '' AND tries < :most ORDER BY due_at_us, document_id LIMIT 1"
        " /*pg FOR UPDATE SKIP LOCKED */",
        now=now_us, most=MOST_TRIES,
    )  # fmt: skip
    if row is None:
        return None
    tx.run(
        "UPDATE efile_scans SET due_at_us = :later, tries = tries + 1"
        " WHERE tenant = :tenant AND document_id = :id",
        later=now_us + _LEASE_US, tenant=row["tenant"], id=row["document_id"],
    )  # fmt: skip
    return row["tenant"], row["document_id"]


def give_up(tx: Transaction, tenant: str, document: str, reason: str) -> None:
    """Remember why a scan cannot be read, if its document is still there."""
    tx.run(
        "UPDATE efile_scans SET reason = :reason WHERE tenant = :tenant AND document_id = :id",
        tenant=tenant, id=document, reason=reason,
    )  # fmt: skip


def done(tx: Transaction, tenant: str, document: str) -> None:
    """Nothing is left to be read."""
    tx.run(
        "DELETE FROM efile_scans WHERE tenant = :tenant AND document_id = :id",
        tenant=tenant, id=document,
    )  # fmt: skip
