"""German words for search: the same analysis for what is filed and for what is asked.

Snowball first, folding of umlauts after it: folded first, ``Mueller`` and ``Müller`` would part
ways in the stemmer. Tokens are ASCII where German is, lower case, without punctuation.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import Stemmer

_WORD = re.compile(r"[^\W_]+")
_BROKEN_LINE = re.compile(r"[-\u00ad](?<=[a-zäöüß].)\s*\n\s*(?=[a-zäöüß])")
"""A hyphen at a line's end between small letters joins one word; looked for by the hyphen."""
_FOLD = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_STEMMER = Stemmer.Stemmer("german", 0)
_DOTS = "\u0308"
LONGEST_WORD = 100
"""What is longer is no word: stemming takes time by the square of the length."""
_SHORTEST_STEMMED = 4
"""Shorter words are mostly names, numbers and abbreviations: they stay as they are."""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A word of a text: its token and where it stands."""

    token: str
    start: int
    end: int


def joined(text: str) -> str:
    """Return the text in NFC with words broken at line ends put together again."""
    text = unicodedata.normalize("NFC", text)
    return _BROKEN_LINE.sub("", text) if "-" in text or "\u00ad" in text else text


def occurrences(text: str) -> Iterator[Occurrence]:
    """Yield each word of a text that went through :func:`joined`."""
    for match in _WORD.finditer(text):
        yield Occurrence(token_of(match.group()), match.start(), match.end())


def tokens(text: str) -> list[str]:
    """Return the tokens of a text in order."""
    return [found.token for found in occurrences(joined(text))]


def token_of(word: str) -> str:
    """Return the token of one word."""
    if len(word) > LONGEST_WORD:
        return folded(word)
    return word.lower() if is_number(word) else _token_of(word)


def is_number(word: str) -> bool:
    """Say whether a word holds digits and no letter but a to z: it is neither bent nor joined."""
    return word.isascii() and not word.isalpha()


@lru_cache(maxsize=100_000)
def _token_of(word: str) -> str:
    lower = _without_accents(word.lower())
    if len(lower) >= _SHORTEST_STEMMED and not any(sign.isdigit() for sign in lower):
        lower = _STEMMER.stemWord(lower)
    return folded(lower)


def folded(word: str) -> str:
    """Return the word in lower case with umlauts written out and accents dropped."""
    plain = unicodedata.normalize("NFC", word).lower().translate(_FOLD)
    split = unicodedata.normalize("NFD", plain)
    return "".join(sign for sign in split if not unicodedata.combining(sign))


def _without_accents(word: str) -> str:
    """Return the word with every accent dropped but the two dots of German umlauts."""
    split = unicodedata.normalize("NFD", word)
    kept = "".join(sign for sign in split if sign == _DOTS or not unicodedata.combining(sign))
    return unicodedata.normalize("NFC", kept)


def folded_words(text: str) -> list[str]:
    """Return the whole words of a text, folded but not stemmed: for names and references."""
    return [folded(match.group()) for match in _WORD.finditer(text)]
