"""Our SQL as PostgreSQL takes it: named parameters numbered, its own clauses opened.

Every statement is translated once and kept. Text in quotes and comments stay as they are,
but for comments that begin with ``/*pg``: those are meant for PostgreSQL alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

_OPENED = re.compile(r"/\*pg (.*?)\*/", re.DOTALL)
_PIECE = re.compile(
    r"""
    (?P<kept> '(?:[^']|'')*' | "[^"]*" | --[^\n]* | /\*.*?\*/ | \$\$.*?\$\$ | ::)
    | (?P<asked> :(?P<unknown>[A-Za-z_]\w*) (?=\s+IS\s+(?:NOT\s+)?NULL\b))
    | (?P<list> (?P<not>NOT\s+)? \bIN\s+ :(?P<members>[A-Za-z_]\w*))
    | (?P<named> :(?P<name>[A-Za-z_]\w*))
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement with numbered parameters and where their values come from."""

    sql: str
    sources: tuple[tuple[str, bool], ...]
    """Name of each parameter, and whether only its being NULL is asked for."""

    def arguments(self, values: Mapping[str, object]) -> list[object]:
        """Return the values in the order of their numbers.

        Raises:
            KeyError: a value is missing.
        """
        return [
            (None if values[name] is None else 1) if asked else _listed(values[name])
            for name, asked in self.sources
        ]


def _listed(value: object) -> object:
    return list(value) if isinstance(value, tuple | set | frozenset) else value


@lru_cache(maxsize=2000)
def translated(sql: str) -> Statement:
    """Return the statement as PostgreSQL takes it.

    ``:x IS NULL`` gets a parameter of its own: PostgreSQL cannot tell the type of a value
    that is only asked whether it is there.
    """
    sources: dict[tuple[str, bool], int] = {}

    def number(name: str, *, asked: bool = False) -> str:
        return f"${sources.setdefault((name, asked), len(sources) + 1)}"

    def replaced(match: re.Match[str]) -> str:
        if match["asked"]:
            return f"CAST({number(match['unknown'], asked=True)} AS bigint)"
        if match["list"]:
            comparison = "<> ALL" if match["not"] else "= ANY"
            return f"{comparison}({number(match['members'])})"
        return number(match["name"]) if match["named"] else match[0]

    return Statement(_PIECE.sub(replaced, _OPENED.sub(r"\1", sql)), tuple(sources))
