"""German compounds of this field: who looks for *Vorschuss* also means *Unterhaltsvorschuss*.

A word is split only if it consists of listed words from end to end, with the usual joints
between them, so *Rechnung* never finds *Berechnung*. The list, umlauts written out, lies beside
this module as data: a word added to it counts for what is filed or rebuilt afterwards.
"""

from __future__ import annotations

from functools import lru_cache
from importlib import resources

from efile.index.words.analysis import LONGEST_WORD, folded, token_of

_JOINTS = ("", "s", "es", "n", "en", "er", "e")
_WORDS = (
    (resources.files("efile.index.words") / "compounds.txt").read_text(encoding="ascii").split()
)
_STEMS = {token_of(word) for word in _WORDS}
_HEADS = {
    letter: sorted((each for each in _WORDS if each[0] == letter), key=len, reverse=True)
    for letter in {word[0] for word in _WORDS}
}
"""Listed words by their first letter, the longest first."""


def pieces_of(word: str) -> tuple[str, ...]:
    """Return the tokens of the words a compound is made of; empty if it is none."""
    return _pieces_of(word) if len(word) <= LONGEST_WORD else ()


@lru_cache(maxsize=100_000)
def _pieces_of(word: str) -> tuple[str, ...]:
    return _split(folded(word))


def _split(word: str) -> tuple[str, ...]:
    for head in _HEADS.get(word[:1], ()):
        if word.startswith(head):
            for joint in _JOINTS:
                tail = _tail(word[len(head) :], joint)
                if tail:
                    return (token_of(head), *tail)
    return ()


def _tail(rest: str, joint: str) -> tuple[str, ...]:
    """Return the pieces after a joint: one listed word, or a compound again."""
    if not rest.startswith(joint) or len(rest) == len(joint):
        return ()
    word = rest[len(joint) :]
    token = token_of(word)
    return (token,) if token in _STEMS else _split(word)
