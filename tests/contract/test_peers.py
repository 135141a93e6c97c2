"""What partners' servers showed is kept by certificate, and its end is known; on both engines."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from hub.app import all_migrations
from hub.core.clock import FixedClock
from hub.store.migrate import migrate
from hub.store.targets import peers
from hub.store.targets.peers import Peer
from hub.store.views import expiry
from tests.engines import AnyDatabase, Engine

NOW_US = FixedClock().now_us()
HOUR_US = 3_600_000_000
DAY_US = 24 * HOUR_US
OLD = Peer("azr", "a" * 64, NOW_US + 10 * DAY_US)
NEW = Peer("azr", "b" * 64, NOW_US + 400 * DAY_US)


@pytest.fixture
async def database(engine: Engine) -> AsyncIterator[AnyDatabase]:
    opened = engine.open()
    await migrate(opened, all_migrations(opened.dialect), NOW_US)
    yield opened
    await asyncio.to_thread(opened.close)


async def show(database: AnyDatabase, peer: Peer, hours: float) -> None:
    at_us = NOW_US + int(hours * HOUR_US)
    await database.write(lambda tx: peers.note(tx, peer, at_us))


async def ends(database: AnyDatabase) -> list[tuple[str, int, bool]]:
    found = await database.read(lambda tx: expiry.peers(tx, NOW_US))
    assert {("peer", "azr", "")} == {(one.kind, one.place, one.tenant) for one in found}
    return [(one.name[:1], one.not_after_us, one.succeeded) for one in found]


async def test_a_certificate_is_kept_once_and_its_last_sight_to_the_hour(
    database: AnyDatabase,
) -> None:
    seen = []
    for hours in (0, 0.5, 1.5):
        await show(database, OLD, hours)
        rows = await database.read(lambda tx: tx.all("SELECT * FROM peer_certificate"))
        seen += [(row["first_seen_us"] - NOW_US, row["seen_us"] - NOW_US) for row in rows]

    assert [(0, 0), (0, 0), (0, 1.5 * HOUR_US)] == seen
    assert [("a", OLD.not_after_us, False)] == await ends(database)


async def test_a_certificate_that_another_took_the_place_of_is_succeeded(
    database: AnyDatabase,
) -> None:
    await show(database, OLD, 0)
    await show(database, NEW, 5)

    assert [("a", OLD.not_after_us, True), ("b", NEW.not_after_us, False)] == await ends(database)


async def test_a_server_that_goes_on_showing_the_old_one_must_still_renew_it(
    database: AnyDatabase,
) -> None:
    for hours in (0, 5, 6, 7):
        await show(database, NEW if hours == 5 else OLD, hours)

    assert [("a", OLD.not_after_us, False), ("b", NEW.not_after_us, False)] == await ends(database)


async def test_what_ended_long_ago_is_forgotten(database: AnyDatabase) -> None:
    await show(database, OLD, 0)

    later_us = OLD.not_after_us + 31 * DAY_US
    assert [] == await database.read(lambda tx: expiry.peers(tx, later_us))
