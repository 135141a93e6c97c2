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

    def many(self, sql: str, rows: Iterable[Mapping[str, object]]) -> None:
        """Execute once for each row of values, in their order; what it returns is dropped."""
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
    """Return statement and values with every tuple spread into parameters of its own."""
    single: dict[str, object] = {}
    for name, value in values.items():
        if not isinstance(value, tuple):
            single[name] = value
            continue
        names = [f"{name}_{number}" for number in range(len(value))]
        single |= dict(zip(names, value, strict=True))
        listed = ", ".join(f":{one}" for one in names) or "NULL"
        sql = re.sub(rf":{name}\b", f"({listed})", sql)
    return sql, single
