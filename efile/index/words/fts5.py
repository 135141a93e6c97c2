"""Full text on SQLite: the only module that knows FTS5.

Documents are found in the order in which they were entered, the last first, which the engine
walks through without looking at the others: a word of half a million documents costs no more
than a rare one. Its own ranking would look at every one of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from efile.index.words.engines import ANALYSIS, TIERS, Question, Term, Words, scope_of
from efile.model import Document
from efile.ports import Transaction

_LAST = "SELECT coalesce(max(number), 0) AS number FROM efile_texts"
"""SQLite has one writer, and whoever inserts is in its turn: nobody takes the next number."""
_FOUND = (
    "SELECT rowid AS number FROM efile_words WHERE efile_words MATCH :query"
    " ORDER BY rowid DESC LIMIT :limit"
)
_NAMES = (
    "SELECT number, document_id FROM efile_texts NOT INDEXED"
    " WHERE number IN :numbers AND tenant = :tenant"
)
"""By number alone: left to itself, SQLite walks through all texts of the tenant."""


class Fts5:
    """A contentless table of tokens beside the texts."""

    def insert(self, tx: Transaction, entered: Sequence[tuple[Document, Words]]) -> None:
        """Make documents findable that are not yet."""
        last = tx.one(_LAST)
        first = (last["number"] if last else 0) + 1
        rows = [
            {
                "number": number,
                "tenant": document.tenant,
                "id": document.id,
                "body": found.body,
                "words": found.words,
                "marks": f"{' '.join(scope_of(document))} {found.marks}",
                "analysis": ANALYSIS,
            }
            for number, (document, found) in enumerate(entered, first)
        ]
        tx.many(
            "INSERT INTO efile_texts (number, tenant, document_id, body, analysis)"
            " VALUES (:number, :tenant, :id, :body, :analysis)",
            rows,
        )
        tx.many(
            "INSERT INTO efile_words (rowid, words, marks) VALUES (:number, :words, :marks)", rows
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

    def find(self, tx: Transaction, question: Question, limit: int) -> list[str]:
        """Return the identifiers of documents that hold every term, tier by tier."""
        whole = [*map(_any, question.scope()), *map(_said, question.terms)]
        numbers: dict[int, None] = {}
        for sign in TIERS:
            demanded = question.marked(sign)
            if demanded is None or len(numbers) >= limit:
                continue
            query = " AND ".join([*map(_any, demanded), *whole])
            rows = tx.all(_FOUND, query=query, limit=limit + len(numbers))
            numbers |= dict.fromkeys(row["number"] for row in rows)
        wanted = list(numbers)[:limit]
        rows = tx.all(_NAMES, numbers=tuple(wanted) or (0,), tenant=question.tenant)
        names = {row["number"]: row["document_id"] for row in rows}
        return [names[number] for number in wanted if number in names]


def _any(tokens: Iterable[str]) -> str:
    """Return the engine's own notation; every token is quoted."""
    return f"({' OR '.join(map(_quoted, tokens))})"


def _said(term: Term) -> str:
    if term.kind == "phrase":
        return f"words : {_quoted(' '.join(term.tokens))}"
    if term.kind == "beginning":
        return f"({' OR '.join(f'{_quoted(token)}*' for token in term.tokens)})"
    return _any(term.tokens)


def _quoted(tokens: str) -> str:
    return f'"{tokens}"'
