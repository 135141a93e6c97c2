"""The breaker of a target: one opens, one probes, one success closes."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from hub.store.database import Transaction
from hub.store.migrate import hub_migrations, migrate
from hub.store.sqlite import SqliteDatabase
from hub.store.targets.breaker import (
    PARTNER,
    Admission,
    Failure,
    admit,
    failed,
    find,
    is_shut,
    listed,
    office_to_probe,
    put_off,
    succeeded,
)

NOW = 1_795_000_000_000_000
S = 1_000_000


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    database = SqliteDatabase(tmp_path / "hub.sqlite")
    await migrate(database, hub_migrations(), NOW)
    yield database
    await asyncio.to_thread(database.close)


def let_in(at_us: int = NOW) -> Callable[[Transaction], Admission]:
    return lambda tx: admit(
        tx, "azr", "deliver:azr", in_flight_max=4, now_us=at_us, lease_us=60 * S
    )


def fail(
    at_us: int = NOW, tenant: str = PARTNER, limit: int = 3, pause_s: int = 30
) -> Callable[[Transaction], bool]:
    failure = Failure("no_answer", at_us, at_us + pause_s * S, limit)
    return lambda tx: failed(tx, "azr", tenant, failure)


def state(tx: Transaction, tenant: str = PARTNER) -> Any:
    return (find(tx, "azr", tenant) or {}).get("state")


async def test_a_new_partner_is_closed_and_lets_its_limit_in(database: SqliteDatabase) -> None:
    assert Admission(4) == await database.write(let_in())


async def test_failures_in_a_row_open_it_and_only_the_last_of_them_says_so(
    database: SqliteDatabase,
) -> None:
    assert [False, False, True, False] == [await database.write(fail()) for _ in range(4)]
    assert Admission(0) == await database.write(let_in())
    assert await database.read(lambda tx: is_shut(tx, "azr", NOW))


async def test_a_success_in_between_starts_the_count_anew(database: SqliteDatabase) -> None:
    await database.write(fail())
    await database.write(fail())
    assert [] == await database.write(lambda tx: succeeded(tx, "azr", "musterstadt", NOW))
    await database.write(fail())

    assert "closed" == await database.read(state)


async def test_after_the_pause_one_probe_is_let_in_and_no_second(database: SqliteDatabase) -> None:
    await database.write(fail(limit=1))
    later = NOW + 30 * S

    assert Admission(1, probe=True) == await database.write(let_in(later))
    assert Admission(0) == await database.write(let_in(later))


async def test_a_probe_that_never_came_back_is_followed_by_another(
    database: SqliteDatabase,
) -> None:
    await database.write(fail(limit=1))
    await database.write(let_in(NOW + 30 * S))

    assert Admission(0) == await database.write(let_in(NOW + 89 * S))
    assert Admission(1, probe=True) == await database.write(let_in(NOW + 90 * S))


async def test_a_failed_probe_opens_again_without_a_word(database: SqliteDatabase) -> None:
    await database.write(fail(limit=1))
    await database.write(let_in(NOW + 30 * S))

    assert not await database.write(fail(NOW + 31 * S, pause_s=60))

    row = await database.read(lambda tx: find(tx, "azr"))
    assert row is not None
    assert ("open", 1, NOW + 91 * S, NOW) == (
        row["state"], row["probes"], row["next_probe_us"], row["opened_us"],
    )  # fmt: skip


async def test_a_success_closes_partner_and_office_and_says_so_once(
    database: SqliteDatabase,
) -> None:
    await database.write(fail(limit=1))
    await database.write(fail(tenant="musterstadt", limit=1))

    answers = [
        await database.write(lambda tx: succeeded(tx, "azr", "musterstadt", NOW)) for _ in range(2)
    ]

    assert [["", "musterstadt"], []] == answers
    assert ["closed", "closed"] == [row["state"] for row in await database.read(listed)]


async def test_a_success_of_one_office_does_not_open_the_door_of_another(
    database: SqliteDatabase,
) -> None:
    await database.write(fail(tenant="musterstadt", limit=1))

    assert [] == await database.write(lambda tx: succeeded(tx, "azr", "beispielkreis", NOW))
    assert "open" == await database.read(lambda tx: state(tx, "musterstadt"))


async def test_an_office_is_probed_when_its_time_has_come(database: SqliteDatabase) -> None:
    await database.write(fail(tenant="musterstadt", limit=1))
    due = NOW + 30 * S

    assert await database.write(lambda tx: office_to_probe(tx, "azr", due - 1, S)) is None
    assert "musterstadt" == await database.write(lambda tx: office_to_probe(tx, "azr", due, S))
    await database.write(lambda tx: put_off(tx, "azr", "musterstadt", due + S))
    assert await database.write(lambda tx: office_to_probe(tx, "azr", due, S)) is None


async def test_an_office_sees_the_partner_and_itself(database: SqliteDatabase) -> None:
    await database.write(let_in())
    for tenant in ("musterstadt", "beispielkreis"):
        await database.write(fail(tenant=tenant, limit=1))

    own = await database.read(lambda tx: listed(tx, "musterstadt"))

    assert ["", "musterstadt"] == [row["tenant"] for row in own]
    assert [(0, 0, None)] * 2 == [
        (row["in_flight"], row["waiting"], row["oldest_us"]) for row in own
    ]
