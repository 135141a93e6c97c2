"""Full text on SQLite: the only module that knows FTS5."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from efile.index.engines import Sought, Term, Words, tenant_term
from efile.index.metadata import named
from efile.model import Document
from efile.ports import Row, Transaction

_FOUND = (
    "SELECT t.body, d.id, d.akte_id, d.aktenzeichen, a.title AS akte_title, d.title,"
    " d.filed_at_us FROM efile_words w"
    " JOIN efile_texts t ON t.number = w.rowid AND t.tenant = :tenant"
    " JOIN efile_documents d ON d.tenant = t.tenant AND d.id = t.document_id"
    " JOIN efile_akten a ON a.tenant = d.tenant AND a.id = d.akte_id"
    " WHERE efile_words MATCH :query{} ORDER BY w.rank, d.filed_at_us DESC, d.id LIMIT :limit"
)


class Fts5:
    """A contentless table of tokens beside the texts."""

    def insert(self, tx: Transaction, entered: Sequence[tuple[Document, Words]]) -> None:
        """Make documents findable that are not yet."""
        rows = [
            {
                "tenant": document.tenant,
                "id": document.id,
                "body": found.body,
                "term": tenant_term(document.tenant),
                "words": found.words,
                "pieces": found.pieces,
            }
            for document, found in entered
        ]
        tx.many(
            "INSERT INTO efile_texts (tenant, document_id, body) VALUES (:tenant, :id, :body)",
            rows,
        )
        tx.many(
            "INSERT INTO efile_words (rowid, tenant, words, pieces)"
            " SELECT number, :term, :words, :pieces FROM efile_texts"
            " WHERE tenant = :tenant AND document_id = :id",
            rows,
        )

    def forget(self, tx: Transaction, documents: Sequence[tuple[str, str]]) -> None:
        """Take documents out, each given by tenant and identifier."""
        names = [{"tenant": tenant, "id": name} for tenant, name in documents]
        tx.many(
            "DELETE FROM efile_words WHERE rowid IN (SELECT number FROM efile_texts"
            " WHERE tenant = :tenant AND document_id = :id)",
            names,
        )
        tx.many("DELETE FROM efile_texts WHERE tenant = :tenant AND document_id = :id", names)

    def find(
        self,
        tx: Transaction,
        tenant: str,
        terms: Sequence[Term],
        limit: int,
        kinds: Collection[str] | None,
    ) -> list[Row]:
        """Return documents that hold every term, best first, each with its text."""
        said = " AND ".join(f"({' OR '.join(map(_said, term))})" for term in terms)
        query = f"tenant : {tenant_term(tenant)} AND ({said})"
        if kinds is None:
            return tx.all(_FOUND.format(""), tenant=tenant, query=query, limit=limit)
        found = _FOUND.format(" AND a.kind IN :kinds")
        return tx.all(found, tenant=tenant, query=query, limit=limit, kinds=named(kinds))


def _said(sought: Sought) -> str:
    """Return the engine's own notation; every token is quoted."""
    fields = f"{{{' '.join(sought.fields)}}}"
    return f'{fields} : "{" ".join(sought.tokens)}"{"*" if sought.begins else ""}'
