"""Full text search: what makes a document findable, what a query means, what is shown.

Words are analysed before they reach an engine, so both engines, given the same tokens, find
the same documents: :mod:`efile.index.words.fts5` on SQLite, :mod:`efile.index.words.vectors` on
PostgreSQL. The tenant is a term of every query and a condition of the join: a document of
another tenant is never a candidate.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from efile.index.access.sight import Sight, narrowing
from efile.index.words.analysis import folded, is_number, joined, token_of
from efile.index.words.compounds import pieces_of
from efile.index.words.engines import ANALYSIS, MUCH, RUN, TITLE, WHOLE, Engine, Question, Words
from efile.index.words.exact import values
from efile.index.words.finds import Asked, excerpt
from efile.index.words.fts5 import Fts5
from efile.index.words.questions import WORD, terms
from efile.index.words.vectors import Vectors
from efile.model import Document, Hit
from efile.ports import Dialect, Row, Transaction

_HYPHENATED = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)+")
"""A name or word in parts, which others write without the hyphen."""
_MUCH_SPOKEN, _EVERY = 2, 100
"""What is spoken of much: at least twice, and in a long text once in so many words."""
_ENGINES: dict[Dialect, Engine] = {"sqlite": Fts5(), "postgresql": Vectors()}
_SHOWN = (
    "SELECT t.body, d.id, d.akte_id, d.aktenzeichen, a.title AS akte_title, d.title,"
    " d.filed_at_us, a.kind FROM efile_texts t CROSS JOIN efile_documents d"
    " CROSS JOIN efile_akten a WHERE t.tenant = :tenant AND t.document_id IN :ids"
    " AND d.tenant = t.tenant AND d.id = t.document_id AND a.tenant = d.tenant AND a.id = d.akte_id"
)
"""Few documents are given, and their files looked up: SQLite keeps to the order of a CROSS JOIN,
where it would rather begin with all files of the office."""
_SEEN = (
    "SELECT d.id FROM efile_texts t CROSS JOIN efile_documents d CROSS JOIN efile_akten a"
    " WHERE t.tenant = :tenant AND t.document_id IN :ids"
    " AND d.tenant = t.tenant AND d.id = t.document_id AND a.tenant = d.tenant AND a.id = d.akte_id"
)
_MORE, _MOST_LOOKED_AT = 4, 12_800
"""Where guards hide finds, so many times more are looked at, up to so many."""


def words_of(document: Document, text: str) -> Words:
    """Analyse a document: its text, its titles and its names."""
    body = joined(text)
    names = " ".join(part.name for part in document.parts)
    head = joined(
        f"{document.title}\n{document.doc_type}\n{document.vorgang}\n"
        f"{document.akte_title}\n{document.aktenzeichen}\n{names}"
    )
    in_head, in_body = _said(head), _said(body)
    title = in_head.findable
    marks = {*in_head.pieces, *in_body.pieces, *in_head.whole, *in_body.whole}
    marks |= in_head.exact | in_body.exact
    marks |= {f"{TITLE}{token}" for token in title}
    marks |= {f"{MUCH}{token}" for token in title | in_body.much}
    return Words(body, " ".join([*in_head.words, *in_body.words]), " ".join(sorted(marks)))


@dataclass(frozen=True, slots=True)
class _Said:
    """What a text says, as tokens."""

    words: list[str]
    pieces: set[str]
    """Of compounds, with their rows."""
    whole: set[str]
    exact: set[str]
    counts: dict[str, int]
    """How often each token was said, pieces included."""

    @property
    def findable(self) -> set[str]:
        """Return what it is asked for by."""
        return {*self.words, *self.pieces, *self.exact}

    @property
    def much(self) -> set[str]:
        """Return what it speaks of much."""
        least = max(_MUCH_SPOKEN, len(self.words) // _EVERY)
        return {token for token, count in self.counts.items() if count >= least}


def _said(text: str) -> _Said:
    """Analyse a text, each different word once."""
    exact = {token for value in values(text) for token in value.tokens}
    spoken = WORD.findall(text)
    tokens: dict[str, str] = {}
    counts: dict[str, int] = {}
    pieces_of_all: set[str] = set()
    whole_words: set[str] = set()
    for word, count in Counter(spoken).items():
        if not word.isalpha() and is_number(word):
            # There is no end of numbers, and nothing of them is worth keeping in mind.
            token = token_of(word)
        else:
            token, pieces, whole = _analysed(word)
            if whole:
                whole_words.add(whole)
            if pieces:
                pieces_of_all.update(pieces)
                for piece in pieces:
                    counts[piece] = counts.get(piece, 0) + count
        tokens[word] = token
        counts[token] = counts.get(token, 0) + count
    pieces_of_all |= _of_hyphenated(text)
    words = list(map(tokens.__getitem__, spoken))
    return _Said(words, pieces_of_all, whole_words, exact, counts)


def _of_hyphenated(text: str) -> set[str]:
    """Return what words in parts are found by when they are written without the hyphen."""
    found: set[str] = set()
    for part in text.split() if "-" in text else ():
        for word in _HYPHENATED.findall(part) if "-" in part else ():
            token, pieces, _ = _analysed(word.replace("-", ""))
            found.update((token, *pieces))
    return found


@lru_cache(maxsize=50_000)
def _analysed(word: str) -> tuple[str, tuple[str, ...], str]:
    """Return token, pieces and the whole word if it is another.

    Office documents say the same few thousand words again and again.
    """
    token, whole = token_of(word), folded(word)
    pieces = tuple(dict.fromkeys(_rows(pieces_of(word))))
    return token, pieces, f"{WHOLE}{whole}" if whole != token else ""


def _rows(pieces: Sequence[str]) -> Iterator[str]:
    """Yield every piece of a compound, and every row of some that follow each other."""
    for begin in range(len(pieces)):
        for end in range(begin + 1, len(pieces) + 1):
            yield RUN.join(pieces[begin:end])


def insert(tx: Transaction, entered: Sequence[tuple[Document, Words]]) -> None:
    """Make documents findable that are not yet."""
    _ENGINES[tx.dialect].insert(tx, entered)


def forget(tx: Transaction, documents: Sequence[tuple[str, str]]) -> None:
    """Take the texts of documents out, each given by tenant and identifier."""
    _ENGINES[tx.dialect].forget(tx, documents)


def body(tx: Transaction, tenant: str, document: str) -> str:
    """Return the text of a document; empty where there is none."""
    row = tx.one(
        "SELECT body FROM efile_texts WHERE tenant = :tenant AND document_id = :id",
        tenant=tenant,
        id=document,
    )
    return str(row["body"]) if row else ""


def outdated(tx: Transaction, tenant: str, limit: int) -> dict[str, str]:
    """Return texts by document that were analysed in another way than today's, oldest first."""
    rows = tx.all(
        "SELECT document_id, body FROM efile_texts WHERE tenant = :tenant AND analysis < :analysis"
        " ORDER BY analysis, number LIMIT :limit",
        tenant=tenant,
        analysis=ANALYSIS,
        limit=limit,
    )
    return {row["document_id"]: row["body"] for row in rows}


