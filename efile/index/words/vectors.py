"""Full text on PostgreSQL: the only module that knows ``tsvector``.

Two kinds of vectors. One per document holds every token once, without its place, under an
inverted index: what must be found together is found by one look into it. The places of words
lie apart, in pieces of fewer words than a vector counts places of, and are asked only for words
that must follow each other.

An inverted index finds all documents before it gives the first. So every document also has the
tokens of its blocks, of a few thousand and of many documents that were entered one after the
other; the last blocks are looked into first, and most questions end there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from efile.index.words.engines import (
    ANALYSIS,
    TIERS,
    Question,
    Term,
    Words,
    scope_of,
    tenant_scope,
)
from efile.model import Document
from efile.ports import Transaction

_LENGTH, _OVERLAP = 250, 50
"""Tokens of a piece, and how many of them the next begins with."""
_LONGEST = 250
"""Characters of a token that are kept; the engine takes no more than two thousand bytes."""
_SMALL, _LARGE = 12, 17
"""Documents of a block as powers of two: about four and about a hundred and thirty thousand."""
_AT_ONCE = 500
"""Documents whose words' places are looked at together."""

_TEXT = (
    "INSERT INTO efile_texts (tenant, document_id, number, body, analysis)"
    " VALUES (:tenant, :id, :number, :body, :analysis)"
)
_WORDS = (
    "INSERT INTO efile_words (tenant, document_id, number, vector)"
    " VALUES (:tenant, :id, :number, CAST(:vector AS tsvector))"
)
_PIECE = (
    "INSERT INTO efile_places (tenant, document_id, piece, vector)"
    " VALUES (:tenant, :id, :piece, CAST(:vector AS tsvector))"
)
_FORGOTTEN = (
    "DELETE FROM efile_places WHERE tenant = :tenant AND document_id = :id",
    "DELETE FROM efile_words WHERE tenant = :tenant AND document_id = :id",
    "DELETE FROM efile_texts WHERE tenant = :tenant AND document_id = :id",
)
_HIGHEST = "SELECT max(number) AS number FROM efile_texts WHERE tenant = :tenant"
_FOUND = (
    "SELECT document_id, number FROM efile_words"
    " WHERE tenant = :tenant AND vector @@ CAST(:query AS tsquery)"
    " ORDER BY number DESC"
)
_FOLLOWING = (
    "SELECT DISTINCT document_id FROM efile_places WHERE tenant = :tenant"
    " AND document_id IN :ids AND vector @@ CAST(:query AS tsquery)"
)


class Vectors:
    """Vectors of our own tokens under a GIN index."""

    def insert(self, tx: Transaction, entered: Sequence[tuple[Document, Words]]) -> None:
        """Make documents findable that are not yet; a tenant's are entered by one at a time."""
        next_of = {tenant: _highest(tx, tenant) for tenant in {one.tenant for one, _ in entered}}
        texts, pieces = [], []
        for document, found in entered:
            next_of[document.tenant] += 1
            number = next_of[document.tenant]
            row = {"tenant": document.tenant, "id": document.id, "number": number}
            vector = _vector(document, found, number)
            texts.append(row | {"body": found.body, "vector": vector, "analysis": ANALYSIS})
            pieces += [
                row | {"piece": piece, "vector": places}
                for piece, places in enumerate(_places(found.words))
            ]
        tx.many(_TEXT, texts)
        tx.many(_WORDS, texts)
        tx.many(_PIECE, pieces)

    def forget(self, tx: Transaction, documents: Sequence[tuple[str, str]]) -> None:
        """Take documents out, each given by tenant and identifier."""
        names = [{"tenant": tenant, "id": name} for tenant, name in documents]
        for forgotten in _FORGOTTEN:
            tx.many(forgotten, names)

    def find(self, tx: Transaction, question: Question, limit: int) -> list[str]:
        """Return the identifiers of documents that hold every term, tier by tier."""
        whole = [*map(_any, question.scope()), *map(_said, question.terms)]
        phrases = [_following(term.tokens) for term in question.terms if term.kind == "phrase"]
        windows = list(_windows(question.tenant, _highest(tx, question.tenant)))
        found: dict[str, None] = {}
        for sign in TIERS:
            demanded = question.marked(sign)
            if demanded is None:
                continue
            asked = [*map(_any, demanded), *whole]
            for window in windows:
                if len(found) >= limit:
                    break
                query = " & ".join([window, *asked])
                wanted = limit + len(found)
                found |= dict.fromkeys(_of_window(tx, question.tenant, query, phrases, wanted))
        return list(found)[:limit]


