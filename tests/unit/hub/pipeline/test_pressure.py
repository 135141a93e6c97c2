"""A full house lets files lie and takes them up again by itself, and says so once."""

import json
from collections import namedtuple
from pathlib import Path

import pytest

from hub.core.settings import Limits
from hub.demo import drops
from hub.demo.cast import MUSTERSTADT
from hub.pipeline import pressure
from hub.pipeline.pressure import READING_US
from tests.message_house import CORE, OFFICE, OTHER_OFFICE, World, open_world

FALLDATEN = [drops.case_data(family, MUSTERSTADT) for family in MUSTERSTADT.xml]
Usage = namedtuple("Usage", "free")  # noqa: PYI024  stands for the system's answer


async def obstacle(world: World, office: str = OFFICE) -> str | None:
    """Ask again when the last reading is too old to be used."""
    world.clock.advance(READING_US / 1e6)
    found = await world.house.pressure.obstacle(office, CORE)
    return found.code if found else None


async def said(world: World) -> list[tuple[str, str | None]]:
    rows = await world.rows("SELECT action, facts FROM journal WHERE message_id IS NULL")
    return [(row["action"], json.loads(row["facts"])["code"]) for row in rows]


async def test_an_empty_house_takes_everything(world: World) -> None:
    assert await obstacle(world) is None
    assert [] == await said(world)


@pytest.mark.parametrize("limits", [Limits(backlog_messages=2), Limits(backlog_bytes=2000)])
async def test_a_channel_whose_messages_wait_takes_no_more(tmp_path: Path, limits: Limits) -> None:
    async with open_world(tmp_path, limits=limits) as world:
        for data in FALLDATEN[:2]:
            await world.accept(data)

        assert "backlog_full" == await obstacle(world)
        assert await obstacle(world, OTHER_OFFICE) is None


async def test_what_came_in_since_the_last_reading_counts_at_once(tmp_path: Path) -> None:
    async with open_world(tmp_path, limits=Limits(backlog_messages=2)) as world:
        assert await obstacle(world) is None
        for data in FALLDATEN[:2]:
            await world.accept(data)

        found = await world.house.pressure.obstacle(OFFICE, CORE)
        assert found is not None
        assert ("backlog_full", f"{OFFICE}/{CORE}") == (found.code, found.place)


async def test_a_limit_holds_until_four_fifths_and_is_journalled_once(tmp_path: Path) -> None:
    seen = []
    async with open_world(tmp_path, limits=Limits(backlog_messages=5)) as world:
        for number in range(5):
            await world.accept(f"{number}".encode())
        for _ in range(3):
            seen.append(await obstacle(world))
            seen.append(await obstacle(world))
            await world.change(
                "UPDATE message SET state = 'closed' WHERE id IN "
                "(SELECT id FROM message WHERE state = 'received' LIMIT 1)"
            )

        assert ["backlog_full"] * 4 + [None] * 2 == seen
        assert [("intake_paused", "backlog_full"), ("intake_resumed", None)] == await said(world)


async def test_a_full_disk_stops_every_channel(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = {"free": 999_999_999}
    monkeypatch.setattr(pressure.shutil, "disk_usage", lambda _: Usage(room["free"]))
    full = [await obstacle(world), await obstacle(world, OTHER_OFFICE)]
    room["free"] = 1_249_999_999
    nearly = await obstacle(world)
    room["free"] = 1_250_000_001

    assert ["disk_low"] * 2 == full
    assert "disk_low" == nearly
    assert await obstacle(world) is None


async def test_a_database_that_has_its_size_takes_no_more(tmp_path: Path) -> None:
    async with open_world(tmp_path, limits=Limits(database_bytes=1000)) as world:
        assert "database_full" == await obstacle(world)
        assert {(OFFICE, CORE): "database_full"} == dict(world.house.pressure.paused)


async def test_files_lie_while_the_house_is_full_and_are_taken_afterwards(tmp_path: Path) -> None:
    limits = Limits(backlog_messages=2)
    async with open_world(tmp_path, children=True, limits=limits) as world:
        for number, data in enumerate(FALLDATEN):
            world.drop(f"{number}.xml", data)
        inbox = world.house.inboxes[OFFICE, CORE]
        inbox.rules = type(inbox.rules)("rename", 0.0, 200_000, 2)
        await world.run_once()

        assert ["closed"] * len(FALLDATEN) == [m["state"] for m in await world.messages()]
        assert ("intake_paused", "backlog_full") in await said(world)
        assert [] == [p for p in inbox.path.iterdir() if not p.name.startswith(".")]
