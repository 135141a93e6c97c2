"""Patterns of Aktenzeichen: ``51.4-{year}-{number:05}``.

A number is unique within its series: the office, and the year where the pattern names it.
Gaps are allowed, because a number that was drawn is never given back.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_FIELD = re.compile(r"\{(year|number)(?::0([1-9]))?\}")
_PLAIN = re.compile(r"[A-Za-z0-9ÄÖÜäöüß ./_-]+")


@dataclass(frozen=True, slots=True)
class Numbering:
    """A pattern that was checked."""

    pattern: str

    @classmethod
    def of(cls, pattern: str) -> Numbering:
        """Read a pattern.

        Raises:
            ValueError: German; it cannot give each file a name of its own.
        """
        fields = [found[1] for found in _FIELD.finditer(pattern)]
        if fields.count("number") != 1 or fields.count("year") > 1:
            raise ValueError("das Muster braucht {number} genau einmal, {year} höchstens einmal")
        if not _PLAIN.match(pattern) or not _PLAIN.fullmatch(_FIELD.sub("0", pattern)):
            raise ValueError("das Muster beginnt mit Buchstaben oder Ziffern und hat keine Zeichen")
        return cls(pattern)

    def series(self, year: int) -> str:
        """Return what numbers are counted within: the pattern with its year."""
        return _FIELD.sub(lambda found: _filled(found, year, None), self.pattern)

    def aktenzeichen(self, year: int, number: int) -> str:
        """Return the name of a file."""
        return _FIELD.sub(lambda found: _filled(found, year, number), self.pattern)

    def begin(self, year: int) -> str:
        """Return what every name of a year's series begins with."""
        return self.series(year).partition("{")[0]

    def number(self, year: int, aktenzeichen: str) -> int:
        """Return the number within a name; 0 if the name is of another series."""
        before, _, rest = self.series(year).partition("{")
        after = rest.partition("}")[2]
        found = re.fullmatch(f"{re.escape(before)}([0-9]{{1,15}}){re.escape(after)}", aktenzeichen)
        return int(found[1]) if found else 0


def _filled(found: re.Match[str], year: int, number: int | None) -> str:
    """Return what stands for a field; a number that is not known stays open."""
    value = year if found[1] == "year" else number
    return found[0] if value is None else f"{value:0{found[2] or 1}d}"
