"""The loops: one that fails, or one folder that is away, stops nobody else."""

import asyncio
import logging
import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from msgspec import structs

from efile import StorageUnavailable
from hub.channels.inbound.folder import DropFolder
from hub.core.errors import Unavailable
from hub.demo import drops
from hub.demo.cast import MUSTERSTADT
from hub.workers.loops import Workers
from hub.workers.queues.roster import Loop
from tests.message_house import CORE, OFFICE, OTHER_OFFICE, World, open_world

FALLDATEN = drops.case_data(MUSTERSTADT.xml[1], MUSTERSTADT)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path, children=True) as world:
        yield world


async def until_closed(world: World, count: int) -> None:
    async with asyncio.timeout(60):
        while count > sum(m["state"] == "closed" for m in await world.messages()):  # noqa: ASYNC110  a row rings no bell
            await asyncio.sleep(0.05)


async def test_one_run_brings_a_message_to_its_end(world: World) -> None:
    world.drop("a.xml", FALLDATEN)

    await world.run_once()

    assert ["closed"] == [message["state"] for message in await world.messages()]


async def test_a_folder_that_is_away_does_not_stop_the_others(world: World) -> None:
    shutil.rmtree(world.house.inboxes[OFFICE, CORE].path)
    world.drop("a.xml", FALLDATEN, office=OTHER_OFFICE)

    await world.run_once()

    assert ["closed"] == [message["state"] for message in await world.messages()]


async def test_a_file_that_finds_no_room_does_not_keep_other_folders_waiting(world: World) -> None:
    (world.house.base / "data" / "payloads").write_text("in the way")
    world.drop("gross.xml", b"x" * 150_000)
    world.drop("a.xml", FALLDATEN, office=OTHER_OFFICE)

    with pytest.raises(Unavailable):
        await world.run_once()

    assert ["a.xml"] == [message["original_name"] for message in await world.messages()]


async def test_a_running_house_takes_files_until_it_is_stopped(world: World) -> None:
    workers = Workers(world.house)
    running = asyncio.create_task(workers.run())
    world.drop("a.xml", FALLDATEN)

    await until_closed(world, 1)
    workers.stop()

    await asyncio.wait_for(running, 20)
    assert [] == await world.rows("SELECT * FROM lane WHERE state = 'leased'")


async def test_what_is_said_during_a_look_is_not_forgotten_after_it(world: World) -> None:
    looks: asyncio.Queue[None] = asyncio.Queue()

    async def look() -> int:
        looks.put_nowait(None)
        if looks.qsize() == 1:
            workers.wake()
        return 0

    class OneLoop(Workers):
        def loops(self, *, at_once: bool) -> list[Loop]:
            return [Loop("patient", look, 3600.0)]

    workers = OneLoop(world.house)
    running = asyncio.create_task(workers.run())
    async with asyncio.timeout(60):
        while looks.qsize() < 2:  # noqa: ASYNC110  a queue of looks rings no bell
            await asyncio.sleep(0.01)
    workers.stop()

    await asyncio.wait_for(running, 20)


async def test_a_duty_keeps_its_own_time_however_much_there_is_to_do(world: World) -> None:
    looks: list[None] = []

    async def look() -> int:
        looks.append(None)
        return 0

    workers = Workers(world.house, [("yearly", look, 31_536_000.0)])
    running = asyncio.create_task(workers.run())
    world.drop("a.xml", FALLDATEN)
    await until_closed(world, 1)
    workers.stop()

    await asyncio.wait_for(running, 20)
    assert 1 == len(looks)


async def test_a_storage_that_is_away_delays_but_stops_nothing(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.room.faults = [StorageUnavailable("storage_unreachable")]
    world.drop("a.xml", FALLDATEN)

    with caplog.at_level(logging.WARNING):
        await world.run_once()
        world.clock.advance(5)
        await world.run_once()

    assert "retry_later" in [record.message for record in caplog.records]
    assert ["closed"] == [message["state"] for message in await world.messages()]


async def test_an_orderly_start_hands_back_what_a_dead_process_held(world: World) -> None:
    await world.accept(FALLDATEN)
    [held] = await world.claim("travel")

    await world.run_once()

    assert ["closed"] == [message["state"] for message in await world.messages()]
    [row] = await world.rows("SELECT epoch FROM lane WHERE queue = 'travel'")
    assert held.epoch < row["epoch"]


async def test_order_within_a_case_holds_through_all_rounds(world: World) -> None:
    for family in MUSTERSTADT.xml:
        world.drop(f"1-{family.case_id}.xml", drops.case_data(family, MUSTERSTADT))
        world.drop(f"2-{family.case_id}.xml", drops.notice(family))

    await world.run_once()

    # A notice that overtook its case data would have been refused.
    assert not [m for m in await world.messages() if m["state"] == "refused"]


async def test_only_who_works_on_a_due_queue_is_woken(world: World) -> None:
    woken: dict[str, asyncio.Event] = {"travel": asyncio.Event(), "refuse": asyncio.Event()}
    first = dict.fromkeys(woken, True)

    def looker(name: str) -> Loop:
        async def look() -> int:
            if not first.pop(name, False):
                woken[name].set()
            return 0

        return Loop(name, look, 3600.0, queue=name)

    class TwoLoops(Workers):
        def loops(self, *, at_once: bool) -> list[Loop]:
            return [looker(name) for name in woken]

    workers = TwoLoops(world.house)
    running = asyncio.create_task(workers.run())
    await world.accept(FALLDATEN)
    async with asyncio.timeout(60):
        while not woken["travel"].is_set():
            workers.wake()
            await asyncio.sleep(0.01)

    assert not woken["refuse"].is_set()
    workers.stop()
    await asyncio.wait_for(running, 20)


async def test_a_file_that_has_to_stand_still_is_looked_at_again_when_it_has(world: World) -> None:
    folder = world.house.inboxes[OFFICE, CORE]
    rules = replace(folder.rules, ready="stable", settle_s=0.2)
    patient = DropFolder(folder.path, rules)
    patient.prepare()
    world.house.inboxes[OFFICE, CORE] = patient
    settings = structs.replace(
        world.house.settings, pickup=structs.replace(world.house.settings.pickup, scan_s=3600.0)
    )
    world = replace(world, house=replace(world.house, settings=settings))
    world.drop("a.xml", FALLDATEN)
    workers = Workers(world.house)
    running = asyncio.create_task(workers.run())

    await until_closed(world, 1)
    workers.stop()
    await asyncio.wait_for(running, 20)
