"""What was typed, as terms: words, words in quotes, beginnings and exact values."""

from __future__ import annotations

import re

from efile.index.words.analysis import folded, joined, occurrences, token_of, tokens
from efile.index.words.compounds import pieces_of
from efile.index.words.engines import EXACT, RUN, WHOLE, Term
from efile.index.words.exact import values

WORD = re.compile(r"[^\W_]+")
_TERM = re.compile(r'"([^"]*)"|(\S+)')
_REFERENCE = re.compile(r"(?=\S*\d)[^\W_]+(?:[-./_:][^\W_]+)+")
"""Words and numbers joined by signs, such as an Aktenzeichen."""
_MOST_TERMS = 16
_SHORTEST_BEGINNING = 3
"""Shorter beginnings are those of half of all words."""


def terms(text: str) -> tuple[Term, ...]:
    """Return what a document must hold, all of it."""
    text = joined(text)
    found: list[Term] = []
    rest, place = [], 0
    for value in () if '"' in text else values(text):
        if text[value.end : value.end + 1] == "*":
            continue
        found.append(Term("word", (value.token,)))
        rest.append(text[place : value.start])
        place = value.end
    for phrase, word in _TERM.findall(" ".join([*rest, text[place:]])):
        found += _of_phrase(phrase) if phrase else _of_word(word)
    return tuple(found[:_MOST_TERMS])


def is_exact(term: Term) -> bool:
    """Say whether an exact value is asked for."""
    return term.tokens[0].startswith(EXACT)


def _of_phrase(phrase: str) -> list[Term]:
    found = tuple(tokens(phrase))
    return [Term("phrase", found)] if found else []


def _of_word(word: str) -> list[Term]:
    if word.endswith("*"):
        return _beginnings(word)
    if _REFERENCE.fullmatch(word.strip(".,;:!?()")):
        return _of_phrase(word)
    return [_word(each) for each in WORD.findall(word)]


def _word(word: str) -> Term:
    """A word stands for itself, as a piece of a compound, and for its own pieces in a row."""
    pieces = pieces_of(word)
    return Term("word", (token_of(word), RUN.join(pieces)) if pieces else (token_of(word),))


def _beginnings(word: str) -> list[Term]:
    """A beginning is folded but not stemmed, since the stem of a beginning is no beginning."""
    pieces = [piece.token for piece in occurrences(word.rstrip("*"))]
    if not pieces:
        return []
    *whole, only = pieces
    last = folded(WORD.findall(word)[-1])
    before = [Term("word", (token,)) for token in whole]
    if len(last) < _SHORTEST_BEGINNING:
        return [*before, Term("word", (only,))]
    return [*before, Term("beginning", (last, f"{WHOLE}{last}"))]
