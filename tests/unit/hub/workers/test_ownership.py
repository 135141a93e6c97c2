"""One node owns an inbox; another takes over when it ended, and a zombie enters nothing."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from hub.core.errors import Conflict
from hub.demo import drops
from hub.demo.cast import MUSTERSTADT
from hub.workers.loops import Workers
from hub.workers.ownership import Ownership
from hub.workers.pickup import pick_up
from tests.message_house import CORE, OFFICE, World, open_world

DOOR = (OFFICE, CORE)
FALLDATEN = drops.case_data(MUSTERSTADT.xml[1], MUSTERSTADT)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path) as world:
        yield world


def node(world: World, name: str) -> Ownership:
    """Return another node's view of the same house."""
    settings = msgspec.structs.replace(world.house.settings, node=name)
    return Ownership(replace(world.house, settings=settings))


async def until(world: World) -> int:
    rows = await world.rows("SELECT until_us FROM inbox_lease WHERE channel = :c", c=CORE)
    return int(rows[0]["until_us"])


async def test_a_free_inbox_is_taken_and_another_node_stays_out(world: World) -> None:
    first, second = node(world, "hub-1"), node(world, "hub-2")

    assert await first.holds(DOOR)
    assert not await second.holds(DOOR)
    assert await second.holds((OFFICE, "ihv"))


async def test_a_lease_is_renewed_when_half_of_it_is_gone(world: World) -> None:
    mine = node(world, "hub-1")
    await mine.holds(DOOR)
    first = await until(world)
    world.clock.advance(29)
    await mine.holds(DOOR)
    early = await until(world)
    world.clock.advance(2)
    await mine.holds(DOOR)

    assert first == early
    assert first < await until(world)


async def test_another_node_takes_over_when_the_lease_ended(world: World) -> None:
    dead, heir = node(world, "hub-1"), node(world, "hub-2")
    await dead.holds(DOOR)
    world.clock.advance(61)

    assert await heir.holds(DOOR)
    assert not await dead.holds(DOOR)


async def test_what_is_handed_back_is_free_at_once(world: World) -> None:
    mine, other = node(world, "hub-1"), node(world, "hub-2")
    await mine.holds(DOOR)
    await mine.hand_back()

    assert await other.holds(DOOR)


async def test_a_restarted_node_takes_its_inbox_again_at_once(world: World) -> None:
    before, after = node(world, "hub-1"), node(world, "hub-1")
    await before.holds(DOOR)

    assert await after.holds(DOOR)
    with pytest.raises(Conflict, match="inbox_lost"):
        await world.house.database.write(lambda tx: before.renew(tx, DOOR))


async def test_a_zombies_round_enters_nothing_and_the_heir_takes_its_files_once(
    world: World,
) -> None:
    zombie, heir = node(world, "hub-1"), node(world, "hub-2")
    world.drop("a.xml", FALLDATEN)
    await zombie.holds(DOOR)
    world.clock.advance(61)
    await heir.holds(DOOR)
    # It believes in its lease until its next look at the clock.
    zombie._held[DOOR].until_us += 120_000_000
    refused = await pick_up(DOOR, zombie, world.house)
    nothing = await world.messages()

    assert (0, []) == (refused, nothing)
    assert 1 == await pick_up(DOOR, heir, world.house)
    assert ["a.xml"] == [m["original_name"] for m in await world.messages()]
    assert [] == world.house.inboxes[DOOR].claimed()


async def test_an_inbox_of_another_node_is_left_alone(world: World) -> None:
    await node(world, "hub-2").holds(DOOR)
    world.drop("a.xml", FALLDATEN)

    assert 0 == await pick_up(DOOR, node(world, "hub-1"), world.house)
    assert ["a.xml"] == world.house.inboxes[DOOR].scan()


async def test_an_orderly_end_hands_the_inboxes_back(world: World) -> None:
    workers = Workers(world.house)
    workers.stop()
    await workers.run()

    assert [] == await world.rows("SELECT * FROM inbox_lease WHERE until_us > :now", now=world.clock.now_us())  # fmt: skip
