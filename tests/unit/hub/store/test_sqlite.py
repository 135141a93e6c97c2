"""What is special about SQLite behind the port; the rest is in the contract suite."""

from collections.abc import Callable
from pathlib import Path

import apsw
import pytest

from hub.core.errors import Misconfigured, Unavailable
from hub.store.sqlite import OLDEST_SAFE, SqliteDatabase


def test_the_library_is_one_that_does_not_damage_files() -> None:
    version = tuple(int(part) for part in apsw.sqlite_lib_version().split("."))

    assert version >= OLDEST_SAFE


async def test_every_commit_is_synced_and_readers_do_not_wait(tmp_path: Path) -> None:
    database = SqliteDatabase(tmp_path / "new" / "hub.sqlite")
    found = [
        await database.write(lambda tx, name=name: tx.one(f"PRAGMA {name}"))
        for name in ("journal_mode", "synchronous", "foreign_keys")
    ]
    database.close()

    assert [{"journal_mode": "wal"}, {"synchronous": 2}, {"foreign_keys": 1}] == found


async def test_a_database_another_program_holds_is_busy_not_broken(tmp_path: Path) -> None:
    database = SqliteDatabase(tmp_path / "hub.sqlite")
    await database.write(lambda tx: tx.run("CREATE TABLE item (id INTEGER)"))
    database._writer.set_busy_timeout(1)
    other = apsw.Connection(str(tmp_path / "hub.sqlite"))
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable, match="database_busy"):
        await database.write(lambda tx: tx.run("INSERT INTO item VALUES (1)"))
    other.execute("ROLLBACK")

    assert 1 == await database.write(lambda tx: tx.run("INSERT INTO item VALUES (2)"))
    assert [{"id": 2}] == await database.read(lambda tx: tx.all("SELECT id FROM item"))
    other.close()
    database.close()


def _garbage(path: Path) -> None:
    path.write_bytes(b"no database at all, but long enough to be looked at closely" * 100)


@pytest.mark.parametrize("plant", [Path.mkdir, _garbage])
def test_what_is_no_database_is_not_opened(tmp_path: Path, plant: Callable[[Path], None]) -> None:
    plant(tmp_path / "hub.sqlite")

    with pytest.raises(Misconfigured, match="database_unreadable"):
        SqliteDatabase(tmp_path / "hub.sqlite")


async def test_a_damaged_file_stops_everything(tmp_path: Path) -> None:
    path = tmp_path / "hub.sqlite"
    database = SqliteDatabase(path)
    await database.write(lambda tx: tx.run("CREATE TABLE item (id INTEGER PRIMARY KEY, t TEXT)"))
    for number in range(50):
        await database.write(
            lambda tx, n=number: tx.run("INSERT INTO item VALUES (:n, :t)", n=n, t="x" * 2000)
        )
    database.close()
    data = bytearray(path.read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    path.write_bytes(data)
    database = SqliteDatabase(path)

    for _ in range(2):
        with pytest.raises(Unavailable, match="database_not_durable"):
            await database.write(lambda tx: tx.run("INSERT INTO item VALUES (99, 'y')"))
    database.close()
