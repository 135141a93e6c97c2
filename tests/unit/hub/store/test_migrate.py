"""Migrations run once, in order, whole or not at all."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import apsw
import pytest

from hub.core.errors import Misconfigured
from hub.store.migrate import hub_migrations, migrate, pending
from hub.store.sqlite import SqliteDatabase

ONE = ("hub/0001.sql", "CREATE TABLE one (id INTEGER); CREATE TABLE also (id INTEGER);")
TWO = ("hub/0002.sql", "-- more\nINSERT INTO one VALUES (1);")
WRONG = ("hub/0003.sql", "INSERT INTO one VALUES (2); INSERT INTO nowhere VALUES (1);")


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    opened = SqliteDatabase(tmp_path / "hub.sqlite")
    yield opened
    opened.close()


async def ones(database: SqliteDatabase) -> list[int]:
    rows = await database.read(lambda tx: tx.all("SELECT id FROM one"))
    return [row["id"] for row in rows]


async def test_each_migration_runs_once(database: SqliteDatabase) -> None:
    assert ["hub/0001.sql"] == await migrate(database, [ONE], 1)
    assert ["hub/0002.sql"] == await migrate(database, [ONE, TWO], 2)
    assert [] == await migrate(database, [ONE, TWO], 3)
    assert [1] == await ones(database)


async def test_two_processes_that_start_together_run_each_once(
    database: SqliteDatabase, tmp_path: Path
) -> None:
    other = SqliteDatabase(tmp_path / "hub.sqlite")
    ran = await asyncio.gather(*(migrate(d, [ONE, TWO], 1) for d in (database, other)))
    other.close()

    assert [[], [ONE[0], TWO[0]]] == sorted(ran)
    assert [1] == await ones(database)


async def test_a_failing_migration_leaves_the_database_as_it_was(
    database: SqliteDatabase,
) -> None:
    await migrate(database, [ONE], 1)
    with pytest.raises(apsw.SQLError, match="nowhere"):
        await migrate(database, [ONE, TWO, WRONG], 2)

    assert [] == await ones(database)
    assert [TWO[0], WRONG[0]] == await pending(database, [ONE, TWO, WRONG])


async def test_a_migration_changed_afterwards_is_refused(database: SqliteDatabase) -> None:
    await migrate(database, [ONE], 1)

    with pytest.raises(Misconfigured, match="migration_changed"):
        await migrate(database, [(ONE[0], ONE[1] + " "), TWO], 2)
    assert [TWO[0]] == await pending(database, [ONE, TWO])


async def test_a_new_database_waits_for_everything(database: SqliteDatabase) -> None:
    names = [name for name, _ in hub_migrations()]

    assert names == await pending(database, hub_migrations())
    assert names == await migrate(database, hub_migrations(), 1)
    assert [] == await pending(database, hub_migrations())