def search(
    tx: Transaction,
    tenant: str,
    text: str,
    limit: int,
    sight: Sight | None = None,
    akte: str | None = None,
) -> list[Hit]:
    """Return documents in sight that hold every word, in all files or in one.

    What names them in its titles comes first, then what speaks of them much, then the rest; in
    each what was entered last. ``"quoted words"`` must follow each other; ``word*`` matches
    every word that begins so.
    """
    asked = terms(text)
    if not asked or limit < 1:
        return []
    question = Question(tenant, asked, sight.kinds if sight else None, akte)
    ids = _seen(tx, question, limit, sight)
    rows = {row["id"]: row for row in tx.all(_SHOWN, tenant=tenant, ids=tuple(ids) or ("",))}
    said = Asked.of(text)
    return [_hit(rows[one], said) for one in ids if one in rows]


def _seen(tx: Transaction, question: Question, limit: int, sight: Sight | None) -> list[str]:
    """Return what is found and seen; where guards hide finds, more of them are looked at."""
    seen = narrowing(tx, question.tenant, sight)
    sql, looked_at = f"{_SEEN}{seen.akte}{seen.document}", limit
    while True:
        ids = _ENGINES[tx.dialect].find(tx, question, looked_at)
        rows = tx.all(sql, tenant=question.tenant, ids=tuple(ids) or ("",), **seen.values)
        if len(rows) >= limit or len(ids) < looked_at or looked_at >= _MOST_LOOKED_AT:
            passed = {row["id"] for row in rows}
            return [one for one in ids if one in passed][:limit]
        looked_at *= _MORE


def _hit(row: Row, asked: Asked) -> Hit:
    shown, marks, reasons = excerpt(row["body"], row["title"], asked)
    return Hit(
        kind="document",
        akte_id=row["akte_id"],
        aktenzeichen=row["aktenzeichen"],
        akte_title=row["akte_title"],
        document_id=row["id"],
        title=row["title"],
        filed_at_us=row["filed_at_us"],
        excerpt=shown,
        marks=marks,
        reasons=reasons,
    )
