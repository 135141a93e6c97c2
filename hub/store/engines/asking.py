"""A unit's view of PostgreSQL: our statements as the server takes them, rows as they come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import psycopg

from hub.store.database import Dialect, Row
from hub.store.engines.session import Session
from hub.store.engines.statements import translated


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
        """Execute once for each row of values; the driver does not wait between them."""
        statement = translated(sql)
        values = [statement.arguments(row) for row in rows]
        if not values:
            return 0
        cursor = self._session.cursor()
        cursor.executemany(statement.sql, values)
        return cursor.rowcount

    def each(self, sql: str, rows: Iterable[Mapping[str, object]]) -> list[Row]:
        """Execute as :meth:`many` and return every row that was returned."""
        statement = translated(sql)
        values = [statement.arguments(row) for row in rows]
        if not values:
            return []
        cursor = self._session.cursor()
        cursor.executemany(statement.sql, values, returning=True)
        found = _rows(cursor)
        while cursor.nextset():
            found += _rows(cursor)
        return found

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
