"""A crew keeps the order within a case, and lets no case wait for another."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from hub.core.clock import FixedClock
from hub.core.settings import Delivery
from hub.store import lanes
from hub.store.database import Transaction
from hub.store.lanes import Promise
from hub.store.migrate import hub_migrations, migrate
from hub.store.sqlite import SqliteDatabase
from hub.workers.queues.crew import Crew, Size, claim, heads, lines, singly


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[SimpleNamespace]:
    """Just what a crew asks of the house."""
    clock = FixedClock()
    database = SqliteDatabase(tmp_path / "hub.sqlite")
    await migrate(database, hub_migrations(), clock.now_us())
    settings = SimpleNamespace(node="hub-1", delivery=Delivery())
    yield SimpleNamespace(clock=clock, database=database, settings=settings)
    await asyncio.to_thread(database.close)


async def _promise(house: SimpleNamespace, *lane_keys: str) -> None:
    def work(tx: Transaction) -> None:
        for number, lane in enumerate(lane_keys, 1):
            one = Promise(f"{lane}{number}", "musterstadt", "m-1", "file", "file", lane)
            lanes.add(tx, one, house.clock.now_us())

    await house.database.write(work)


class Diary:
    """What was worked on; a lane named here waits until it is let go."""

    def __init__(self, *slow: str) -> None:
        self.done: list[str] = []
        self.gates = {lane: asyncio.Event() for lane in slow}

    async def keep(self, promise: Promise, house: SimpleNamespace) -> None:
        if gate := self.gates.get(promise.lane_key):
            await gate.wait()
        self.done.append(promise.id)
        now_us = house.clock.now_us()
        await house.database.write(lambda tx: lanes.finish(tx, promise, "confirmed", now_us))


def one_by_one(places: int, act: Any, house: Any) -> Crew:
    """Return a crew that takes every head by itself."""
    return Crew(places, singly(act), house, heads(lambda count: claim("file", count, house)))


async def _work_until(crew: Crew, diary: Diary, count: int) -> None:
    async with asyncio.timeout(10):
        while len(diary.done) < count:
            await crew.round()


async def test_promises_of_a_case_are_kept_in_their_order(house: SimpleNamespace) -> None:
    await _promise(house, "a", "a", "a")
    diary = Diary()

    await _work_until(one_by_one(8, diary.keep, house), diary, 3)

    assert ["a1", "a2", "a3"] == diary.done


async def test_a_slow_case_holds_up_nobody_else(house: SimpleNamespace) -> None:
    await _promise(house, "slow", "b", "b")
    diary = Diary("slow")
    crew = one_by_one(8, diary.keep, house)

    await _work_until(crew, diary, 2)
    others = list(diary.done)
    diary.gates["slow"].set()
    await crew.finish()

    assert ["b2", "b3"] == others
    assert ["b2", "b3", "slow1"] == diary.done


async def test_no_more_than_the_limit_is_in_work(house: SimpleNamespace) -> None:
    await _promise(house, "a", "b", "c")
    diary = Diary("a", "b", "c")
    crew = one_by_one(2, diary.keep, house)

    await crew.round()
    leased = await house.database.read(
        lambda tx: tx.all("SELECT lane_key FROM lane WHERE state = 'leased'")
    )
    for gate in diary.gates.values():
        gate.set()
    await crew.finish()

    assert 2 == len(leased)


async def test_nothing_due_is_no_work(house: SimpleNamespace) -> None:
    assert 0 == await one_by_one(8, Diary().keep, house).round()


async def test_slow_work_keeps_its_lease_and_is_not_begun_again(house: SimpleNamespace) -> None:
    await _promise(house, "slow")
    diary = Diary("slow")
    crew = one_by_one(8, diary.keep, house)

    for _ in range(5):
        await crew.round()
        house.clock.advance(house.settings.delivery.lease_s - 1)
    [row] = await house.database.read(lambda tx: tx.all("SELECT attempts, state FROM promise"))
    diary.gates["slow"].set()
    await crew.finish()

    assert {"attempts": 1, "state": "leased"} == row
    assert ["slow1"] == diary.done


async def test_a_group_holds_many_lanes_and_what_stands_behind_their_heads(house: Any) -> None:
    await _promise(house, "a", "a", "a", "b", "c")
    groups = []

    async def note(group: Any, house: Any) -> None:
        groups.append([promise.id for promise in group])
        now_us = house.clock.now_us()
        await house.database.write(lambda tx: lanes.finish_all(tx, group, "confirmed", now_us))

    crew = Crew(1, note, house, lines("file", Size(lanes=2, behind=1, groups=1), house))
    async with asyncio.timeout(10):
        while sum(len(group) for group in groups) < 5:
            await crew.round()

    assert all(len({one[0] for one in group}) <= 2 for group in groups)
    assert ["a1", "a2"] in [[one for one in group if one[0] == "a"] for group in groups]
    assert ["a1", "a2", "a3"] == [one for group in groups for one in group if one[0] == "a"]


async def test_a_slow_group_keeps_the_leases_of_all_its_lanes(house: Any) -> None:
    await _promise(house, "a", "b")
    gate = asyncio.Event()

    async def wait(group: Any, house: Any) -> None:
        await gate.wait()

    crew = Crew(1, wait, house, lines("file", Size(lanes=8, behind=0, groups=1), house))
    for _ in range(4):
        await crew.round()
        house.clock.advance(house.settings.delivery.lease_s - 1)

    now_us = house.clock.now_us()
    assert not await house.database.read(lambda tx: lanes.is_due(tx, "file", now_us))
    assert {"a1", "b2"} == {promise.id for promise in crew.active}
    gate.set()
    await crew.finish()
    assert not crew.active
