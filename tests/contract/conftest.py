"""Both engines behind the database port, so that one suite proves them alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import apsw
import psycopg
import pytest

from hub.store.engines.postgres import PostgresDatabase
from hub.store.sqlite import SqliteDatabase

AnyDatabase = SqliteDatabase | PostgresDatabase


@dataclass(frozen=True)
class Engine:
    """An engine with one database of this test's own."""

    name: str
    open: Callable[[], AnyDatabase]
    driver_error: type[Exception]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Engine:
    if request.param == "sqlite":
        path = tmp_path / "hub.sqlite"
        return Engine("sqlite", lambda: SqliteDatabase(path), apsw.Error)
    address = request.getfixturevalue("postgres_address")
    return Engine("postgresql", lambda: PostgresDatabase(address), psycopg.Error)
