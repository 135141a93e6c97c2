"""Counted files pass in their order; behind a gap they wait, visibly and not for ever."""

import json
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.channels.inbound.folder import DropFolder
from hub.channels.inbound.rules import Rules
from hub.store.inbox.numbers import awaited
from hub.workers.numbers import admit
from hub.workers.ownership import Ownership
from hub.workers.pickup import pick_up
from tests.message_house import CORE, OFFICE, World, open_world

DOOR = (OFFICE, CORE)
RULES = Rules(
    ready="rename", order="number", number=re.compile(r"_(\d+)\."), gap_wait_s=600.0, scan_s=0.0
)


@pytest.fixture(params=["rename", "sidecar"])
async def world(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[World]:
    """A house with a counted inbox, of files or of units."""
    async with open_world(tmp_path) as world:
        settle(world, replace(RULES, ready=request.param, settle_s=0.0))
        yield world


def settle(world: World, rules: Rules) -> None:
    inbox = DropFolder(world.house.inboxes[DOOR].path, rules)
    inbox.prepare()
    world.house.inboxes[DOOR] = inbox


def drop(world: World, *numbers: int) -> None:
    for number in numbers:
        world.drop(f"m_{number:03d}.xml", f"<m>{number}</m>".encode())
        if world.house.inboxes[DOOR].units is not None:
            world.drop(f"m_{number:03d}.xml.done", b"")


async def take(world: World) -> list[int]:
    """Pick up until nothing is taken any more and return the numbers in their order."""
    ownership = Ownership(world.house)
    # Twice, since a sidecar must be seen to stand still.
    for _ in range(2):
        while await pick_up(DOOR, ownership, world.house):
            world.clock.advance(0.001)
    return [int(m["original_name"][2:5]) for m in await world.messages()]


async def said(world: World) -> list[tuple[str, int, int]]:
    rows = await world.rows(
        "SELECT action, facts FROM journal WHERE message_id IS NULL ORDER BY seq"
    )
    facts = [(row["action"], json.loads(row["facts"])) for row in rows]
    return [(action, fact["from"], fact["to"]) for action, fact in facts]


async def test_files_behind_a_gap_wait_and_it_is_said_once(world: World) -> None:
    drop(world, 7, 5, 6, 9, 10)

    assert [5, 6, 7] == await take(world)
    assert [5, 6, 7] == await take(world)
    assert [("number_awaited", 8, 8)] == await said(world)
    [row] = await world.house.database.read(awaited)
    assert (CORE, 8) == (row["channel"], row["number"])


async def test_the_missing_file_lets_them_all_pass_in_order(world: World) -> None:
    drop(world, 1, 4, 3)
    await take(world)
    drop(world, 2)

    assert [1, 2, 3, 4] == await take(world)
    assert [] == await world.house.database.read(awaited)


async def test_when_patience_is_gone_they_pass_without_it_and_a_late_one_is_still_taken(
    world: World,
) -> None:
    drop(world, 1, 4)
    await take(world)
    world.clock.advance(599)
    early = await take(world)
    world.clock.advance(2)
    await take(world)
    late = await take(world)
    drop(world, 3)

    assert ([1], [1, 4]) == (early, late)
    assert [1, 4, 3] == await take(world)
    assert [("number_awaited", 2, 3), ("number_passed_over", 2, 3)] == await said(world)


async def test_without_a_limit_they_wait_without_end(world: World) -> None:
    settle(world, replace(world.house.inboxes[DOOR].rules, gap_wait_s=0.0))
    drop(world, 1, 3)
    await take(world)
    world.clock.advance(10**6)

    assert [1] == await take(world)


@given(st.lists(st.integers(1, 12), unique=True), st.integers(0, 12) | st.none())
def test_what_passes_has_no_gap_and_nothing_that_could_pass_is_held(
    numbers: list[int], last: int | None
) -> None:
    names = [f"m_{number}.xml" for number in sorted(numbers)]
    admission = admit([*names, "unnumbered.xml"], last, RULES)
    passed = [n for name in admission.names if (n := RULES.number_of(name)) is not None]

    start = last if last is not None else min(numbers, default=0)
    held = sorted(set(numbers) - set(passed))
    assert "unnumbered.xml" in admission.names
    assert set(range(start + 1, max(passed, default=start) + 1)) <= set(passed) | set(range(start))
    assert (bool(held), admission.gap is not None) in {(True, True), (False, False)}
    if admission.gap:
        assert admission.gap[1] + 1 == held[0]
