"""Full text search: the only module that knows FTS5.

Words are analysed before they reach the engine, so another engine given the same tokens finds
the same documents. The tenant is a term of the query itself and a condition of the join: a
document of another tenant is never a candidate.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from efile.index.analysis import (
    Occurrence,
    folded,
    is_number,
    joined,
    occurrences,
    token_of,
    tokens,
)
from efile.index.compounds import pieces_of
from efile.model import Document, Hit
from efile.ports import Row, Transaction

_WORD = re.compile(r"[^\W_]+")
_TERM = re.compile(r'"([^"]*)"|(\S+)')
_BEFORE, _LENGTH = 60, 200
"""Characters of an excerpt before its first find, and in all."""
_MAX_TERMS = 16
_FOUND = (
    "SELECT t.body, d.id, d.akte_id, d.aktenzeichen, a.title AS akte_title, d.title,"
    " d.filed_at_us FROM efile_words w"
    " JOIN efile_texts t ON t.number = w.rowid AND t.tenant = :tenant"
    " JOIN efile_documents d ON d.tenant = t.tenant AND d.id = t.document_id"
    " JOIN efile_akten a ON a.tenant = d.tenant AND a.id = d.akte_id"
    " WHERE efile_words MATCH :query ORDER BY w.rank, d.filed_at_us DESC, d.id LIMIT :limit"
)


@dataclass(frozen=True, slots=True)
class Words:
    """What makes a document findable, ready to be entered."""

    body: str
    """Text that excerpts are taken from."""
    words: str
    pieces: str
    """Tokens of its words, and of the pieces of its compounds."""


def words_of(document: Document, text: str) -> Words:
    """Analyse a document: its text, its titles and its names."""
    body = joined(text)
    names = " ".join(part.name for part in document.parts)
    head = (
        f"{document.title}\n{document.doc_type}\n{document.vorgang}\n"
        f"{document.akte_title}\n{document.aktenzeichen}\n{names}"
    )
    words: list[str] = []
    pieces: list[str] = []
    for word in _WORD.findall(joined(f"{head}\n{body}")):
        words.append(token_of(word))
        if not is_number(word):
            pieces += pieces_of(word)
    return Words(body, " ".join(words), " ".join(pieces))


def insert(tx: Transaction, entered: Sequence[tuple[Document, Words]]) -> None:
    """Make documents findable that are not yet."""
    rows = [
        {
            "tenant": document.tenant,
            "id": document.id,
            "body": found.body,
            "term": _tenant_term(document.tenant),
            "words": found.words,
            "pieces": found.pieces,
        }
        for document, found in entered
    ]
    tx.many(
        "INSERT INTO efile_texts (tenant, document_id, body) VALUES (:tenant, :id, :body)", rows
    )
    tx.many(
        "INSERT INTO efile_words (rowid, tenant, words, pieces)"
        " SELECT number, :term, :words, :pieces FROM efile_texts"
        " WHERE tenant = :tenant AND document_id = :id",
        rows,
    )


def forget(tx: Transaction, documents: Sequence[tuple[str, str]]) -> None:
    """Take the texts of documents out, each given by tenant and identifier."""
    names = [{"tenant": tenant, "id": name} for tenant, name in documents]
    where = "tenant = :tenant AND document_id = :id"
    tx.many(
        f"DELETE FROM efile_words WHERE rowid IN (SELECT number FROM efile_texts WHERE {where})",  # noqa: S608  fixed text
        names,
    )
    tx.many(f"DELETE FROM efile_texts WHERE {where}", names)  # noqa: S608  fixed text


def search(tx: Transaction, tenant: str, text: str, limit: int) -> list[Hit]:
    """Return documents that hold every word, best first.

    ``"quoted words"`` must follow each other; ``word*`` matches every word that begins so.
    """
    terms = _terms(text)
    if not terms:
        return []
    query = f"tenant : {_tenant_term(tenant)} AND ({' AND '.join(terms)})"
    rows = tx.all(_FOUND, tenant=tenant, query=query, limit=limit)
    return [_hit(row, text) for row in rows]


def _terms(text: str) -> list[str]:
    """Return the query in the engine's own notation; every token is quoted."""
    terms = []
    for phrase, word in _TERM.findall(text):
        if word.endswith("*"):
            terms += _beginnings(word)
        elif phrase and (found := tokens(phrase)):
            terms.append(f'words : "{" ".join(found)}"')
        else:
            terms += [_word(each) for each in _WORD.findall(joined(word))]
    return terms[:_MAX_TERMS]


def _word(word: str) -> str:
    """A word stands for itself, as a piece of a compound, and for its own pieces in a row."""
    token, pieces = token_of(word), pieces_of(word)
    row = f' OR pieces : "{" ".join(pieces)}"' if pieces else ""
    return f'({{words pieces}} : "{token}"{row})'


def _beginnings(word: str) -> list[str]:
    """A beginning is folded but not stemmed, since the stem of a beginning is no beginning."""
    pieces = [piece.token for piece in occurrences(word.rstrip("*"))]
    if not pieces:
        return []
    *whole, _ = pieces
    last = folded(_WORD.findall(word)[-1])
    # The stemmer may turn ä into a where folding writes ae: both beginnings count.
    variants = dict.fromkeys([last, last.replace("ae", "a").replace("oe", "o").replace("ue", "u")])
    beginning = " OR ".join(f'"{variant}"*' for variant in variants)
    return [*(f'words : "{token}"' for token in whole), f"words : ({beginning})"]


def _tenant_term(tenant: str) -> str:
    return "t" + tenant.encode().hex()


def _hit(row: Row, text: str) -> Hit:
    excerpt, marks = _excerpt(row["body"], text)
    return Hit(
        kind="document",
        akte_id=row["akte_id"],
        aktenzeichen=row["aktenzeichen"],
        akte_title=row["akte_title"],
        document_id=row["id"],
        title=row["title"],
        filed_at_us=row["filed_at_us"],
        excerpt=excerpt,
        marks=marks,
    )


def _excerpt(body: str, text: str) -> tuple[str, tuple[tuple[int, int], ...]]:
    """Return the surroundings of the first find, and every find within them."""
    whole = {token_of(word) for word in _WORD.findall(text)}
    starts = tuple(folded(word) for word in re.findall(r"([^\W_]+)\*", text))
    found = [
        place
        for place in occurrences(body)
        if _is_found(place, body[place.start : place.end], whole, starts)
    ]
    if not found:
        return "", ()
    begin = max(0, found[0].start - _BEFORE)
    end = begin + _LENGTH
    marks = tuple((f.start - begin, f.end - begin) for f in found if f.end <= end)
    return re.sub(r"\s", " ", body[begin:end]), marks


def _is_found(place: Occurrence, word: str, whole: set[str], starts: tuple[str, ...]) -> bool:
    """Say whether a word of the text is what was looked for, or holds it as a piece."""
    if place.token in whole or (starts and folded(word).startswith(starts)):
        return True
    return not whole.isdisjoint(pieces_of(word))
