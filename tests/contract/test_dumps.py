"""A copy of a PostgreSQL database holds one moment and goes into an empty database."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from hub.core.errors import Misconfigured, Unavailable
from hub.store import journal
from hub.store.engines.dumps import dump, load
from hub.store.engines.postgres import PostgresDatabase
from hub.store.engines.session import Address
from hub.store.journal import Entry, Journal
from hub.store.migrate import hub_migrations, migrate
from tests.postgres_server import PostgresServer

pytestmark = pytest.mark.postgresql

LOCKED, PASSWORD = "aktenhub_locked", "geheim: mit \\ und Doppelpunkt"


@pytest.fixture
def other(postgres_server: PostgresServer) -> Iterator[Address]:
    """An empty database."""
    with postgres_server.database() as address:
        yield address


@pytest.fixture
def locked(postgres_server: PostgresServer, postgres_address: Address) -> Iterator[Address]:
    """The same database for somebody who is asked for a password."""
    rules = postgres_server.data / "pg_hba.conf"
    before = rules.read_text()
    rules.write_text(f"local all {LOCKED} scram-sha-256\n{before}")
    name = postgres_address.dsn.partition("dbname=")[2].partition(" ")[0]
    postgres_server.command(f"CREATE ROLE {LOCKED} LOGIN PASSWORD '{PASSWORD}'")
    postgres_server.command(f"ALTER DATABASE {name} OWNER TO {LOCKED}")
    postgres_server.command("SELECT pg_reload_conf()")
    address = Address(f"host={postgres_server.directory} dbname={name} user={LOCKED}")
    end = time.monotonic() + 60
    while opens(address):
        assert time.monotonic() < end, "the server does not ask for a password"
        time.sleep(0.05)
    yield replace(address, password=PASSWORD)
    postgres_server.command(f"ALTER DATABASE {name} OWNER TO aktenhub")
    postgres_server.command(f"REASSIGN OWNED BY {LOCKED} TO aktenhub", name)
    postgres_server.command(f"DROP ROLE {LOCKED}")
    rules.write_text(before)
    postgres_server.command("SELECT pg_reload_conf()")


def opens(address: Address) -> bool:
    try:
        psycopg.connect(address.conninfo()).close()
    except psycopg.OperationalError:
        return False
    return True


async def append(database: PostgresDatabase, count: int) -> None:
    for number in range(count):
        entry = Entry("a", "received", f"m-{number}")
        await database.write(lambda tx, one=entry: Journal("hub-1").append(tx, 1, one))  # type: ignore[misc]  # mypy has no type for a default of a lambda


async def copied(source: Address, target: Address, path: Path) -> tuple[int, int, tuple[str, ...]]:
    """Copy while others write; return the heads looked up and found, and what is wrong."""
    database = PostgresDatabase(source)
    await migrate(database, hub_migrations("postgresql"), 1)
    await append(database, 50)
    writing = asyncio.create_task(append(database, 200))
    heads = await asyncio.to_thread(dump, source, path, journal.heads, "")
    await writing
    await asyncio.to_thread(database.close)
    await asyncio.to_thread(load, target, path, "")
    back = PostgresDatabase(target)
    [head] = await back.read(journal.heads)
    state = await back.scan(journal.verify)
    await asyncio.to_thread(back.close)
    return heads[0].seq, head.seq, state.faults


async def test_the_copy_is_of_the_moment_that_was_looked_at(
    postgres_address: Address, other: Address, tmp_path: Path
) -> None:
    looked, found, faults = await copied(postgres_address, other, tmp_path / "hub.pgdump")

    assert looked >= 50
    assert (looked, ()) == (found, faults)
    with pytest.raises(Misconfigured, match="restore_database_taken"):
        load(other, tmp_path / "hub.pgdump", "")


async def test_a_password_reaches_the_programs(
    locked: Address, other: Address, tmp_path: Path
) -> None:
    looked, found, faults = await copied(locked, other, tmp_path / "hub.pgdump")

    assert (looked, ()) == (found, faults)


async def test_what_is_no_copy_leaves_the_database_empty(other: Address, tmp_path: Path) -> None:
    damaged = tmp_path / "hub.pgdump"
    damaged.write_bytes(b"PGDMP nothing")

    with pytest.raises(Unavailable, match="backup_tools_failed"):
        await asyncio.to_thread(load, other, damaged, "")
    database = PostgresDatabase(other)
    tables = await database.read(
        lambda tx: tx.all("SELECT 1 FROM pg_tables WHERE schemaname = 'public'")
    )
    await asyncio.to_thread(database.close)
    assert [] == tables
