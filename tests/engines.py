"""Both engines behind the database port, so that one suite proves them alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import apsw
import psycopg

from hub.store.engines.postgres import PostgresDatabase
from hub.store.engines.session import Address
from hub.store.sqlite import SqliteDatabase

AnyDatabase = SqliteDatabase | PostgresDatabase


@dataclass(frozen=True)
class Engine:
    """An engine with one database of this test's own."""

    name: str
    open: Callable[[], AnyDatabase]
    driver_error: type[Exception]


def engine_named(name: str, path: Path, address: Address | None) -> Engine:
    """Return an engine with one database of the test's own."""
    if address is None:
        return Engine(name, lambda: SqliteDatabase(path), apsw.Error)
    return Engine(name, lambda: PostgresDatabase(address), psycopg.Error)
