"""Writers wait for each other only where they must."""

from __future__ import annotations

import asyncio

import pytest

from efile.objects.wire.turns import Turns


async def written(turns: Turns, *places: str) -> list[str]:
    """Write to all places at once; return who began and ended in which order."""
    seen: list[str] = []

    async def write(place: str) -> None:
        async with turns.of(place):
            seen.append(f"+{place}")
            for _ in range(5):
                await asyncio.sleep(0)
            seen.append(f"-{place}")

    await asyncio.gather(*map(write, places))
    return seen


async def test_the_first_object_of_a_branch_goes_alone() -> None:
    seen = await written(Turns(), "b/one/x", "b/one/y", "b/one/z")

    assert ["+b/one/x", "-b/one/x", "+b/one/y", "+b/one/z"] == seen[:4]


async def test_known_branches_are_written_to_at_once() -> None:
    turns = Turns()
    await written(turns, "b/one/x")

    seen = await written(turns, "b/one/y", "b/one/z")

    assert ["+b/one/y", "+b/one/z"] == seen[:2]


async def test_one_place_is_written_by_one_at_a_time() -> None:
    turns = Turns()
    await written(turns, "b/x")

    assert ["+b/x", "-b/x"] * 2 == await written(turns, "b/x", "b/x")


async def test_a_branch_whose_first_writer_failed_is_still_new() -> None:
    turns = Turns()
    with pytest.raises(OSError, match="refused"):
        async with turns.of("b/one/x"):
            raise OSError("refused")

    seen = await written(turns, "b/one/x", "b/one/y")

    assert ["+b/one/x", "-b/one/x", "+b/one/y"] == seen[:3]
