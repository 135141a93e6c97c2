"""A unit's view of PostgreSQL: our statements as the server takes them, rows as they come."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import psycopg

from hub.store.database import Dialect, Row
from hub.store.engines.listings import listing
from hub.store.engines.session import Session
from hub.store.engines.statements import translated

_UPSERT = re.compile(r"\bDO\s+UPDATE\b", re.IGNORECASE)
"""The server refuses to change a row twice within one such statement."""


class PostgresTransaction:
    """A unit's view of the session."""

    dialect: Dialect = "postgresql"

    def __init__(self, session: Session) -> None:
        self._session = session

    def run(self, sql: str, **values: object) -> int:
        """Execute and return the number of rows changed."""
        return max(self._executed(sql, values).rowcount, 0)

    def all(self, sql: str, **values: object) -> list[Row]:
        """Execute and return every row."""
        return _rows(self._executed(sql, values))

    def one(self, sql: str, **values: object) -> Row | None:
        """Execute and return the first row, if any."""
        rows = self.all(sql, **values)
        return rows[0] if rows else None

    def many(self, sql: str, rows: Iterable[Mapping[str, object]]) -> int:
        """Execute for each row of values, with one list of values many rows at a time.

        Nothing waits for the server in between.
        """
        return sum(cursor.rowcount for cursor in self._steps(sql, rows))

    def each(self, sql: str, rows: Iterable[Mapping[str, object]]) -> list[Row]:
        """Execute as :meth:`many` and return every row that was returned."""
        return [row for cursor in self._steps(sql, rows, returning=True) for row in _rows(cursor)]

    def _steps(
        self, sql: str, rows: Iterable[Mapping[str, object]], *, returning: bool = False
    ) -> Iterator[psycopg.Cursor[tuple[Any, ...]]]:
        shape = None if _UPSERT.search(sql) else listing(sql)
        if shape is None:
            yield from self._one_by_one(sql, rows, returning=returning)
            return
        cursors = []
        with self._session.pipeline():
            for statement, values in shape.steps(rows, numbered=True):
                cursors.append(self._session.cursor())
                cursors[-1].execute(translated(statement).sql, values)
        yield from cursors

    def _one_by_one(
        self, sql: str, rows: Iterable[Mapping[str, object]], *, returning: bool
    ) -> Iterator[psycopg.Cursor[tuple[Any, ...]]]:
        statement = translated(sql)
        values = [statement.arguments(row) for row in rows]
        if not values:
            return
        cursor = self._session.cursor()
        cursor.executemany(statement.sql, values, returning=returning)
        yield cursor
        while cursor.nextset():
            yield cursor

    def _executed(self, sql: str, values: Mapping[str, object]) -> psycopg.Cursor[tuple[Any, ...]]:
        if not values:
            # As it is: a migration holds many statements and the bodies of triggers.
            return self._session.execute(translated(sql).sql, prepare=False)
        statement = translated(sql)
        return self._session.execute(statement.sql, statement.arguments(values))


def _rows(cursor: psycopg.Cursor[tuple[Any, ...]]) -> list[Row]:
    if cursor.description is None:
        return []
    names = [column.name for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


class Glance(PostgresTransaction):
    """A look with one statement, which needs no transaction of its own to be consistent."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._used = False

    def _executed(self, sql: str, values: Mapping[str, object]) -> psycopg.Cursor[tuple[Any, ...]]:
        if self._used:
            raise SeveralStatements
        self._used = True
        return super()._executed(sql, values)


class SeveralStatements(BaseException):
    """The look goes on; no handler of the unit's own may take this for a fault of its work."""
