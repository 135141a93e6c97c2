"""What PostgreSQL keeps when sessions, servers and other nodes fail."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import psycopg
import pytest

from hub.app import all_migrations
from hub.core.clock import FixedClock, SystemClock
from hub.core.errors import Misconfigured, Unavailable
from hub.store.database import Transaction
from hub.store.engines import session as sessions
from hub.store.engines.nodes import join
from hub.store.engines.postgres import PostgresDatabase
from hub.store.engines.session import Address
from hub.store.migrate import migrate, pending
from tests.contract.severed import SeveredLine
from tests.postgres_server import PostgresServer, start_postgres

pytestmark = pytest.mark.postgresql
ROOT = Path(__file__).parents[2]
WRITER = "tests.contract.database_writer"
TABLE = "CREATE TABLE IF NOT EXISTS item (id BIGINT PRIMARY KEY, t TEXT)"


@pytest.fixture
def address(postgres_address: Address) -> Address:
    return postgres_address


@asynccontextmanager
async def node(address: Address) -> AsyncIterator[PostgresDatabase]:
    database = PostgresDatabase(address)
    try:
        await database.write(lambda tx: tx.run(TABLE))
        yield database
    finally:
        await asyncio.to_thread(database.close)


def insert(number: int) -> Callable[[Transaction], int]:
    return lambda tx: tx.run("INSERT INTO item VALUES (:id, 'x')", id=number)


def ids(tx: Transaction) -> list[int]:
    return [row["id"] for row in tx.all("SELECT id FROM item ORDER BY id")]


def end_session(server: PostgresServer, tx: Transaction) -> None:
    """End the session this unit runs in, from outside."""
    row = tx.one("SELECT pg_backend_pid() AS pid")
    assert row is not None
    server.command(f"SELECT pg_terminate_backend({row['pid']}, 5000)")


async def test_a_session_lost_before_the_commit_costs_nothing(
    postgres_server: PostgresServer, address: Address
) -> None:
    runs = []

    def work(tx: Transaction) -> str:
        insert(1)(tx)
        runs.append(1)
        if len(runs) == 1:
            end_session(postgres_server, tx)
        insert(2)(tx)
        return "done"

    async with node(address) as database:
        assert "done" == await database.write(work)
        assert [1, 2] == await database.read(ids)
    assert [1, 1] == runs


async def test_a_commit_without_answer_is_nobodys_success(
    postgres_server: PostgresServer, address: Address, tmp_path: Path
) -> None:
    async with node(address) as other:
        with SeveredLine(postgres_server.directory) as line:
            database = PostgresDatabase(line.address(address))
            line.cut_at_next_commit()
            with pytest.raises(Unavailable, match="commit_unanswered"):
                await database.write(insert(1))
            assert line.cuts == 1
            again = "INSERT INTO item VALUES (1, 'x') ON CONFLICT DO NOTHING"
            await database.write(lambda tx: tx.run(again))
            await asyncio.to_thread(database.close)
        assert [1] == await other.read(ids)


async def test_idle_sessions_that_died_are_replaced_unnoticed(
    postgres_server: PostgresServer, address: Address
) -> None:
    async with node(address) as database:
        await asyncio.gather(*(database.read(ids) for _ in range(6)))
        postgres_server.command(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = 'aktenhub'"
        )
        found = await asyncio.gather(*(database.read(ids) for _ in range(6)))
        await database.write(insert(1))

        assert [[]] * 6 == found
        assert [1] == await database.read(ids)


async def test_nodes_that_lock_the_same_rows_in_another_order_all_finish(address: Address) -> None:
    def both(first: int, second: int) -> Callable[[Transaction], None]:
        def work(tx: Transaction) -> None:
            for number in (first, second):
                tx.run("UPDATE item SET t = t || 'y' WHERE id = :id", id=number)

        return work

    async with node(address) as one, node(address) as two:
        await asyncio.gather(one.write(insert(1)), one.write(insert(2)))
        await asyncio.gather(
            *(one.write(both(1, 2)) for _ in range(40)),
            *(two.write(both(2, 1)) for _ in range(40)),
        )
        rows = await one.read(lambda tx: tx.all("SELECT t FROM item"))

        assert ["x" + 80 * "y"] * 2 == [row["t"] for row in rows]


async def test_a_unit_that_meets_a_lock_does_not_keep_its_group_waiting(address: Address) -> None:
    entered, let_go, busy = threading.Event(), threading.Event(), threading.Event()

    def hold(tx: Transaction) -> None:
        tx.run("UPDATE item SET t = 'held' WHERE id = 1")
        entered.set()
        assert let_go.wait(20)

    def block(tx: Transaction) -> None:
        assert busy.wait(20)

    def touch(tx: Transaction) -> int:
        return tx.run("UPDATE item SET t = t || '!' WHERE id = 1")

    async with node(address) as one, node(address) as two:
        await one.write(insert(1))
        holding = asyncio.create_task(one.write(hold))
        await asyncio.to_thread(entered.wait, 20)
        free, held, behind = (
            asyncio.create_task(two.write(work)) for work in (block, touch, insert(2))
        )
        await asyncio.sleep(0)
        busy.set()
        await asyncio.wait_for(free, 20)
        assert not held.done()
        let_go.set()
        await asyncio.gather(holding, held, behind)
        row = await two.read(lambda tx: tx.one("SELECT t FROM item WHERE id = 1"))

        assert {"t": "held!"} == row


async def test_a_node_that_stops_within_a_transaction_holds_nobody_up(
    address: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "IDLE_S", 1)
    stopped, woken = threading.Event(), threading.Event()
    runs = []

    def stop(tx: Transaction) -> int:
        changed = tx.run("UPDATE item SET t = t || 's' WHERE id = 1")
        runs.append(1)
        if len(runs) == 1:
            stopped.set()
            assert woken.wait(30)
        return changed

    async with node(address) as sleeper, node(address) as other:
        await other.write(insert(1))
        sleeping = asyncio.create_task(sleeper.write(stop))
        await asyncio.to_thread(stopped.wait, 20)
        await other.write(lambda tx: tx.run("UPDATE item SET t = 'taken' WHERE id = 1"))
        woken.set()

        assert 1 == await sleeping
        assert {"t": "takens"} == await other.read(lambda tx: tx.one("SELECT t FROM item"))


async def until_it_writes(other: PostgresDatabase, process: int) -> None:
    """Wait until what a session sent has arrived and holds its row."""

    def writes(tx: Transaction) -> bool:
        return bool(
            tx.one(
                "SELECT 1 FROM pg_stat_activity WHERE pid = :pid AND backend_xid IS NOT NULL",
                pid=process,
            )
        )

    for _ in range(3000):
        if await other.read(writes):
            return
        await asyncio.sleep(0.01)
    raise AssertionError("nothing arrived")


async def test_a_node_that_stops_between_statements_it_sends_at_once_holds_nobody_up(
    address: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "IDLE_S", 1)
    monkeypatch.setattr(sessions, "LOCK_WAIT_S", 2)

    async with node(address) as other:
        await other.write(insert(1))
        sleeper = sessions.open_session(address)
        with suppress(psycopg.OperationalError), sleeper, sleeper.pipeline():
            # The server waits for what comes behind them; to it, that is no idle session.
            sleeper.execute("BEGIN")
            sleeper.execute("UPDATE item SET t = 'held' WHERE id = 1")
            sleeper.pgconn.flush()
            await until_it_writes(other, sleeper.info.backend_pid)
            await other.write(lambda tx: tx.run("UPDATE item SET t = 'taken' WHERE id = 1"))

        assert {"t": "taken"} == await other.read(lambda tx: tx.one("SELECT t FROM item"))
        assert sleeper.closed


async def test_a_table_changed_by_another_node_breaks_no_prepared_statement(
    address: Address,
) -> None:
    def look(tx: Transaction) -> list[str]:
        row = tx.one("SELECT * FROM item WHERE id = :id", id=1)
        return sorted(row or ())

    async with node(address) as old, node(address) as new:
        await old.write(insert(1))
        for _ in range(8):
            await old.read(look)
            await old.write(look)
        await new.write(lambda tx: tx.run("ALTER TABLE item ADD COLUMN more TEXT"))

        assert ["id", "more", "t"] == await old.read(look) == await old.write(look)


async def test_a_swallowed_error_of_a_statement_is_no_success(address: Address) -> None:
    def work(tx: Transaction) -> None:
        insert(1)(tx)
        with suppress(psycopg.Error):
            insert(1)(tx)

    async with node(address) as database:
        with pytest.raises(RuntimeError, match="went on"):
            await database.write(work)

        assert [] == await database.read(ids)


async def test_nodes_that_start_at_once_run_each_migration_once(address: Address) -> None:
    nodes = [PostgresDatabase(address) for _ in range(4)]
    wanted = all_migrations("postgresql")
    ran = await asyncio.gather(*(migrate(each, wanted, 1) for each in nodes))

    assert sorted(name for name, _ in wanted) == sorted(name for names in ran for name in names)
    assert [] == await pending(nodes[0], wanted)
    for each in nodes:
        await asyncio.to_thread(each.close)


async def test_a_node_name_is_held_by_one_living_process(address: Address) -> None:
    async with node(address) as one, node(address) as two:
        await join(one, "hub-1", SystemClock())
        await join(two, "hub-2", SystemClock())
        with pytest.raises(Misconfigured, match="node_name_taken"):
            await join(two, "hub-1", SystemClock(), patience_s=0.0)
    async with node(address) as again:
        await join(again, "hub-1", SystemClock())


async def test_who_lost_its_name_to_another_writes_no_more(
    postgres_server: PostgresServer, address: Address
) -> None:
    def dies(tx: Transaction) -> None:
        end_session(postgres_server, tx)
        asyncio.run(join(two, "hub-1", SystemClock()))
        ids(tx)

    async with node(address) as one, node(address) as two:
        await join(one, "hub-1", SystemClock())
        with pytest.raises(Unavailable, match="node_name_taken"):
            await one.write(dies)
        with pytest.raises(Unavailable, match="node_name_taken"):
            await one.write(insert(1))

        assert [] == await two.read(ids)


async def test_clocks_that_are_apart_are_reported(
    address: Address, caplog: pytest.LogCaptureFixture
) -> None:
    async with node(address) as database:
        await join(database, "hub-1", SystemClock())
        assert "clocks_apart" not in caplog.text
        await join(database, "hub-1", FixedClock())

    assert "clocks_apart" in caplog.text


@pytest.mark.parametrize("setting", ["synchronous_commit = off", "synchronous_commit = local"])
def test_a_server_that_confirms_too_early_is_refused(
    postgres_server: PostgresServer, address: Address, setting: str
) -> None:
    name = address.dsn.split("dbname=")[1].split()[0]
    postgres_server.command(f"ALTER DATABASE {name} SET {setting}")

    with pytest.raises(Misconfigured, match="database_would_lose"):
        PostgresDatabase(address)


def test_a_database_that_sorts_otherwise_is_refused(postgres_server: PostgresServer) -> None:
    with (
        postgres_server.database("C.UTF-8") as address,
        pytest.raises(Misconfigured, match="database_collation"),
    ):
        PostgresDatabase(address)


def test_a_server_that_is_too_old_is_refused(
    address: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "OLDEST", 99)

    with pytest.raises(Misconfigured, match="database_too_old"):
        PostgresDatabase(address)


def test_nobody_there_is_said_without_secrets(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="database_away") as caught:
        PostgresDatabase(Address(f"host={tmp_path} dbname=hub user=hub", "very secret"))

    assert f"{tmp_path}/hub" == caught.value.place
    assert "very secret" not in str(caught.value)


@pytest.fixture
def own_server() -> Iterator[PostgresServer]:
    """A server that this test may crash."""
    with start_postgres() as server:
        yield server


@pytest.mark.crash
async def test_a_server_that_comes_back_is_used_again(own_server: PostgresServer) -> None:
    with own_server.database() as address:
        async with node(address) as database:
            await database.write(insert(1))
            own_server.control("stop", "-m", "immediate")
            with pytest.raises(Unavailable, match="database_away"):
                await database.write(insert(2))
            with pytest.raises(Unavailable, match="database_away"):
                await database.read(ids)
            own_server.control("start")
            await database.write(insert(3))

            assert [1, 3] == await database.read(ids)


@pytest.mark.crash
@pytest.mark.parametrize("whom", ["client", "server"])
async def test_a_crash_loses_nothing_acknowledged(own_server: PostgresServer, whom: str) -> None:
    with own_server.database() as address:
        said = _write_until_crash(own_server, address, whom)
        if whom == "server":
            own_server.control("start")
        async with node(address) as database:
            found = await database.read(ids)

    assert said
    assert set() == set(said) - set(found)


def _write_until_crash(server: PostgresServer, address: Address, whom: str) -> list[int]:
    command = [sys.executable, "-m", WRITER, address.dsn, "100", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        first = process.stdout.readline()
        time.sleep(0.1)
        if whom == "client":
            process.send_signal(signal.SIGKILL)
        else:
            server.control("stop", "-m", "immediate")
        said = first + process.stdout.read()
    return [int(line) for line in said.split("\n")[:-1] if line.isdigit()]


async def test_many_rows_that_meet_another_node_say_so_and_not_that_something_broke(
    address: Address,
) -> None:
    many = [{"id": number, "t": "y"} for number in range(70)]
    change = (
        "WITH new (id, t) AS (VALUES (:id, :t))"
        " UPDATE item SET t = new.t FROM new WHERE item.id = new.id"
    )

    def hurried(tx: Transaction) -> None:
        tx.run("SET LOCAL lock_timeout = '50ms'")
        tx.many(change, many)

    async with node(address) as database:
        await database.write(lambda tx: tx.many("INSERT INTO item VALUES (:id, :t)", many))
        with psycopg.connect(address.conninfo()) as other:
            other.execute("UPDATE item SET t = 'z' WHERE id = 40")
            with pytest.raises(Unavailable, match="database_busy"):
                await database.write(hurried)
        assert 70 == await database.write(lambda tx: tx.many(change, many))
