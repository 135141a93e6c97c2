"""What somebody may see, and how a query is told so.

A file or document is guarded where ``efile_guards`` has a row for it with an empty name; the other
rows name who is let through. What is not seen is not in the result: nothing is filtered later.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from efile.ports import Transaction

FILE = ""
"""Stands for the whole file in place of a document."""
GUARDED = ""
"""Stands for nobody: there is a guard."""


def person(login: str) -> str:
    """Return how a guard names a person who works on a file, or whoever stands in for them."""
    return f"p:{login}"


def confidant(login: str) -> str:
    """Return how a guard names a person a block lets through; nobody stands in for them."""
    return f"b:{login}"


def unit(name: str) -> str:
    """Return how a guard names a unit."""
    return f"u:{name}"


@dataclass(frozen=True, slots=True)
class Sight:
    """What somebody may see of an office's files."""

    kinds: frozenset[str]
    """Kinds of files."""
    names: frozenset[str] = frozenset()
    """Under which guards let them through: as a person and as a member of units."""
    opened: frozenset[str] = frozenset()
    """Files that were opened to them in an emergency; no guard counts there."""

    def passes(self, akte: str, guard: Collection[str]) -> bool:
        """Tell whether a guard of a file lets them through; no guard always does."""
        return akte in self.opened or not guard or not self.names.isdisjoint(guard)


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Conditions of a query, each beginning with ``AND`` or empty, and their values."""

    akte: str
    document: str
    values: dict[str, object]


def narrowing(
    tx: Transaction, tenant: str, sight: Sight | None, akte: str = "a", document: str = "d"
) -> Narrowing:
    """Return what keeps unseen files and documents out of a query with these aliases.

    Where an office has no guard at all, its rows are not asked for one.
    """
    if sight is None:
        return Narrowing("", "", {})
    values: dict[str, object] = {"kinds": listed(sight.kinds)}
    kinds = f" AND {akte}.kind IN :kinds"
    if tx.one("SELECT 1 FROM efile_guards WHERE tenant = :tenant LIMIT 1", tenant=tenant) is None:
        return Narrowing(kinds, "", values)
    values |= {"names": listed(sight.names), "opened": listed(sight.opened)}
    of_file = _passed(akte, f"{akte}.id", "''")
    of_document = _passed(document, f"{document}.akte_id", f"{document}.id")
    return Narrowing(kinds + of_file, of_document, values)


def _passed(alias: str, akte: str, document: str) -> str:
    guard = (
        f"SELECT 1 FROM efile_guards g WHERE g.tenant = {alias}.tenant AND g.akte_id = {akte}"  # noqa: S608  fixed aliases
        f" AND g.document_id = {document} AND g.who"
    )
    return f" AND ({akte} IN :opened OR NOT EXISTS ({guard} = '') OR EXISTS ({guard} IN :names))"


def listed(words: Collection[str]) -> tuple[str, ...]:
    """Return the words as a list for a query, which must not be empty."""
    return tuple(sorted(words)) or ("\x01",)
