"""Two texts word by word, in bounded time: lines first, then words where lines differ.

Where a line breaks does not count; a hyphen at a line's end is taken for a break within the
word. What differs too much to be told word by word is told as gone and come as a whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

_MOST_TRIED = 1_500_000
"""Pairs of words that are compared within one place."""
_LEAST_ALIKE = 0.3
"""Share of words in common below which a place reads better as a whole."""
_ISLAND = 5
"""An unchanged word between changes that is shorter (und, der) is told as changed with them."""
_FOLDED_LINES = 300
"""Unchanged lines of one stretch that can be unfolded."""

Piece = tuple[str, str]
"""``same``, ``removed`` or ``added``, and the words."""


@dataclass(frozen=True, slots=True)
class Line:
    """The words of a line and the page it stands on; 0 where there are no pages."""

    page: int
    words: tuple[str, ...]

    @property
    def text(self) -> str:
        """The line as it reads."""
        return " ".join(self.words)


@dataclass(slots=True)
class Stretch:
    """Lines that are the same in both texts, or a place where they differ."""

    old_page: int
    new_page: int
    lines: int = 0
    """How many stayed the same; none where the texts differ."""
    pieces: list[Piece] = field(default_factory=list)
    """What differs, or the lines that did not; empty where those are too many."""

    @property
    def same(self) -> bool:
        """Whether the texts agree here."""
        return self.lines > 0


def lines_of(pages: Iterable[tuple[int, str]]) -> list[Line]:
    """Return the lines of a text with words, those broken at a line's end put together."""
    found: list[tuple[int, list[str]]] = []
    for page, text in pages:
        for line in text.splitlines():
            words = line.split()
            if words and found and _broken(found[-1][1][-1], words[0]):
                found[-1][1][-1] = found[-1][1][-1][:-1] + words.pop(0)
            if words:
                found.append((page, words))
    return [Line(page, tuple(words)) for page, words in found]


def _broken(last: str, first: str) -> bool:
    return len(last) > 1 and last.endswith("-") and last[-2].isalpha() and first[0].islower()


def compare(old: Sequence[Line], new: Sequence[Line]) -> list[Stretch]:
    """Return where the texts agree and where they differ, in their order."""
    # What stands very often is no place to begin a match at: else time grows with its square.
    matcher = SequenceMatcher(None, [one.words for one in old], [one.words for one in new])
    stretches = []
    for tag, a, b, c, d in matcher.get_opcodes():
        pages = _page(old, a), _page(new, c)
        if tag == "equal":
            kept = old[a:b] if b - a <= _FOLDED_LINES else ()
            pieces = [("same", one.text) for one in kept]
            stretches.append(Stretch(*pages, lines=b - a, pieces=pieces))
        else:
            stretches += _place(_words(old[a:b]), _words(new[c:d]), pages)
    return stretches


def _place(old: list[str], new: list[str], pages: tuple[int, int]) -> list[Stretch]:
    """Return what differs in one place; nothing where only line breaks do."""
    if old == new:
        return [Stretch(*pages, lines=1, pieces=[("same", " ".join(old))])]
    pieces = [(kind, " ".join(words)) for kind, words in _pieces(old, new)]
    return [Stretch(*pages, pieces=pieces)]


def _pieces(old: list[str], new: list[str]) -> Iterator[tuple[str, list[str]]]:
    whole = (("removed", old), ("added", new))
    if len(old) * len(new) > _MOST_TRIED:
        yield from (one for one in whole if one[1])
        return
    matcher = SequenceMatcher(None, old, new)
    if old and new and matcher.ratio() < _LEAST_ALIKE:
        yield from whole
        return
    gone: list[str] = []
    come: list[str] = []
    codes = matcher.get_opcodes()
    for at, (tag, a, b, c, d) in enumerate(codes):
        between = 0 < at < len(codes) - 1
        if tag != "equal" or (between and b - a == 1 and len(old[a]) < _ISLAND):
            gone += old[a:b]
            come += new[c:d]
        else:
            yield from _told(gone, come)
            gone, come = [], []
            yield "same", old[a:b]
    yield from _told(gone, come)


def _told(gone: list[str], come: list[str]) -> Iterator[tuple[str, list[str]]]:
    if gone:
        yield "removed", gone
    if come:
        yield "added", come


def _words(lines: Sequence[Line]) -> list[str]:
    return [word for line in lines for word in line.words]


def _page(lines: Sequence[Line], at: int) -> int:
    """Return the page a place stands on; behind the end that of the last line."""
    return lines[min(at, len(lines) - 1)].page if lines else 0
