"""A corrected copy: two persons, a message of its own, in the place of the original."""

import pytest

from hub.core.errors import OutcomeUnknown, Rejected
from hub.pipeline.balance import balance
from hub.pipeline.decision.verdicts import hold
from hub.pipeline.desk.correcting import Corrections, difference, enter_approved
from hub.pipeline.journey.commit import Signed, commit
from hub.store import lanes
from tests.message_house import OFFICE, OTHER_OFFICE, World

WHY = "Komma statt Punkt im Betrag."
WRONG = b"<falldaten><fallnummer>UV-2026-0815</fallnummer><betrag>1,0</betrag></falldaten>"
RIGHT = WRONG.replace(b"1,0", b"1.0")


def corrections_of(world: World) -> Corrections:
    house = world.house
    return Corrections(house.database, house.journal, house.clock, house.payloads)


async def held(world: World) -> str:
    """Return the clearing case of a held message with another of its case behind it."""
    accepted = await world.accept(WRONG)
    await world.accept(WRONG.replace(b"<betrag>", b"<betrag >"))
    [travel] = await world.claim("travel")
    held = hold(accepted.message, OutcomeUnknown("not_checkable"))
    await commit([Signed((travel,), (held,))], world.house)
    [case] = await world.open_cases()
    return str(case["id"])


async def approved(world: World) -> str:
    case = await held(world)
    desk = corrections_of(world)
    proposal = await desk.propose(OFFICE, case, RIGHT, "ahrens", WHY)
    assert await desk.approve(OFFICE, proposal, "sommer", "Stimmt.")
    return case


async def test_the_copy_takes_the_place_of_the_original(world: World) -> None:
    await approved(world)

    assert 1 == await enter_approved(world.house, world.desk)

    rows = await world.messages()
    [copy] = [row for row in rows if row["causation_id"]]
    first, second = sorted((r for r in rows if r is not copy), key=lambda row: row["received_us"])
    assert ("refused", "received", "received") == (
        first["state"], second["state"], copy["state"],
    )  # fmt: skip
    assert first["id"] == copy["causation_id"]
    [travel] = await world.claim("travel")
    assert copy["id"] == travel.message_id
    assert [] == await world.open_cases()
    assert (await balance(world.house.database, None)).balanced


async def test_what_waited_behind_comes_after_the_copy(world: World) -> None:
    await approved(world)
    second = (await world.messages())[1]
    await enter_approved(world.house, world.desk)
    [copy] = await world.claim("travel")

    await world.house.database.write(
        lambda tx: lanes.finish(tx, copy, "confirmed", world.clock.now_us())
    )

    assert [second["id"]] == [p.message_id for p in await world.claim("travel")]


async def test_entering_twice_changes_nothing(world: World) -> None:
    await approved(world)
    await enter_approved(world.house, world.desk)
    before = len(await world.rows("SELECT * FROM journal"))

    assert 0 == await enter_approved(world.house, world.desk)
    assert before == len(await world.rows("SELECT * FROM journal"))


async def test_nobody_approves_their_own_proposal(world: World) -> None:
    case = await held(world)
    proposal = await corrections_of(world).propose(OFFICE, case, RIGHT, "ahrens", WHY)

    with pytest.raises(Rejected, match="four_eyes"):
        await corrections_of(world).approve(OFFICE, proposal, "ahrens", "Stimmt.")

    assert 0 == await enter_approved(world.house, world.desk)


async def test_a_declined_proposal_makes_room_for_another(world: World) -> None:
    case = await held(world)
    desk = corrections_of(world)
    first = await desk.propose(OFFICE, case, RIGHT, "ahrens", WHY)
    assert first == await desk.propose(OFFICE, case, RIGHT, "ahrens", WHY)
    with pytest.raises(Rejected, match="correction_pending"):
        await desk.propose(OFFICE, case, RIGHT + b" ", "ahrens", WHY)

    assert [True, False] == [await desk.decline(OFFICE, first, "sommer", "Nein") for _ in "ab"]

    assert await desk.propose(OFFICE, case, RIGHT + b" ", "ahrens", WHY)
    assert "open" == (await world.open_cases())[0]["state"]


async def test_a_copy_must_differ_and_belong_to_the_own_office(world: World) -> None:
    case = await held(world)

    with pytest.raises(Rejected, match="nothing_corrected"):
        await corrections_of(world).propose(OFFICE, case, WRONG, "ahrens", WHY)
    with pytest.raises(Rejected, match="clearing_unknown"):
        await corrections_of(world).propose(OTHER_OFFICE, case, RIGHT, "fremd", WHY)


async def test_the_journal_names_both_persons(world: World) -> None:
    await approved(world)
    await enter_approved(world.house, world.desk)

    rows = await world.rows("SELECT action, actor FROM journal WHERE actor <> 'hub' ORDER BY seq")
    assert [
        ("correction_proposed", "ahrens"), ("correction_approved", "sommer"),
        ("clearing_corrected", "sommer"),
    ] == [(row["action"], row["actor"]) for row in rows]  # fmt: skip


def test_the_difference_is_shown_line_by_line() -> None:
    shown = difference(b"<a>\n<b>1,0</b>\n</a>", b"<a>\n<b>1.0</b>\n</a>")

    assert ["-<b>1,0</b>", "+<b>1.0</b>"] == [line for line in shown if line[:2] in {"-<", "+<"}]
    assert all(line[0] in "-+" for line in difference(b"\xff\x00", b"\xfe\x00"))
