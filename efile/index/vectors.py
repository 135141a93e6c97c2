"""Full text on PostgreSQL: the only module that knows ``tsvector``.

A vector counts no more than 255 places of one word, so a text is cut into pieces of fewer
words than that. Pieces overlap, so that what stands in quotes is not cut in two; the words
of a query may stand in different pieces of a document.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from efile.index.engines import Sought, Term, Words, tenant_term
from efile.index.metadata import named
from efile.model import Document
from efile.ports import Row, Transaction

_LENGTH, _OVERLAP = 250, 50
"""Tokens of a piece, and how many of them the next begins with."""
_LONGEST = 250
"""Characters of a token that are kept; the engine takes no more than two thousand bytes."""
_MARKS = {"words": "A", "pieces": "B"}

_TEXT = "INSERT INTO efile_texts (tenant, document_id, body) VALUES (:tenant, :id, :body)"
_PIECE = (
    "INSERT INTO efile_words (tenant, document_id, piece, vector)"
    " VALUES (:tenant, :id, :piece, CAST(:vector AS tsvector))"
)
_HOLDS = (
    "d.id IN (SELECT document_id FROM efile_words"
    " WHERE tenant = :tenant AND vector @@ CAST(:term{} AS tsquery))"
)
_FOUND = (
    "SELECT t.body, d.id, d.akte_id, d.aktenzeichen, a.title AS akte_title, d.title,"
    " d.filed_at_us FROM efile_documents d"
    " JOIN efile_texts t ON t.tenant = d.tenant AND t.document_id = d.id"
    " JOIN efile_akten a ON a.tenant = d.tenant AND a.id = d.akte_id"
    " WHERE d.tenant = :tenant AND {} ORDER BY ("
    "SELECT max(ts_rank(w.vector, CAST(:any AS tsquery), 2)) FROM efile_words w"
    " WHERE w.tenant = d.tenant AND w.document_id = d.id) DESC,"
    " d.filed_at_us DESC, d.id LIMIT :limit"
)


class Vectors:
    """Vectors of our own tokens under a GIN index."""

    def insert(self, tx: Transaction, entered: Sequence[tuple[Document, Words]]) -> None:
        """Make documents findable that are not yet."""
        tx.many(
            _TEXT,
            [{"tenant": one.tenant, "id": one.id, "body": found.body} for one, found in entered],
        )
        tx.many(
            _PIECE,
            [
                {"tenant": one.tenant, "id": one.id, "piece": number, "vector": vector}
                for one, found in entered
                for number, vector in enumerate(_vectors(one.tenant, found))
            ],
        )

    def forget(self, tx: Transaction, documents: Sequence[tuple[str, str]]) -> None:
        """Take documents out, each given by tenant and identifier."""
        names = [{"tenant": tenant, "id": name} for tenant, name in documents]
        tx.many("DELETE FROM efile_words WHERE tenant = :tenant AND document_id = :id", names)
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
        said = [f"({' | '.join(map(_said, term))})" for term in terms]
        office = tenant_term(tenant)
        values: dict[str, object] = {
            f"term{number}": f"'{office}' & {one}" for number, one in enumerate(said)
        }
        conditions = [_HOLDS.format(number) for number in range(len(said))]
        if kinds is not None:
            conditions.append("a.kind IN :kinds")
            values["kinds"] = named(kinds)
        holds = " AND ".join(conditions)
        return tx.all(
            _FOUND.format(holds), tenant=tenant, any=" | ".join(said), limit=limit, **values
        )


def _vectors(tenant: str, found: Words) -> Iterator[str]:
    """Yield the pieces of a document, each with the office's own token."""
    words, pieces = _cut(found.words), _cut(found.pieces)
    for number in range(max(len(words), len(pieces))):
        places = [f"'{tenant_term(tenant)}'"]
        for mark, cuts in (("A", words), ("B", pieces)):
            tokens = cuts[number] if number < len(cuts) else []
            places += [f"'{token}':{place}{mark}" for place, token in enumerate(tokens, 1)]
        yield " ".join(places)


def _cut(tokens: str) -> list[list[str]]:
    every = [token[:_LONGEST] for token in tokens.split()]
    begins = range(0, max(len(every) - _OVERLAP, 1), _LENGTH - _OVERLAP)
    return [every[begin : begin + _LENGTH] for begin in begins]


def _said(sought: Sought) -> str:
    """Return the engine's own notation; tokens hold nothing but letters and digits."""
    ways = []
    for field in sought.fields:
        signs = [f"'{token[:_LONGEST]}':{_MARKS[field]}" for token in sought.tokens[:_OVERLAP]]
        if sought.begins:
            signs[-1] = signs[-1].replace("':", "':*")
        ways.append(f"({' <-> '.join(signs)})")
    return f"({' | '.join(ways)})"
