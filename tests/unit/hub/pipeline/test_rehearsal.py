"""A candidate is held against the version in force over archived messages; nothing is changed."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from hub.app import SHIPPED, recollection
from hub.core.record import Record
from hub.demo import drops
from hub.demo.cast import MUSTERSTADT
from hub.pipeline.decision.reading import Leg
from hub.pipeline.isolation.cell import Limits
from hub.pipeline.isolation.pool import Isolation
from hub.pipeline.rehearsal import (
    Comparison,
    Difference,
    Rehearsal,
    Result,
    differences_of,
    rehearse,
)
from tests.message_house import CORE, OFFICE, OTHER_OFFICE, World, sources

NAME = "fachverfahren-to-hub/Falldaten"
OLD = Leg("fachverfahren/Falldaten-1.0", NAME)
FAMILIES = MUSTERSTADT.xml


def candidate(folder: Path, old: str, new: str) -> Path:
    """Return a copy of the mappings in which version 2 says something else."""
    mappings = folder / "candidates"
    shutil.copytree(SHIPPED / "mappings", mappings)
    sheet = (mappings / f"{NAME}.xslt").read_text(encoding="utf-8")
    assert old in sheet
    (mappings / f"{NAME}-2.xslt").write_text(sheet.replace(old, new), encoding="utf-8")
    return mappings


async def rehearsed(
    world: World,
    mappings: Path,
    tenants: tuple[str, ...] = (OFFICE,),
    first_day: date = date.min,
) -> Comparison:
    limits = Limits(memory_mb=1024, wall_s=20.0, recycle_after=1000)
    house = world.house
    recall = recollection(house.database, house.payloads)
    isolation = Isolation(1, limits, sources(house.settings, mappings), recall)
    isolation.start()
    case = Rehearsal(
        in_force=lambda _channel, day, _data: (OLD,) if day >= first_day else (),
        candidate=Leg(OLD.format, f"{NAME}-2"),
        channels=(CORE,),
        tenants=tenants,
        since_us=0,
    )
    try:
        return await rehearse(
            case, world.house.database, world.house.payloads, isolation, lambda _: None
        )
    finally:
        await isolation.close()


async def archive(world: World) -> list[str]:
    accepted = [await world.accept(drops.case_data(f, MUSTERSTADT)) for f in FAMILIES]
    await world.accept(drops.notice(FAMILIES[0]))
    return [one.message.id for one in accepted]


async def test_what_changes_is_counted_by_field(living_world: World, tmp_path: Path) -> None:
    ids = await archive(living_world)
    before = await living_world.rows("SELECT count(*) AS n FROM journal")

    found = await rehearsed(
        living_world,
        candidate(
            tmp_path,
            '<iban><xsl:value-of select="f:bankverbindung/f:iban"/></iban>',
            "<iban>DE02120300000000202051</iban>",
        ),
    )

    assert (len(ids), len(ids), 0, 0) == (
        found.messages,
        found.changed,
        found.unchanged,
        found.invalid,
    )
    assert {"bank.iban": len(ids)} == found.fields
    assert set(found.samples["bank.iban"]) <= set(ids)
    assert before == await living_world.rows("SELECT count(*) AS n FROM journal")


async def test_what_becomes_invalid_is_counted_by_reason(
    living_world: World, tmp_path: Path
) -> None:
    ids = await archive(living_world)

    found = await rehearsed(
        living_world, candidate(tmp_path, '<record kind="Falldaten">', "<record>")
    )

    assert (len(ids), {"mapping_faulty": len(ids)}) == (found.invalid, found.reasons)


async def test_the_same_version_changes_nothing(living_world: World, tmp_path: Path) -> None:
    ids = await archive(living_world)

    found = await rehearsed(living_world, candidate(tmp_path, "Falldaten", "Falldaten"))

    assert (len(ids), 0, 0) == (found.unchanged, found.changed, found.invalid)


async def test_offices_are_kept_apart(living_world: World, tmp_path: Path) -> None:
    await archive(living_world)

    found = await rehearsed(
        living_world, candidate(tmp_path, "Falldaten", "Falldaten"), tenants=(OTHER_OFFICE,)
    )

    assert 0 == found.messages


async def test_messages_whose_bytes_are_gone_are_told(living_world: World, tmp_path: Path) -> None:
    await archive(living_world)
    await living_world.change("DELETE FROM payload")

    found = await rehearsed(living_world, candidate(tmp_path, "Falldaten", "Falldaten"))

    assert (0, len(FAMILIES) + 1) == (found.messages, found.gone)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": 1}, {"a": 2}, [Difference("a", 1, 2)]),
        ({"a": 1}, {}, [Difference("a", 1, None)]),
        ({"a": {"b": [{"c": 1}, {"c": 2}]}}, {"a": {"b": [{"c": 1}, {"c": 3}]}},
         [Difference("a.b[].c", 2, 3)]),
        ({"a": [1]}, {"a": [1, 2]}, [Difference("a", [1], [1, 2])]),
    ],
)  # fmt: skip
def test_differences_are_named_by_field(
    before: dict[str, object], after: dict[str, object], expected: list[Difference]
) -> None:
    assert expected == list(differences_of([Record("A", before)], [Record("A", after)]))


def test_another_number_or_kind_of_records_is_a_difference() -> None:
    one, other = Record("A"), Record("B")

    assert [Difference("(Anzahl der Datensätze)", 1, 2)] == list(differences_of([one], [one, one]))
    assert [Difference("(Art)", "A", "B")] == list(differences_of([one], [other]))


def test_results_are_told_apart() -> None:
    found, good, bad = Comparison(), Result((Record("A"),)), Result(code="odd")
    for before, after in ((good, good), (good, bad), (bad, good), (bad, bad)):
        found.note("m", before, after)

    assert (4, 1, 1, 1, 1) == (
        found.messages,
        found.unchanged,
        found.invalid,
        found.repaired,
        found.faulty,
    )


async def test_messages_no_version_was_in_force_for_are_left_out(
    living_world: World, tmp_path: Path
) -> None:
    await archive(living_world)

    found = await rehearsed(
        living_world, candidate(tmp_path, "Falldaten", "Falldaten"), first_day=date.max
    )

    assert (0, 0) == (found.messages, found.gone)
