"""A node works with no other payload folder than the one its database knows."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hub.core.errors import Misconfigured
from hub.store.migrate import hub_migrations, migrate
from hub.store.shelf.identity import MARK, belong, compare
from hub.store.sqlite import SqliteDatabase


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    opened = SqliteDatabase(tmp_path / "hub.sqlite")
    await migrate(opened, hub_migrations(), 1)
    yield opened
    opened.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "payloads"


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def fill(folder: Path) -> None:
    (folder / "ab").mkdir(parents=True)
    (folder / "ab" / ("ab" * 32)).write_bytes(b"x")


def mark(folder: Path, word: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / MARK).write_text(f"{word}\n")


async def test_nodes_that_start_at_once_agree_on_one_folder(
    database: SqliteDatabase, folder: Path
) -> None:
    await asyncio.gather(*(belong(database, folder, 1) for _ in range(5)))
    await compare(database, folder)

    assert [MARK] == names(folder)


async def test_a_node_with_a_folder_of_its_own_does_not_start(
    database: SqliteDatabase, folder: Path, tmp_path: Path
) -> None:
    await belong(database, folder, 1)

    with pytest.raises(Misconfigured, match="payload_folder_apart"):
        await belong(database, tmp_path / "own", 1)
    assert "own" not in names(tmp_path)


async def test_an_empty_mount_point_is_no_payload_folder(
    database: SqliteDatabase, folder: Path
) -> None:
    await belong(database, folder, 1)
    (folder / MARK).unlink()

    with pytest.raises(Misconfigured, match="nicht eingehängt"):
        await belong(database, folder, 1)
    with pytest.raises(Misconfigured, match="payload_folder_apart"):
        await compare(database, folder)


async def test_a_new_database_does_not_take_over_anothers_payloads(
    database: SqliteDatabase, folder: Path
) -> None:
    fill(folder)
    mark(folder, "another")

    with pytest.raises(Misconfigured, match="anderen Datenbank"):
        await belong(database, folder, 1)


async def test_a_start_that_died_between_folder_and_database_goes_on(
    database: SqliteDatabase, folder: Path
) -> None:
    mark(folder, "made")
    await belong(database, folder, 1)

    assert [{"value": "made"}] == await database.read(
        lambda tx: tx.all("SELECT value FROM installation")
    )


async def test_payloads_of_an_earlier_version_get_their_mark(
    database: SqliteDatabase, folder: Path
) -> None:
    fill(folder)
    await belong(database, folder, 1)
    await compare(database, folder)

    assert MARK in names(folder)
