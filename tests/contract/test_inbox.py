"""Leases on inboxes, on every engine: one owner, a growing epoch, a fence."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from hub.app import all_migrations
from hub.core.errors import Conflict
from hub.store.inbox import leases
from hub.store.migrate import migrate
from tests.engines import AnyDatabase, Engine

DOOR = ("musterstadt", "fachverfahren")
S = 1_000_000


@pytest.fixture
async def database(engine: Engine) -> AsyncIterator[AnyDatabase]:
    opened = engine.open()
    await migrate(opened, all_migrations(opened.dialect), 0)
    yield opened
    opened.close()


async def take(database: AnyDatabase, me: str, now_s: int) -> int | None:
    return await database.write(lambda tx: leases.take(tx, DOOR, me, now_s * S, 60 * S))


async def test_an_inbox_has_one_owner_until_its_lease_ends(database: AnyDatabase) -> None:
    taken = [await take(database, *try_) for try_ in (("a", 0), ("b", 59), ("b", 60), ("a", 61))]

    assert [1, None, 2, None] == taken


async def test_of_many_nodes_at_once_one_wins(database: AnyDatabase) -> None:
    taken = await asyncio.gather(*(take(database, f"n{i}", 0) for i in range(8)))

    assert [1] == [epoch for epoch in taken if epoch is not None]


async def test_a_renewal_under_an_old_epoch_is_refused(database: AnyDatabase) -> None:
    await take(database, "a", 0)
    await take(database, "b", 60)

    with pytest.raises(Conflict, match="inbox_lost"):
        await database.write(lambda tx: leases.renew(tx, DOOR, "a", 1, 200 * S))
    await database.write(lambda tx: leases.renew(tx, DOOR, "b", 2, 200 * S))
    assert await take(database, "a", 199) is None


async def test_a_lease_that_was_handed_back_is_free(database: AnyDatabase) -> None:
    await take(database, "a", 0)
    await database.write(lambda tx: leases.hand_back(tx, "a", 1 * S))

    assert 2 == await take(database, "b", 1)
