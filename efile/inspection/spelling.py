"""Words as people write them: one form for all spellings, and where a term stands in a text.

Umlauts, capitals, ligatures, hyphens at line ends, blanks within numbers and German endings make
no difference. The same finder proposes what to redact and proves that it is gone, so that the
proof asks for nothing that was not proposed. Pure.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

Box = tuple[float, float, float, float]
"""Left, top, width, height as fractions of the page."""
ENDINGS = frozenset({"s", "es", "ens", "n", "en", "sche", "schen", "scher", "sches", "schem"})
"""What German may add to a name."""
_SHORTEST_INFLECTED = 3
_SHORTEST_SIMILAR = 6
_LINE_END = re.compile(r"[\u00ad\ufffe]\s*|[-\u2010\u2011]\s*[\r\n]\s*")
"""What parts a word at the end of a line; PDFium says U+FFFE for it."""
_UNSEEN = frozenset("\u200b\u200c\u200d\u2060\ufeff")
_NOWHERE: Box = (0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Token:
    """A run of letters or of digits in one form for all spellings."""

    form: str
    box: Box = _NOWHERE
    joined: bool = False
    """Goes on in the next token: parted by a line end, or by nothing at all."""


@dataclass(frozen=True, slots=True)
class Wording:
    """One way a term may be written."""

    form: str
    breaks: frozenset[int] = frozenset()
    """Where a gap may be."""
    exact: bool = False
    """Every gap must be there, and no other."""
    loose: bool = False
    """Gaps may be anywhere, as within numbers."""
    inflected: bool = False
    """May have an ending."""


@dataclass(frozen=True, slots=True)
class Find:
    """A term found in a text: its first and last token."""

    term: str
    first: int
    last: int


def tokens(signs: Iterable[tuple[str, Box]]) -> list[Token]:
    """Return the tokens of signs with their boxes, in reading order."""
    reader = _Reader()
    for sign, box in signs:
        for part in unicodedata.normalize("NFKC", sign):
            reader.take(part, box)
    return reader.end()


class _Reader:
    """Gathers signs to tokens; whether one goes on is known when the next begins."""

    def __init__(self) -> None:
        self._found: list[tuple[str, Box]] = []
        self._joined: list[bool] = []
        self._run, self._gap = "", ""
        self._boxes: list[Box] = []

    def take(self, sign: str, box: Box) -> None:
        """Read the next sign."""
        if sign in _UNSEEN:
            return
        if unicodedata.combining(sign):
            self._run += sign if self._run else ""
        elif sign.isalnum():
            if self._run and _turns(self._run[-1], sign):
                self._close()
            self._run += sign
            self._boxes.append(box)
        else:
            self._close()
            self._gap += sign

    def end(self) -> list[Token]:
        """Return the tokens."""
        self._close()
        joined = [*self._joined, False][1:]
        return [
            Token(_form(run), box, goes_on)
            for (run, box), goes_on in zip(self._found, joined, strict=True)
        ]

    def _close(self) -> None:
        if self._run:
            self._found.append((self._run, around(self._boxes)))
            self._joined.append(not self._gap or bool(_LINE_END.fullmatch(self._gap)))
            self._run, self._gap = "", ""
            self._boxes = []


def text_tokens(text: str) -> list[Token]:
    """Return the tokens of a text without places."""
    return tokens((sign, _NOWHERE) for sign in text)


def around(boxes: Sequence[Box]) -> Box:
    """Return the box around boxes."""
    if not boxes:
        return _NOWHERE
    left, top = min(b[0] for b in boxes), min(b[1] for b in boxes)
    right, low = max(b[0] + b[2] for b in boxes), max(b[1] + b[3] for b in boxes)
    return (left, top, right - left, low - top)


@lru_cache(maxsize=50_000)
def _form(run: str) -> str:
    """Return the one form: without marks, capitals, and the e that stands for an umlaut."""
    folded = unicodedata.normalize("NFKD", run.casefold().replace("ß", "ss"))
    plain = "".join(sign for sign in folded if sign.isalnum())
    kept: list[str] = []
    for sign in plain:
        if sign == "e" and kept and kept[-1] in "aou":
            continue
        kept.append(sign)
    return "".join(kept) or plain


def _turns(before: str, sign: str) -> bool:
    """Say whether a new token begins inside a run: ``AnnaMüller``, ``Weg5``."""
    return (before.islower() and sign.isupper()) or before.isdigit() != sign.isdigit()


def find(found: Sequence[Token], terms: Iterable[tuple[str, Sequence[Wording]]], *,
         similar: bool = False) -> list[Find]:  # fmt: skip
    """Return where terms stand; a find within a longer one is left out.

    ``similar`` also finds words with one sign read wrongly.
    """
    text = _Text(found)
    finds = {
        one
        for name, wordings in terms
        for wording in wordings
        for one in text.find(name, wording, similar=similar)
    }
    return sorted(_outermost(finds), key=lambda one: (one.first, one.last, one.term))


class _Text:
    """A text as one string without gaps, and where its tokens begin."""

    def __init__(self, found: Sequence[Token]) -> None:
        self._tokens = found
        self._begins = [0]
        for one in found:
            self._begins.append(self._begins[-1] + len(one.form))
        self._whole = "".join(one.form for one in found)
        self._border = set(self._begins)

    def find(self, name: str, wording: Wording, *, similar: bool) -> Iterator[Find]:
        """Yield where one wording stands."""
        if not wording.form:
            return
        begin = self._whole.find(wording.form)
        while begin >= 0:
            if begin in self._border and (last := self._fits(begin, wording)) is not None:
                yield Find(name, self._token(begin), last)
            begin = self._whole.find(wording.form, begin + 1)
        if similar and len(wording.form) >= _SHORTEST_SIMILAR and not wording.exact:
            yield from self._similar(name, wording)

    def _similar(self, name: str, wording: Wording) -> Iterator[Find]:
        for number, one in enumerate(self._tokens):
            if one.form != wording.form and is_similar(one.form, wording.form):
                yield Find(name, number, number)

    def _fits(self, begin: int, wording: Wording) -> int | None:
        """Return the last token of a wording that stands here, if its gaps are right."""
        end = begin + len(wording.form)
        first, last = self._token(begin), self._token(end - 1)
        rest = self._whole[end : self._begins[last + 1]]
        if rest and not (wording.inflected and rest in ENDINGS):
            return None
        inner = [self._begins[n + 1] - begin for n in range(first, last)]
        if wording.exact:
            return last if set(inner) == wording.breaks else None
        if wording.loose:
            return last
        for number, gap in zip(range(first, last), inner, strict=True):
            if gap not in wording.breaks and not self._glued(number):
                return None
        return last

    def _glued(self, number: int) -> bool:
        one, following = self._tokens[number], self._tokens[number + 1]
        return one.joined or len(one.form) == len(following.form) == 1

    def _token(self, place: int) -> int:
        return bisect_right(self._begins, place) - 1


def _outermost(finds: Iterable[Find]) -> list[Find]:
    ordered = sorted(finds, key=lambda one: (one.first, -one.last, one.term))
    kept: list[Find] = []
    for one in ordered:
        if not any(k.first <= one.first and one.last <= k.last for k in kept[-8:]):
            kept.append(one)
    return kept


def is_similar(one: str, other: str) -> bool:
    """Say whether two forms differ in one sign: another, one more, one less."""
    if abs(len(one) - len(other)) > 1:
        return False
    head = 0
    while head < min(len(one), len(other)) and one[head] == other[head]:
        head += 1
    if len(one) == len(other):
        return one[head + 1 :] == other[head + 1 :]
    short, long = sorted((one, other), key=len)
    return short[head:] == long[head + 1 :]
