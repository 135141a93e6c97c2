"""Letters: one bad letter stops only the lane of its own case."""

import hashlib

import pytest
from msgspec.structs import replace

from hub.core.errors import Misconfigured, Unavailable
from hub.demo import drops
from hub.demo.cast import MUSTERSTADT
from hub.pipeline.fulfilment.letters import write_letters
from hub.pipeline.journey.travel import travel
from hub.store.lanes import Promise
from tests.message_house import OFFICE, World

FAMILIES = MUSTERSTADT.xml[1:]


@pytest.fixture
async def letters(living_world: World) -> list[Promise]:
    """Three claimed letters of three cases."""
    world = living_world
    for family in FAMILIES:
        for data in (drops.case_data(family, MUSTERSTADT), drops.notice(family)):
            await world.accept(data)
            for promise in await world.claim("travel"):
                await travel([promise], world.house)
    return await world.claim("letter")


async def states(world: World) -> list[str]:
    sql = "SELECT state FROM promise WHERE kind = 'letter' ORDER BY state"
    return [row["state"] for row in await world.rows(sql)]


async def codes(world: World) -> list[str]:
    return [case["code"] for case in await world.open_cases()]


@pytest.mark.parametrize(
    "spoil",
    [
        "UPDATE payload SET bytes = x'00' WHERE sha256 = :sha",
        "DELETE FROM payload WHERE sha256 = :sha",
    ],
)
async def test_a_letter_without_its_fields_does_not_stop_the_others(
    living_world: World, letters: list[Promise], spoil: str
) -> None:
    await living_world.change(spoil, sha=letters[0].payload_sha256)
    living_world.office.faults = [Unavailable("libreoffice_failed")]

    await write_letters(letters, living_world.house)

    assert [len(FAMILIES) - 1] == living_world.office.batches
    assert ["dead", "waiting", "waiting"] == await states(living_world)
    assert ["payload_damaged"] == await codes(living_world)


async def test_a_letter_that_is_odd_beyond_foresight_does_not_stop_the_others(
    living_world: World, letters: list[Promise]
) -> None:
    world = living_world
    await world.change(
        "INSERT INTO payload VALUES (:t, :sha, :bytes, 6, 0)",
        t=OFFICE,
        sha=sha256(b"[1, 2]"),
        bytes=b"[1, 2]",
    )
    await world.change(
        "UPDATE promise SET payload_sha256 = :sha WHERE id = :id",
        sha=sha256(b"[1, 2]"), id=letters[0].id,
    )  # fmt: skip
    spoilt = replace(letters[0], payload_sha256=sha256(b"[1, 2]"))
    world.office.faults = [Unavailable("libreoffice_failed")] * 3

    await write_letters([spoilt, *letters[1:]], world.house)
    assert ["waiting"] * 3 == await states(world)
    world.clock.advance(5)
    await write_letters(await world.claim("letter"), world.house)

    assert [2, 1, 1] == world.office.batches
    assert ["dead", "waiting", "waiting"] == await states(world)
    assert 1 == len(await codes(world))


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


async def test_a_converter_that_is_away_is_waited_for(
    living_world: World, letters: list[Promise]
) -> None:
    living_world.office.faults = [Unavailable("libreoffice_failed")]

    await write_letters(letters, living_world.house)

    assert ["waiting"] * 3 == await states(living_world)
    assert [] == await codes(living_world)


async def test_a_second_attempt_is_made_one_by_one(
    living_world: World, letters: list[Promise]
) -> None:
    world = living_world
    world.office.faults = [Unavailable("libreoffice_failed")]
    await write_letters(letters, world.house)
    world.clock.advance(5)

    await write_letters(await world.claim("letter"), world.house)

    assert [3, 1, 1, 1] == world.office.batches


@pytest.mark.parametrize("fault", [OSError("disk"), ValueError("Jana Sommerfeld")])
async def test_a_converter_that_breaks_leaves_the_lone_culprit_to_a_human(
    living_world: World, letters: list[Promise], fault: Exception
) -> None:
    world = living_world
    world.office.faults = [fault]
    await write_letters(letters, world.house)
    assert ["waiting"] * 3 == await states(world)
    world.clock.advance(5)
    again = await world.claim("letter")
    world.office.faults = [fault]

    await write_letters(again[:1], world.house)

    assert ["dead", "leased", "leased"] == await states(world)
    assert ["unforeseen"] == await codes(world)
    assert "Sommerfeld" not in (await world.open_cases())[0]["message"]


async def test_a_converter_that_is_missing_is_reported_for_each_case(
    living_world: World, letters: list[Promise]
) -> None:
    living_world.office.faults = [Misconfigured("libreoffice_missing")]

    await write_letters(letters, living_world.house)

    assert ["libreoffice_missing"] * 3 == await codes(living_world)


async def test_pages_no_check_accepts_are_never_filed(
    living_world: World, letters: list[Promise]
) -> None:
    await write_letters(letters, living_world.house)

    assert ["dead"] * 3 == await states(living_world)
    filings = "SELECT * FROM promise WHERE spec LIKE '%application/pdf%'"
    assert [] == await living_world.rows(filings)
