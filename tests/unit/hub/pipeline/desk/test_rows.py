"""Refused rows of a table come in corrected: these and no others, by two persons, once."""

import pytest

from hub.app import SHIPPED
from hub.core.errors import Rejected
from hub.formats.catalog import Catalog
from hub.pipeline.balance import balance
from hub.pipeline.desk.correcting import Corrections
from hub.pipeline.desk.rows import RowCorrections
from hub.store.database import Row
from hub.store.desk import corrections
from tests.message_house import OFFICE, OTHER_OFFICE, World
from tests.unit.hub.pipeline.decision.test_quarantine import TABLE, spoilt, take, world

__all__ = ["world"]  # the house that takes tables record by record

WHY = "Staatenschlüssel vertippt."
BAD = spoilt(2, b";000;", b";00x;")
LINES = TABLE.split(b"\r\n")


def rows_of(world: World) -> RowCorrections:
    house = world.house
    formats = Catalog.load(SHIPPED / "schemas")
    return RowCorrections(house.database, house.journal, house.clock, house.payloads, formats)


def desk_of(world: World) -> Corrections:
    house = world.house
    return Corrections(house.database, house.journal, house.clock, house.payloads)


async def batch(world: World) -> Row:
    """Return a table whose second row was refused."""
    return next(row for row in await take(world, BAD) if not row["part_of"])


async def corrected(world: World) -> tuple[Row, str]:
    whole = await batch(world)
    part = await rows_of(world).refused(OFFICE, whole["id"])
    copy = part.data.replace(b";00x;", b";000;")
    proposal = await rows_of(world).propose(OFFICE, whole["id"], copy, "ahrens", WHY)
    return whole, proposal


async def test_the_refused_rows_are_a_file_of_their_own(world: World) -> None:
    whole = await batch(world)

    part = await rows_of(world).refused(OFFICE, whole["id"])

    assert [2] == list(part.rows)
    assert b"\r\n".join([LINES[0], LINES[2].replace(b";000;", b";00x;"), b""]) == part.data


async def test_the_corrected_row_goes_its_way_and_names_where_it_came_from(world: World) -> None:
    whole, proposal = await corrected(world)
    before = {row["id"] for row in await world.messages()}
    assert await desk_of(world).approve(OFFICE, proposal, "sommer", "Stimmt.")

    await world.run_once()

    new = [row for row in await world.messages() if row["id"] not in before]
    copy = next(row for row in new if not row["part_of"])
    [part] = [row for row in new if row["part_of"] == copy["id"]]
    assert (whole["id"], "closed", "closed") == (
        copy["causation_id"], copy["state"], part["state"],
    )  # fmt: skip
    assert part["case_key"].encode() in LINES[2]
    noted = await world.rows("SELECT * FROM journal WHERE action = 'rows_corrected'")
    assert [(whole["id"], "sommer")] == [(row["message_id"], row["actor"]) for row in noted]
    assert copy["id"] in noted[0]["facts"]
    assert (await balance(world.house.database, None)).balanced


async def test_rows_are_corrected_once(world: World) -> None:
    whole, proposal = await corrected(world)
    other = b"\r\n".join([LINES[0], LINES[2].replace(b";000;", b";139;"), b""])
    with pytest.raises(Rejected, match="correction_pending"):
        await rows_of(world).propose(OFFICE, whole["id"], other, "bauer", WHY)
    await desk_of(world).approve(OFFICE, proposal, "sommer", "Stimmt.")
    await world.run_once()

    with pytest.raises(Rejected, match="rows_corrected_before"):
        await rows_of(world).propose(OFFICE, whole["id"], other, "bauer", WHY)


async def test_a_declined_proposal_may_be_followed_by_another(world: World) -> None:
    whole, proposal = await corrected(world)
    await desk_of(world).decline(OFFICE, proposal, "sommer", "Falscher Staat.")
    other = b"\r\n".join([LINES[0], LINES[2].replace(b";000;", b";139;"), b""])

    again = await rows_of(world).propose(OFFICE, whole["id"], other, "ahrens", WHY)

    assert again != proposal


async def test_nobody_approves_their_own_rows(world: World) -> None:
    _, proposal = await corrected(world)

    with pytest.raises(Rejected, match="four_eyes"):
        await desk_of(world).approve(OFFICE, proposal, "ahrens", "Stimmt.")


@pytest.mark.parametrize(
    ("copy", "code"),
    [
        (b"\r\n".join([LINES[0], LINES[1], b""]), "rows_foreign"),
        (b"\r\n".join([LINES[0], LINES[2], LINES[2], b""]), "rows_foreign"),
        (b"\r\n".join([LINES[0], b""]), "rows_foreign"),
        (b"\r\n".join([LINES[0] + b";X", LINES[2], b""]), "rows_foreign"),
        (b"\r\n".join([LINES[0], LINES[2].replace(b";000;", b";00x;"), b""]), "nothing_corrected"),
    ],
    ids=["accepted", "more", "none", "columns", "same"],
)
async def test_only_refused_rows_may_be_proposed(world: World, copy: bytes, code: str) -> None:
    whole = await batch(world)

    with pytest.raises(Rejected, match=code):
        await rows_of(world).propose(OFFICE, whole["id"], copy, "ahrens", WHY)


async def test_what_has_no_refused_rows_is_not_offered(world: World) -> None:
    found = await take(world, TABLE)
    ids = [str(row["id"]) for row in found[:2]] + ["m-9"]

    for message_id in ids:
        with pytest.raises(Rejected, match="correction_not_offered"):
            await rows_of(world).refused(OFFICE, message_id)


async def test_another_office_has_no_rows_here(world: World) -> None:
    whole = await batch(world)

    with pytest.raises(Rejected, match="correction_not_offered"):
        await rows_of(world).refused(OTHER_OFFICE, whole["id"])


async def test_the_desk_lists_tables_with_refused_rows(world: World) -> None:
    whole, proposal = await corrected(world)

    [listed] = await world.house.database.read(lambda tx: corrections.refused_rows(tx, OFFICE, 0))

    assert (whole["id"], 1, proposal) == (
        listed["id"], listed["refused"], listed["correction"]["id"],
    )  # fmt: skip
