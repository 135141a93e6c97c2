"""The database port: units of work, grouped into durable commits.

A *unit of work* is a plain function of a transaction. The adapter runs it inside its own
savepoint, commits a whole group at once, and only then lets the caller go on: whoever has
awaited :meth:`Database.write` may acknowledge. A failing unit is rolled back alone.

SQL is written once for every adapter: named parameters (``:name``), integer microseconds
instead of time types, ``ON CONFLICT`` and ``RETURNING``; no serial numbers as order. What only
PostgreSQL must hear, because there several nodes write at once, stands in a comment that its
adapter opens: ``/*pg FOR UPDATE SKIP LOCKED */``. A tuple as a value stands for a list:
``id IN :ids``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, Literal, Protocol, TypeVar

Row = dict[str, Any]
T = TypeVar("T")
Dialect = Literal["sqlite", "postgresql"]
"""The two ways SQL is spoken here."""


class Transaction(Protocol):
    """What a unit of work may do. Never kept beyond the unit."""

    @property
    def dialect(self) -> Dialect:
        """Tell which SQL must be spoken where the two differ."""
        ...

    def run(self, sql: str, **values: object) -> int:
        """Execute and return the number of rows changed."""
        ...

    def all(self, sql: str, **values: object) -> list[Row]:
        """Execute and return every row."""
        ...

    def one(self, sql: str, **values: object) -> Row | None:
        """Execute and return the first row, if any."""
        ...

    def many(self, sql: str, rows: Iterable[Mapping[str, object]]) -> int:
        """Execute once for each row of values, in their order; return how many rows changed.

        A statement with one list of values, such as an insertion, may take many rows at a time.
        """
        ...

    def each(self, sql: str, rows: Iterable[Mapping[str, object]]) -> list[Row]:
        """Execute as :meth:`many` and return every row that was returned, in no order."""
        ...


class Database(Protocol):
    """A durable store for units of work.

    A unit may be run again from its start: with another node on the same database it may have
    to give way. It therefore changes nothing but the database.
    """

    @property
    def dialect(self) -> Dialect:
        """Tell which SQL migrations and searches must speak."""
        ...

    async def write(self, work: Callable[[Transaction], T]) -> T:
        """Run the unit and return its result once it is durable.

        Raises:
            Unavailable: the database cannot make anything durable, or did not say whether it
                did; the unit must be such that doing it again does no harm.
        """
        ...

    async def read(self, work: Callable[[Transaction], T]) -> T:
        """Run a short look-up on a consistent state, without the right to change anything."""
        ...

    async def scan(self, work: Callable[[Transaction], T]) -> T:
        """Run a read that may walk through whole tables; others go on meanwhile."""
        ...

    async def size_bytes(self) -> int:
        """Return how much room the database takes on its disk."""
        ...


def spread(sql: str, values: Mapping[str, object]) -> tuple[str, dict[str, object]]:
    """Return statement and values with every tuple spread into parameters of its own.

    Lists are filled up with their last value to a power of two: few statements, prepared once,
    serve lists of every length.
    """
    single: dict[str, object] = {}
    widths: list[tuple[str, int]] = []
    for name, value in values.items():
        if not isinstance(value, tuple):
            single[name] = value
            continue
        width = len(value)
        if 0 < width <= _FILLED_UP:
            width = 1 << (width - 1).bit_length()
            value += value[-1:] * (width - len(value))  # noqa: PLW2901  the same list, filled up
        widths.append((name, width))
        single |= {f"{name}_{number}": one for number, one in enumerate(value)}
    return _with_lists(sql, tuple(widths)), single


_FILLED_UP = 1024
"""Longer lists are rare and stay as they are: the number of parameters is bounded."""


@lru_cache(maxsize=1000)
def _with_lists(sql: str, widths: tuple[tuple[str, int], ...]) -> str:
    for name, width in widths:
        listed = ", ".join(f":{name}_{number}" for number in range(width)) or "NULL"
        sql = re.sub(rf":{name}\b", f"({listed})", sql)
    return sql
