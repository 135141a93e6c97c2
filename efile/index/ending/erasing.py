"""Taking the rows of a file, or of one document, out of the index."""

from __future__ import annotations

from efile.index import fulltext, keys, metadata, offers
from efile.index.access import guards
from efile.model import Document
from efile.ports import Transaction

_TABLES = (
    ("efile_akten", "id"), ("efile_vorgaenge", "akte_id"), ("efile_akte_names", "akte_id"),
    ("efile_guards", "akte_id"), ("efile_competence", "akte_id"), ("efile_exports", "akte_id"),
    ("efile_offers", "akte_id"),
    ("efile_inspections", "akte_id"), ("efile_inspection_marks", "akte_id"),
)  # fmt: skip


def erase_file(tx: Transaction, tenant: str, akte: str) -> None:
    """Take out everything the index knows of a file, its texts and its key."""
    erase_documents(tx, metadata.of_file(tx, tenant, akte))
    for table, column in _TABLES:
        tx.run(
            f"DELETE FROM {table} WHERE tenant = :tenant AND {column} = :akte",  # noqa: S608  fixed names
            tenant=tenant,
            akte=akte,
        )
    keys.forget(tx, tenant, akte)
    # Earlier runs that let the file be.
    tx.run(
        "UPDATE efile_disposal_runs SET reason = '', decision = '' WHERE tenant = :tenant"
        " AND state = 'declined' AND id IN (SELECT run FROM efile_disposal_items"
        " WHERE tenant = :tenant AND akte_id = :akte)",
        tenant=tenant,
        akte=akte,
    )
    tx.run(
        "UPDATE efile_disposal_items SET aktenzeichen = '', reason = '', why = '', target = ''"
        " WHERE tenant = :tenant AND akte_id = :akte",
        tenant=tenant,
        akte=akte,
    )


def erase_document(tx: Transaction, document: Document) -> None:
    """Take out what the index knows of one document and sum its file up anew."""
    erase_documents(tx, [document])
    for table, column in _TABLES[:3]:
        tx.run(
            f"DELETE FROM {table} WHERE tenant = :tenant AND {column} = :akte",  # noqa: S608  fixed names
            tenant=document.tenant,
            akte=document.akte_id,
        )
    tx.run(
        "DELETE FROM efile_exports WHERE tenant = :tenant AND akte_id = :akte",
        tenant=document.tenant,
        akte=document.akte_id,
    )
    left = metadata.of_file(tx, document.tenant, document.akte_id)
    metadata.sum_up(tx, left)
    guards.set_up(tx, left)
    offers.set_up(tx, left)


def erase_documents(tx: Transaction, documents: list[Document]) -> None:
    """Take out rows, parts, texts and words; the sums of their files must follow."""
    names = [(each.tenant, each.id) for each in documents]
    fulltext.forget(tx, names)
    metadata.forget(tx, names)
    for table in ("efile_scans", "efile_first_pages", "efile_inspection_marks", "efile_renditions"):
        tx.many(
            f"DELETE FROM {table} WHERE tenant = :tenant AND document_id = :id",  # noqa: S608  fixed names
            [{"tenant": tenant, "id": name} for tenant, name in names],
        )
