"""Statements with one list of values, such as insertions, so that many rows go with one of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import count

_ROWS = 32
"""Rows that go together, a power of two."""
_LISTING = re.compile(r"(\s*(?:INSERT INTO|WITH) .*?\bVALUES\s*)(\([^()]*\))(.*)", re.DOTALL)
_PARAMETER = re.compile(r":(\w+)")


@dataclass(frozen=True, slots=True)
class Listing:
    """A statement taken apart at its list of values."""

    head: str
    group: str
    """With ``?`` for each value."""
    tail: str
    names: tuple[str, ...]
    """Of the values, in their order."""

    def steps(
        self, rows: Iterable[Mapping[str, object]], *, numbered: bool = False
    ) -> Iterator[tuple[str, list[object]]]:
        """Yield what is to be executed for the rows, in their order, and with which values.

        Parameters are written ``?`` or ``numbered``: ``$1``. Few different statements serve
        any number of rows, so that they are prepared once.
        """
        values = [[row[name] for name in self.names] for row in rows]
        begin = 0
        while begin < len(values):
            size = min(_ROWS, 1 << ((len(values) - begin).bit_length() - 1))
            flat = [value for row in values[begin : begin + size] for value in row]
            yield _for_rows(self, size, numbered), flat
            begin += size


@lru_cache(maxsize=1000)
def _for_rows(listing: Listing, size: int, numbered: bool) -> str:  # noqa: FBT001  a key of the cache
    groups = ", ".join([listing.group] * size)
    if numbered:
        numbers = count(1)
        groups = re.sub(r"\?", lambda _: f"${next(numbers)}", groups)
    return f"{listing.head}{groups}{listing.tail}"


@lru_cache(maxsize=200)
def listing(sql: str) -> Listing | None:
    """Take a statement apart; nothing where it has other parameters, or none in a list."""
    found = _LISTING.fullmatch(sql)
    if found is None or "?" in found[2]:
        return None
    if _PARAMETER.search(found[1]) or _PARAMETER.search(found[3]):
        return None
    group = _PARAMETER.sub("?", found[2])
    return Listing(found[1], group, found[3], tuple(_PARAMETER.findall(found[2])))
