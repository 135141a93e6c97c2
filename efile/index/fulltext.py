"""Full text search: what makes a document findable, what a query means, what is shown.

Words are analysed before they reach an engine, so both engines, given the same tokens, find
the same documents: :mod:`efile.index.fts5` on SQLite, :mod:`efile.index.vectors` on
PostgreSQL. The tenant is a term of every query and a condition of the join: a document of
another tenant is never a candidate.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import lru_cache

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
from efile.index.engines import Engine, Sought, Term, Words
from efile.index.fts5 import Fts5
from efile.index.vectors import Vectors
from efile.model import Document, Hit
from efile.ports import Dialect, Row, Transaction

_WORD = re.compile(r"[^\W_]+")
_TERM = re.compile(r'"([^"]*)"|(\S+)')
_BEFORE, _LENGTH = 60, 200
"""Characters of an excerpt before its first find, and in all."""
_MAX_TERMS = 16
_ENGINES: dict[Dialect, Engine] = {"sqlite": Fts5(), "postgresql": Vectors()}


def words_of(document: Document, text: str) -> Words:
    """Analyse a document: its text, its titles and its names."""
    body = joined(text)
    names = " ".join(part.name for part in document.parts)
    head = (
        f"{document.title}\n{document.doc_type}\n{document.vorgang}\n"
        f"{document.akte_title}\n{document.aktenzeichen}\n{names}"
    )
    found: list[str] = []
    pieces: list[str] = []
    for word in _WORD.findall(f"{joined(head)}\n{body}"):
        if is_number(word):
            # A number; there is no end of them, and nothing of them is worth keeping in mind.
            found.append(token_of(word))
            continue
        token, parts = _analysed(word)
        found.append(token)
        if parts:
            pieces.append(parts)
    return Words(body, " ".join(found), " ".join(pieces))


@lru_cache(maxsize=50_000)
def _analysed(word: str) -> tuple[str, str]:
    """Return token and pieces; office documents say the same few thousand words again and again."""
    return token_of(word), " ".join(pieces_of(word))


def insert(tx: Transaction, entered: Sequence[tuple[Document, Words]]) -> None:
    """Make documents findable that are not yet."""
    _ENGINES[tx.dialect].insert(tx, entered)


def forget(tx: Transaction, documents: Sequence[tuple[str, str]]) -> None:
    """Take the texts of documents out, each given by tenant and identifier."""
    _ENGINES[tx.dialect].forget(tx, documents)


def search(
    tx: Transaction,
    tenant: str,
    text: str,
    limit: int,
    kinds: Collection[str] | None = None,
) -> list[Hit]:
    """Return documents in files of these kinds that hold every word, best first.

    ``"quoted words"`` must follow each other; ``word*`` matches every word that begins so.
    """
    terms = _terms(text)
    if not terms:
        return []
    return [_hit(row, text) for row in _ENGINES[tx.dialect].find(tx, tenant, terms, limit, kinds)]


def _terms(text: str) -> list[Term]:
    """Return what a document must hold, all of it."""
    terms: list[Term] = []
    for phrase, word in _TERM.findall(text):
        if word.endswith("*"):
            terms += _beginnings(word)
        elif phrase and (found := tokens(phrase)):
            terms.append((Sought(tuple(found), ("words",)),))
        else:
            terms += [_word(each) for each in _WORD.findall(joined(word))]
    return terms[:_MAX_TERMS]


def _word(word: str) -> Term:
    """A word stands for itself, as a piece of a compound, and for its own pieces in a row."""
    itself = Sought((token_of(word),), ("words", "pieces"))
    pieces = tuple(pieces_of(word))
    return (itself, Sought(pieces, ("pieces",))) if pieces else (itself,)


def _beginnings(word: str) -> list[Term]:
    """A beginning is folded but not stemmed, since the stem of a beginning is no beginning."""
    pieces = [piece.token for piece in occurrences(word.rstrip("*"))]
    if not pieces:
        return []
    *whole, _ = pieces
    last = folded(_WORD.findall(word)[-1])
    # The stemmer may turn ä into a where folding writes ae: both beginnings count.
    variants = dict.fromkeys([last, last.replace("ae", "a").replace("oe", "o").replace("ue", "u")])
    beginning = tuple(Sought((each,), ("words",), begins=True) for each in variants)
    return [*((Sought((token,), ("words",)),) for token in whole), beginning]


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
