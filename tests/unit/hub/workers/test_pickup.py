"""Picking up: claimed, durable, only then cleared away; converging from every half-done state."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hub.channels.inbound.folder import DropFolder
from hub.core.errors import Unavailable
from hub.demo import drops
from hub.demo.cast import MUSTERSTADT
from hub.workers.pickup import pick_up
from tests.message_house import CORE, OFFICE, World, open_world

FALLDATEN = drops.case_data(MUSTERSTADT.xml[1], MUSTERSTADT)


def folder(world: World) -> DropFolder:
    return world.house.inboxes[OFFICE, CORE]


async def take(world: World) -> int:
    return await pick_up(OFFICE, CORE, folder(world), world.house)


def shelf(world: World, name: str) -> list[Path]:
    return sorted((folder(world).path / name).rglob("*__*"))


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path) as world:
        yield world


async def test_a_file_becomes_a_message_and_is_put_away(world: World) -> None:
    path = world.drop("a.xml", FALLDATEN)

    assert 1 == await take(world)

    [message] = await world.messages()
    [done] = shelf(world, ".done")
    assert ("a.xml", "received") == (message["original_name"], message["state"])
    assert (f"{message['id']}__a.xml", FALLDATEN) == (done.name, done.read_bytes())
    assert not path.exists()


async def test_a_repeated_file_goes_to_the_shelf_of_duplicates(world: World) -> None:
    world.drop("a.xml", FALLDATEN)
    await take(world)
    world.drop("b.xml", FALLDATEN)

    await take(world)

    assert ["b.xml"] == [p.name.partition("__")[2] for p in shelf(world, ".duplicate")]


async def test_an_empty_file_is_refused_with_its_reason(world: World) -> None:
    world.drop("leer.xml", b"")

    await take(world)

    [message] = await world.messages()
    assert ("refused", "empty_file") == (message["state"], message["code"])
    assert 2 == len(shelf(world, ".quarantine"))


async def test_nothing_is_cleared_away_that_is_not_durable(world: World) -> None:
    (world.house.base / "data" / "payloads").write_text("in the way")
    world.drop("gross.xml", b"x" * 150_000)

    with pytest.raises(Unavailable):
        await take(world)

    assert 1 == len(shelf(world, ".claimed"))
    assert [] == shelf(world, ".done")
    assert [] == await world.messages()


async def test_what_a_dead_process_had_claimed_comes_first_and_once(world: World) -> None:
    first = world.drop("a.xml", FALLDATEN)
    claimed = folder(world).claim(first.name, "01980000-0000-7000-8000-000000000001")
    assert claimed
    world.drop("b.xml", b"another")

    await take(world)
    await take(world)

    rows = await world.rows("SELECT original_name FROM journal JOIN message ON message_id = id")
    assert ["a.xml", "b.xml"] == [row["original_name"] for row in rows]


async def test_a_crash_after_the_commit_ends_in_one_message(world: World) -> None:
    world.drop("a.xml", FALLDATEN)
    await take(world)
    [done] = shelf(world, ".done")
    done.rename(folder(world).path / ".claimed" / done.name)

    await take(world)

    assert 1 == len(await world.messages())
    assert [done] == shelf(world, ".done")


async def test_a_crash_between_reason_and_file_is_completed(world: World) -> None:
    world.drop("leer.xml", b"")
    await take(world)
    [kept, reason] = shelf(world, ".quarantine")
    before = reason.read_bytes()
    kept.rename(folder(world).path / ".claimed" / kept.name)

    await take(world)

    assert [kept, reason] == shelf(world, ".quarantine")
    assert before == reason.read_bytes()
    assert 1 == len(await world.rows("SELECT * FROM journal"))


async def test_more_files_than_a_batch_are_taken_in_rounds(world: World) -> None:
    for number in range(70):
        world.drop(f"{number:03}.xml", str(number).encode())

    assert [50, 20, 0] == [await take(world) for _ in range(3)]
    assert 70 == len(await world.messages())
