"""Why a document was found: the first place of it, what to mark, and what is not as asked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from efile.index.words.analysis import folded, token_of
from efile.index.words.compounds import pieces_of
from efile.index.words.exact import Value, values
from efile.index.words.questions import WORD, is_exact, terms
from efile.model import Reason

_BEFORE, _LENGTH = 60, 200
"""Characters of an excerpt before its first find, and in all."""
_LOOKED_AT = 200_000
"""Characters in which an excerpt is looked for."""

Excerpt = tuple[str, tuple[tuple[int, int], ...], tuple[Reason, ...]]


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for, ready to be compared with words of a text."""

    words: dict[str, str]
    """Words as they were typed, by their tokens."""
    beginnings: dict[str, str]
    exact: frozenset[str]
    judged: dict[str, Reason | None] = field(default_factory=dict)
    """Words of texts that were looked at already: texts say the same words again and again."""

    @classmethod
    def of(cls, text: str) -> Asked:
        """Return what a text asks for."""
        typed = re.findall(r"([^\W_]+)(\*?)", text)
        exact = frozenset(term.tokens[0] for term in terms(text) if is_exact(term))
        return cls(
            {token_of(word): word for word, star in typed if not star},
            {folded(word): word for word, star in typed if star},
            exact,
        )

    def reason(self, word: str) -> Reason | None:
        """Return why a word of a text is a find; None if it is none."""
        try:
            return self.judged[word]
        except KeyError:
            return self.judged.setdefault(word, self._judge(word))

    def _judge(self, word: str) -> Reason | None:
        token = token_of(word)
        if token in self.words:
            return _of_word(self.words[token], word)
        for begins, asked in self.beginnings.items():
            if folded(word).startswith(begins):
                return Reason("beginning", asked, word)
        for piece in pieces_of(word):
            if piece in self.words:
                return Reason("piece", self.words[piece], word)
        return None


def excerpt(body: str, title: str, asked: Asked) -> Excerpt:
    """Return the surroundings of the first find, every find within them, and the reasons."""
    found = list(_first(_finds(body[:_LOOKED_AT], asked)))
    named = [reason for _, _, reason in _finds(title, asked)]
    reasons = dict.fromkeys(each for each in (*(r for _, _, r in found), *named) if each.kind)
    if not found:
        return "", (), tuple(reasons)
    first = found[0][0]
    begin = max(0, first - _BEFORE)
    if begin:
        # No word is torn where the excerpt begins.
        begin = body.find(" ", begin, first) + 1 or begin
    end = begin + _LENGTH
    marks = tuple((start - begin, stop - begin) for start, stop, _ in found if stop <= end)
    return re.sub(r"\s", " ", body[begin:end]), marks, tuple(reasons)


Find = tuple[int, int, Reason]


def _finds(text: str, asked: Asked) -> Iterator[Find]:
    """Yield every find of a text in order."""
    exact = [
        value
        for value in (values(text) if asked.exact else ())
        if not asked.exact.isdisjoint(value.tokens)
    ]
    if exact:
        yield from ((each.start, each.end, _of_value(each, text)) for each in exact)
        return
    for place in WORD.finditer(text):
        reason = asked.reason(place.group())
        if reason is not None:
            yield place.start(), place.end(), reason


def _first(finds: Iterator[Find]) -> Iterator[Find]:
    """Yield the first find and those near enough to be shown with it; no further is looked."""
    last = None
    for find in finds:
        last = find[0] + _LENGTH if last is None else last
        if find[0] > last:
            return
        yield find


def _of_word(asked: str, found: str) -> Reason:
    """Say in which way a word is not written as it was asked for, if it is not."""
    if asked.lower() == found.lower():
        return Reason("", asked, found)
    same = folded(asked) == folded(found)
    return Reason("spelling" if same else "form", asked, found)


def _of_value(value: Value, text: str) -> Reason:
    return Reason(value.field, value.form, text[value.start : value.end])
