"""Documents whose first page is still to be drawn: entered with them, the newest taken first.

A row is work, not truth: what was drawn lies in storage. Only what cannot be drawn keeps its
row, with the reason, so that nobody tries again and again.
"""

from __future__ import annotations

from collections.abc import Sequence

from efile.capture.content import PDF, PICTURES, plain_mime
from efile.index.queues import MOST_TRIES
from efile.model import Document
from efile.ports import Transaction

_LEASE_US = 30 * 60 * 1_000_000
"""So long nobody else takes a document; who died meanwhile left nothing behind."""


def want(tx: Transaction, documents: Sequence[Document]) -> None:
    """Take note of documents that have pages."""
    rows = [
        {"tenant": document.tenant, "id": document.id, "at": document.filed_at_us}
        for document in documents
        if has_pages(document)
    ]
    tx.many(
        "INSERT INTO efile_first_pages (tenant, document_id, filed_at_us, due_at_us, tries, reason)"
        " VALUES (:tenant, :id, :at, 0, 0, '') ON CONFLICT (tenant, document_id) DO NOTHING",
        rows,
    )


def has_pages(document: Document) -> bool:
    """Say whether people see pages when they open the document."""
    own = [plain_mime(part.mime) for part in document.parts if part.parent is None]
    return any(mime == PDF or mime in PICTURES for mime in own)


def take(tx: Transaction, now_us: int, limit: int) -> list[tuple[str, str]]:
    """Return tenant and id of documents that are due, and keep others from them for a while."""
    rows = tx.all(
        "SELECT tenant, document_id FROM efile_first_pages WHERE reason = '' AND due_at_us <= :now"
        " AND tries < :most ORDER BY filed_at_us DESC LIMIT :limit /*pg FOR UPDATE SKIP LOCKED */",
        now=now_us, most=MOST_TRIES, limit=limit,
    )  # fmt: skip
    names = [(row["tenant"], row["document_id"]) for row in rows]
    tx.many(
        "UPDATE efile_first_pages SET due_at_us = :later, tries = tries + 1"
        " WHERE tenant = :tenant AND document_id = :id",
        [{"later": now_us + _LEASE_US, "tenant": tenant, "id": name} for tenant, name in names],
    )
    return names


def done(tx: Transaction, tenant: str, document: str) -> None:
    """Nothing is left to be drawn."""
    tx.run(
        "DELETE FROM efile_first_pages WHERE tenant = :tenant AND document_id = :id",
        tenant=tenant, id=document,
    )  # fmt: skip


def give_up(tx: Transaction, document: Document, reason: str) -> None:
    """Remember why there will be no picture."""
    tx.run(
        "INSERT INTO efile_first_pages (tenant, document_id, filed_at_us, due_at_us, tries, reason)"
        " VALUES (:tenant, :id, :at, 0, 0, :reason) ON CONFLICT (tenant, document_id)"
        " DO UPDATE SET reason = :reason",
        tenant=document.tenant, id=document.id, at=document.filed_at_us, reason=reason,
    )  # fmt: skip


def given_up(tx: Transaction, tenant: str, documents: Sequence[str]) -> dict[str, str]:
    """Return those of the documents that cannot be drawn, and why."""
    rows = tx.all(
        "SELECT document_id, reason FROM efile_first_pages WHERE tenant = :tenant"
        " AND document_id IN :ids AND reason <> ''",
        tenant=tenant, ids=tuple(documents),
    )  # fmt: skip
    return {row["document_id"]: row["reason"] for row in rows}


def is_empty(tx: Transaction) -> bool:
    """Say whether nothing waits."""
    return tx.one("SELECT 1 FROM efile_first_pages WHERE reason = '' LIMIT 1") is None


def forget(tx: Transaction) -> None:
    """Drop what waits: nobody wants it drawn ahead."""
    tx.run("DELETE FROM efile_first_pages WHERE reason = ''")
