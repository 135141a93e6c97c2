"""Splitting: answers of the cash system find their case, also when the teacher has not spoken."""

from hub.demo import drops
from hub.demo.cast import MUSTERSTADT
from hub.pipeline.journey.travel import travel
from hub.store.lanes import Promise
from tests.message_house import CORE, OFFICE, World

FAMILY = MUSTERSTADT.xml[2]
"""Its notice claims money back."""
REFERENCE = "KZ-2026-000017"


def answer_file(number: int, *records: str) -> bytes:
    """Return an answer of the IHV as its description says."""
    total = sum(int(record[41:52]) for record in records if record[0] == "I")
    head = f"HAHIHV001R{'0815':<10}{number:06d}20261122{1:06d}"
    tail = f"T{len(records):07d}{total:015d}"
    lines = [f"{line:<300}" for line in (head, *records, tail)]
    return "".join(line + "\r\n" for line in lines).encode("iso-8859-15")


def confirmed(order: str) -> str:
    return f"B{order:<16}{REFERENCE:<20}{'PK-1':<15}"


def money(receipt: str, cents: int = 10_000) -> str:
    return f"I{receipt:<20}{REFERENCE:<20}{cents:011d}20261122{'T. Vogel':<70}{'Rate':<140}"


async def ordered(world: World) -> str:
    """Bring a case so far that its claim was ordered; return the order's number."""
    world.drop("Falldaten.xml", drops.case_data(FAMILY, MUSTERSTADT))
    world.drop("Bescheid.xml", drops.notice(FAMILY))
    await world.run_once()
    rows = await world.rows(
        "SELECT value FROM reference JOIN benefit_case USING (tenant, case_key) "
        "WHERE json_extract(benefit_case.state, '$.orders[#-1].order_id') = value"
    )
    return str(rows[0]["value"])


async def take(world: World, data: bytes) -> Promise:
    """Accept an answer file and split it; its parts have not travelled yet."""
    accepted = await world.accept(data, channel="ihv", name="IHV-R.txt")
    claimed = {promise.id: promise for promise in await world.claim("travel")}
    batch = claimed[accepted.message.id]
    await travel([batch], world.house)
    return batch


async def parts_of(world: World, batch: Promise) -> list[dict[str, object]]:
    sql = "SELECT * FROM message WHERE part_of = :id ORDER BY original_name"
    return await world.rows(sql, id=batch.id)


async def test_a_reference_taught_by_a_confirmation_reaches_the_next_file(
    living_world: World,
) -> None:
    world = living_world
    order = await ordered(world)

    await take(world, answer_file(1, confirmed(order)))
    second = await take(world, answer_file(2, money("E-1")))

    # The confirmation itself has not been decided on: only splitting taught the reference.
    [part] = await parts_of(world, second)
    [notice] = await world.rows("SELECT id FROM message WHERE kind = 'Bescheid'")
    assert (FAMILY.case_id, notice["id"]) == (part["case_key"], part["causation_id"])


async def test_a_reference_taught_in_the_same_file_reaches_the_next_line(
    living_world: World,
) -> None:
    world = living_world
    order = await ordered(world)

    batch = await take(world, answer_file(1, confirmed(order), money("E-1")))

    assert [FAMILY.case_id] * 2 == [part["case_key"] for part in await parts_of(world, batch)]


async def test_confirmation_and_money_are_decided_in_their_order(living_world: World) -> None:
    world = living_world
    order = await ordered(world)
    world.drop("R1.txt", answer_file(1, confirmed(order)), channel="ihv")
    world.drop("R2.txt", answer_file(2, money("E-1")), channel="ihv")

    await world.run_once()

    told = world.house.outbox / OFFICE / CORE
    assert 1 == len(list(told.glob("Zahlungseingang_*.xml")))
    assert [] == [case for case in await world.open_cases() if case["code"] == "receipt_unmatched"]


async def test_money_of_no_known_reference_becomes_a_clearing_case(living_world: World) -> None:
    world = living_world
    world.drop("R1.txt", answer_file(1, money("E-1")), channel="ihv")

    await world.run_once()

    assert ["receipt_unmatched"] == [case["code"] for case in await world.open_cases()]


async def test_a_missing_number_is_said_and_the_file_processed(living_world: World) -> None:
    world = living_world
    await take(world, answer_file(1, money("E-1")))

    late = await take(world, answer_file(4, money("E-2")))

    [row] = await world.rows("SELECT state, code FROM message WHERE id = :id", id=late.id)
    gap = next(case for case in await world.open_cases() if case["code"] == "sequence_gap")
    assert {"state": "clearing", "code": "sequence_gap"} == row
    assert "fehlt Nr. 2 bis 3" in gap["message"]
    assert 1 == len(await parts_of(world, late))


async def test_the_late_file_is_still_taken(living_world: World) -> None:
    world = living_world
    await take(world, answer_file(2, money("E-2")))

    late = await take(world, answer_file(1, money("E-1")))

    assert 1 == len(await parts_of(world, late))
    assert [2] == [row["value"] for row in await world.rows("SELECT value FROM sequence")]


async def test_a_number_with_other_content_is_refused(living_world: World) -> None:
    world = living_world
    await take(world, answer_file(1, money("E-1")))

    forged = await take(world, answer_file(1, money("E-9")))

    [row] = await world.rows("SELECT state, code FROM message WHERE id = :id", id=forged.id)
    assert {"state": "refused", "code": "business_id_conflict"} == row
    assert [] == await parts_of(world, forged)
