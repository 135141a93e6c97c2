"""An orderly end finishes what was begun, hurries when asked twice, and says what remained."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hub.core.errors import Unavailable
from hub.demo import drops
from hub.demo.cast import MUSTERSTADT
from hub.store.lanes import Promise
from hub.workers import ending
from hub.workers.ending import open_work, wind_down
from hub.workers.loops import Workers
from tests.message_house import CORE, OFFICE, World, open_world

FALLDATEN = drops.case_data(MUSTERSTADT.xml[1], MUSTERSTADT)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path) as world:
        yield world


class SlowCrew:
    """Work that ends when it is let go."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.task = asyncio.create_task(self.gate.wait())
        self.promise = Promise("p-1", "a", "m-1", "file", "file", "UV-1")

    @property
    def active(self) -> list[Promise]:
        return [] if self.task.done() else [self.promise]

    async def finish(self) -> None:
        await asyncio.wait([self.task])

    async def abandon(self) -> None:
        self.task.cancel()
        await self.finish()


async def idle() -> None:
    return


async def test_what_ends_in_time_is_waited_for() -> None:
    crew, loop = SlowCrew(), asyncio.create_task(idle())
    ended = asyncio.create_task(wind_down([loop], [crew], asyncio.Event()))  # type: ignore[list-item]  # stands in for a crew
    await asyncio.sleep(0)
    crew.gate.set()

    assert [] == await ended
    assert not crew.task.cancelled()


@pytest.mark.parametrize("asked_twice", [True, False])
async def test_what_takes_too_long_is_broken_off_and_named(
    monkeypatch: pytest.MonkeyPatch, *, asked_twice: bool
) -> None:
    monkeypatch.setattr(ending, "FINISH_S", 3600.0 if asked_twice else 0.01)
    crew, hurry = SlowCrew(), asyncio.Event()
    loop = asyncio.create_task(asyncio.Event().wait())
    if asked_twice:
        hurry.set()
    left = await asyncio.wait_for(wind_down([loop], [crew], hurry), 10)  # type: ignore[list-item, arg-type]  # stands in for a crew

    assert [crew.promise] == left
    assert (True, True) == (crew.task.cancelled(), loop.cancelled())


async def test_a_service_that_ends_takes_nothing_in_and_is_not_ready(world: World) -> None:
    workers = Workers(world.house)
    await workers.ping()
    workers.stop()

    with pytest.raises(Unavailable, match="service_ending"):
        await workers.ping()
    await workers.alive()
    obstacle = await world.house.pressure.obstacle(OFFICE, CORE)
    assert obstacle is not None
    assert "service_ending" == obstacle.code


async def test_it_says_what_the_next_start_goes_on_with(world: World) -> None:
    await world.accept(FALLDATEN)
    workers = Workers(world.house)
    workers.stop()
    remains = await workers.run()

    assert [] == list(remains.broken_off)
    assert [("travel", "travel", "waiting", 1)] == [
        (row["queue"], row["kind"], row["state"], row["number"]) for row in remains.waiting
    ]
    assert list(remains.waiting) == await world.house.database.read(open_work)