def _of_window(
    tx: Transaction, tenant: str, query: str, phrases: Sequence[str], limit: int
) -> list[str]:
    """Return documents of one window, the last entered first."""
    if not phrases:
        rows = tx.all(f"{_FOUND} LIMIT :limit", tenant=tenant, query=query, limit=limit)
        return [row["document_id"] for row in rows]
    candidates = [row["document_id"] for row in tx.all(_FOUND, tenant=tenant, query=query)]
    found: list[str] = []
    for begin in range(0, len(candidates), _AT_ONCE):
        left = candidates[begin : begin + _AT_ONCE]
        for phrase in phrases:
            rows = tx.all(_FOLLOWING, tenant=tenant, ids=tuple(left), query=phrase)
            holding = {row["document_id"] for row in rows}
            left = [each for each in left if each in holding]
        found += left
        if len(found) >= limit:
            break
    return found[:limit]


def _highest(tx: Transaction, tenant: str) -> int:
    row = tx.one(_HIGHEST, tenant=tenant)
    return int(row["number"] or 0) if row else 0


def _windows(tenant: str, highest: int) -> Iterator[str]:
    """Yield where to look, one after the other: the last blocks, the last large one, the rest."""
    small, large = highest >> _SMALL, highest >> _LARGE
    yield _any([_block(tenant, one, _SMALL) for one in (small, small - 1) if one >= 0])
    if small > 1:
        yield _any([_block(tenant, large, _LARGE)])
    if large:
        yield f"!{_quoted(_block(tenant, large, _LARGE))}"


def _block(tenant: str, number: int, size: int) -> str:
    return f"{tenant_scope(tenant)}b{size}b{number}"


def _vector(document: Document, found: Words, number: int) -> str:
    """Return every token of a document, with those of its scope and its blocks."""
    tokens = {token[:_LONGEST] for text in (found.words, found.marks) for token in text.split()}
    tokens.update(scope_of(document))
    tokens.add(_block(document.tenant, number >> _SMALL, _SMALL))
    tokens.add(_block(document.tenant, number >> _LARGE, _LARGE))
    return " ".join(map(_quoted, sorted(tokens)))


def _places(words: str) -> Iterator[str]:
    """Yield the words of a document with their places, in pieces that overlap."""
    every = [token[:_LONGEST] for token in words.split()]
    for begin in range(0, max(len(every) - _OVERLAP, 1), _LENGTH - _OVERLAP):
        piece = every[begin : begin + _LENGTH]
        yield " ".join(f"'{token}':{place}" for place, token in enumerate(piece, 1))


def _said(term: Term) -> str:
    """Return the engine's own notation of what a document must hold, wherever."""
    if term.kind == "phrase":
        return " & ".join(_any([token]) for token in term.tokens)
    if term.kind == "beginning":
        return f"({' | '.join(f'{_quoted(token)}:*' for token in term.tokens)})"
    return _any(term.tokens)


def _following(tokens: Sequence[str]) -> str:
    return " <-> ".join(_quoted(token[:_LONGEST]) for token in tokens[:_OVERLAP])


def _any(tokens: Iterable[str]) -> str:
    return f"({' | '.join(_quoted(token[:_LONGEST]) for token in tokens)})"


def _quoted(token: str) -> str:
    """Return a token as it is; it holds neither quotes nor backslashes."""
    return f"'{token}'"
