"""kill -9 while a closed year leaves the journal, then the command again, then the verifier."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.app import VERIFIER, all_migrations
from hub.store.database import Transaction
from hub.store.engines.postgres import PostgresDatabase
from hub.store.engines.session import Address
from hub.store.journal import Journal
from hub.store.messages import Messages
from hub.store.migrate import migrate
from hub.store.sqlite import SqliteDatabase
from tests.crash.cluster import build_cluster
from tests.crash.house import PATIENCE_S, House, build_house
from tests.engines import AnyDatabase
from tests.factories import make_message
from tests.s3_server import S3Server

pytestmark = pytest.mark.crash

NEW_YEAR_US = 1_767_222_000_000_000
"""2026-01-01 in Berlin."""
MESSAGES = 1100
"""More than a portion of entries."""
POINTS = ("archive_written", "archive_sealed", "archive_removing")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def old_house(
    request: pytest.FixtureRequest, tmp_path: Path, s3_server: S3Server
) -> Iterator[House]:
    """An installation with a closed year, and a day of the next."""
    if request.param == "sqlite":
        house = build_house(tmp_path / "house", s3_server)
        fill(SqliteDatabase(house.database))
        yield house
        return
    address: Address = request.getfixturevalue("postgres_address")
    cluster = build_cluster(tmp_path, s3_server, address, 1)
    fill(PostgresDatabase(address))
    yield cluster.nodes[0].house


def fill(database: AnyDatabase) -> None:
    """Accept and close messages on the last and on the first day of a year."""
    book = Messages(Journal("hub-1"))

    async def work() -> None:
        await migrate(database, all_migrations(database.dialect), 1)
        for day, at_us in (("old", NEW_YEAR_US - 7_200_000_000), ("new", NEW_YEAR_US)):
            ids = [f"{day}-{number}" for number in range(MESSAGES if day == "old" else 3)]
            messages = [make_message(id=i, tenant="musterstadt", received_us=at_us) for i in ids]

            def play(tx: Transaction, messages=messages, at=at_us) -> None:  # type: ignore[no-untyped-def]  # told by its defaults
                for one in messages:
                    book.add(tx, one, "received", at)
                    book.move(tx, one, "closed", at)

            await database.write(play)

    asyncio.run(work())
    database.close()


def archive(house: House, *more: str, failpoint: str = "") -> int:
    command = ("journal", "archive", "2025", *more)
    return house.start(*command, failpoint=failpoint).wait(PATIENCE_S)


def answer(house: House, *command: str) -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, "-m", "hub", "--settings", str(house.folder / "hub.toml"), *command,
         "--json"],
        capture_output=True, text=True, check=False, timeout=PATIENCE_S, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    found: dict[str, object] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("point", POINTS)
def test_a_kill_at_any_point_leaves_a_whole_chain_and_the_next_call_goes_on(
    old_house: House, point: str
) -> None:
    assert -signal.SIGKILL == archive(old_house, "--execute", failpoint=point), old_house.log
    middle = answer(old_house, "journal", "verify")
    assert 0 == archive(old_house, "--execute"), old_house.log
    after = answer(old_house, "journal", "verify", "--archives")
    folder = old_house.folder / "archive"
    alone = subprocess.run(
        [sys.executable, "-I", str(VERIFIER), *map(str, folder.glob("*.gz"))], check=False,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip

    assert (True, True, 0) == (middle["intact"], after["intact"], alone.returncode)
    assert ([], 1) == (after["archives_not_given"], after["archives"])
    balance = answer(old_house, "journal", "balance")
    assert (True, MESSAGES + 3) == (balance["balanced"], balance["delivered"])
    assert 2 * MESSAGES + 6 + 1 == after["entries"]
