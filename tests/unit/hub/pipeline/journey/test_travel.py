"""A message's journey: one message that fails in any way stops no other and loses nothing."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import msgspec
import pytest

from hub.core.errors import Conflict, RuleViolation, Unavailable
from hub.core.ids import derived_uuid
from hub.core.record import Record
from hub.core.settings import Channel
from hub.demo import drops
from hub.demo.cast import MUSTERSTADT
from hub.partners.base import Situation
from hub.partners.outcome import Outcome
from hub.pipeline.journey.commit import Signed, commit
from hub.pipeline.journey.travel import travel
from hub.routing.table import Routes
from hub.store import cases, lanes, messages
from hub.store.lanes import Promise
from tests.factories import make_case, make_tenant
from tests.message_house import CORE, OFFICE, World, open_world, plan_for
from tests.minds import InHouse

FAMILY = MUSTERSTADT.xml[1]
FALLDATEN = drops.case_data(FAMILY, MUSTERSTADT)


@pytest.fixture
async def strict_world(tmp_path: Path) -> AsyncIterator[World]:
    """A world whose office wants repetitions refused."""
    tenant = make_tenant(channels=(Channel(name=CORE, ready="rename", duplicates="refuse"),))
    async with open_world(tmp_path, children=True, tenants=(tenant,)) as world:
        yield world


async def states(world: World) -> list[tuple[str, str | None]]:
    return [(m["state"], m["code"]) for m in await world.messages()]


async def travelled(world: World, *contents: bytes) -> list[tuple[str, str | None]]:
    """Accept contents one after the other, run each journey, return states and codes."""
    for content in contents:
        await world.accept(content)
        for promise in await world.claim("travel"):
            await travel([promise], world.house)
    return await states(world)


async def test_a_repetition_is_refused_and_answered_where_the_office_wants_it(
    strict_world: World,
) -> None:
    first, second, third = await travelled(strict_world, FALLDATEN, FALLDATEN, FALLDATEN)

    kinds = await strict_world.rows("SELECT kind, count(*) AS n FROM promise GROUP BY 1 ORDER BY 1")
    assert "routed" == first[0]
    assert [("refused", "duplicate_refused")] * 2 == [second, third]
    assert {"deliver": 3, "file": 1, "refuse": 2, "travel": 3} == {k["kind"]: k["n"] for k in kinds}


async def test_orders_of_the_case_core_reach_the_cash_system_once_and_are_filed_once(
    living_world: World,
) -> None:
    world = living_world
    orders = [drops.payment_order(FAMILY, number) for number in (1, 2)]

    found = await travelled(world, FALLDATEN, *orders)

    kinds = await world.rows("SELECT kind, count(*) AS n FROM promise GROUP BY 1 ORDER BY 1")
    case = await world.house.database.read(lambda tx: cases.load(tx, OFFICE, FAMILY.case_id))
    assert [("routed", None)] * 3 == found
    assert {"deliver": 3, "file": 3, "order": 2, "travel": 3} == {k["kind"]: k["n"] for k in kinds}
    assert case is not None
    assert ["AZ-" + FAMILY.case_id + f"-{n}" for n in (1, 2)] == [o.reference for o in case.orders]


async def test_one_person_alone_orders_nothing(living_world: World) -> None:
    order = drops.payment_order(FAMILY).replace(b"lt03", b"sb17")

    assert ("refused", "four_eyes_missing") == (await travelled(living_world, FALLDATEN, order))[1]


async def test_what_is_only_remarked_reaches_receipt_and_journal(tmp_path: Path) -> None:
    tenant = make_tenant(
        channels=(Channel(name=CORE, ready="rename"),), levels={"four_eyes_missing": "warning"}
    )
    order = drops.payment_order(FAMILY).replace(b"lt03", b"sb17")
    async with open_world(tmp_path, children=True, tenants=(tenant,)) as world:
        assert ("routed", None) == (await travelled(world, FALLDATEN, order))[1]

        await world.run_once()
        receipts = (tmp_path / "outbox" / OFFICE / CORE).glob("Quittung*.xml")
        told = [path.read_text("utf-8") for path in receipts]
        facts = await world.rows("SELECT facts FROM journal WHERE action = 'checked'")
        assert 1 == sum("<meldung>Hinweis: Feststellung und Anordnung" in text for text in told)
        assert all("<ergebnis>angenommen</ergebnis>" in text for text in told)
        assert 1 == sum("four_eyes_missing" in row["facts"] for row in facts)


async def test_an_order_before_its_case_is_refused(living_world: World) -> None:
    found = await travelled(living_world, drops.payment_order(FAMILY))

    assert [("refused", "case_unknown")] == found


async def test_a_version_that_is_no_longer_in_force_is_named_to_the_sender(
    living_world: World,
) -> None:
    world = living_world
    over = [
        msgspec.structs.replace(route, valid_to=date(2026, 6, 30))
        for route in world.house.routes.ways_in
    ]
    routes = Routes(tuple(over), world.house.routes.ways_out)
    late = replace(world, house=replace(world.house, isolation=InHouse(routes=routes)))

    assert [("refused", "version_not_in_force")] == await travelled(late, FALLDATEN)


async def test_a_case_core_may_want_its_receipts_over_https(living_world: World) -> None:
    world = living_world
    over = [
        msgspec.structs.replace(
            route, door="https", file_name="", answers=False, deadline_h=4.0, channel=CORE
        )
        if route.kinds == ("Quittung",) and route.partner == CORE
        else route
        for route in world.house.routes.ways_out
    ]
    routes = Routes(world.house.routes.ways_in, tuple(over))
    wired = replace(world, house=replace(world.house, isolation=InHouse(routes=routes)))

    assert [("routed", None)] == await travelled(wired, FALLDATEN)

    [receipt] = await world.rows("SELECT * FROM promise WHERE kind = 'deliver'")
    spec = json.loads(receipt["spec"])
    assert ("https", False, "Quittung") == (spec["door"], spec["answers"], spec["record_kind"])
    assert 4 == round((receipt["deadline_us"] - receipt["made_us"]) / 3_600_000_000)


async def test_a_number_used_for_other_content_is_refused(living_world: World) -> None:
    other = FALLDATEN.replace(b"Am S", b"Bei S")

    found = await travelled(living_world, FALLDATEN, other)

    assert [("routed", None), ("refused", "business_id_conflict")] == found


async def test_a_number_used_for_the_same_content_is_a_duplicate(tmp_path: Path) -> None:
    tenant = make_tenant(channels=(Channel(name=CORE, duplicates="accept"),))
    async with open_world(tmp_path, children=True, tenants=(tenant,)) as world:
        found = await travelled(world, FALLDATEN, FALLDATEN)

        assert [("routed", None), ("duplicate", "duplicate_business_id")] == found


async def test_a_plan_the_database_does_not_take_is_held(living_world: World) -> None:
    world = living_world
    accepted = await world.accept(FALLDATEN)
    taken = Promise(
        derived_uuid(accepted.message.id, "send", "receipt"), OFFICE, "m", "file", "file", "lane"
    )
    await world.house.database.write(lambda tx: lanes.add(tx, taken, 0))
    [promise] = await world.claim("travel")

    await travel([promise], world.house)

    assert [("clearing", "unforeseen")] == await states(world)
    assert [] == await world.rows("SELECT * FROM benefit_case")
    assert ["unforeseen"] == [case["code"] for case in await world.open_cases()]


async def test_a_damaged_payload_is_a_clearing_case(living_world: World) -> None:
    world = living_world
    await world.accept(FALLDATEN)
    await world.change("UPDATE payload SET bytes = x'00'")
    [promise] = await world.claim("travel")

    await travel([promise], world.house)

    assert [("clearing", "payload_damaged")] == await states(world)
    assert [] == await world.claim("travel")


async def test_a_lost_lease_throws_the_plan_away(living_world: World) -> None:
    world = living_world
    await world.accept(FALLDATEN)
    [late] = await world.claim("travel")
    world.clock.advance(61)
    [winner] = await world.claim("travel")

    await travel([winner], world.house)
    await travel([late], world.house)

    assert [("routed", None)] == await states(world)
    assert 1 == len(await world.rows("SELECT * FROM journal WHERE to_state = 'routed'"))


async def test_a_case_changed_meanwhile_is_decided_again(living_world: World) -> None:
    world = living_world
    await world.accept(FALLDATEN)
    [promise] = await world.claim("travel")
    [row] = await world.messages()
    plan = await plan_for(messages.to_message(row), world.house)
    somebody = make_case(case_id=FAMILY.case_id)
    await world.house.database.write(lambda tx: cases.save_all(tx, [(OFFICE, somebody)], 0))

    with pytest.raises(Conflict, match="case_changed"):
        await commit([Signed((promise,), (plan,))], world.house)

    assert [("received", None)] == await states(world)
    await travel([promise], world.house)
    assert [("routed", None)] == await states(world)


@pytest.mark.parametrize(
    ("error", "state", "code"),
    [
        (RuleViolation("rule_broken", "Regel."), "refused", "rule_broken"),
        (Conflict("odd", "Seltsam."), "clearing", "odd"),
        (ZeroDivisionError("Mila Sommerfeld"), "clearing", "unforeseen"),
        (Unavailable("later", "Später."), "received", None),
    ],
)
async def test_whatever_a_decision_raises_the_message_rests_somewhere(
    living_world: World, error: Exception, state: str, code: str | None
) -> None:
    def fail(record: Record, situation: Situation) -> Outcome:
        raise error

    world = living_world
    house = replace(world.house, isolation=InHouse(handlers={"Falldaten": fail}))
    await world.accept(FALLDATEN)
    [promise] = await world.claim("travel")

    await travel([promise], house)

    assert [(state, code)] == await states(world)
    for case in await world.open_cases():
        assert "Sommerfeld" not in case["message"]


async def test_what_stays_unavailable_is_left_to_a_human_in_the_end(living_world: World) -> None:
    def fail(record: Record, situation: Situation) -> Outcome:
        raise Unavailable("later", "Später.")

    world = living_world
    house = replace(world.house, isolation=InHouse(handlers={"Falldaten": fail}))
    await world.accept(FALLDATEN)
    world.clock.advance(73 * 3600)
    [promise] = await world.claim("travel")
    await travel([promise], house)
    [case] = await world.open_cases()
    assert [("clearing", "later")] == await states(world)

    await world.desk.release(OFFICE, case["id"], "ahrens", "Wieder da.")

    [again] = await world.claim("travel")
    await travel([again], world.house)
    assert [("routed", None)] == await states(world)


async def waiting(world: World, *contents: bytes) -> list[Promise]:
    """Accept contents, then claim every lane with all that stands in it."""
    for content in contents:
        await world.accept(content)
    now_us = world.clock.now_us()
    return await world.house.database.write(
        lambda tx: lanes.claim(
            tx, "travel", limit=50, behind=20, me="hub-1", now_us=now_us, lease_us=60_000_000
        )
    )


def numbered(number: int) -> bytes:
    """Return the same case data under another number."""
    return FALLDATEN.replace(f"FD-{FAMILY.case_id}".encode(), f"FD-{number}".encode())


async def test_messages_of_a_case_are_decided_in_one_go_each_after_the_one_before(
    living_world: World,
) -> None:
    world = living_world
    orders = [drops.payment_order(FAMILY, number) for number in (1, 2, 3)]

    await travel(await waiting(world, FALLDATEN, *orders), world.house)

    case = await world.house.database.read(lambda tx: cases.load(tx, OFFICE, FAMILY.case_id))
    decided = await world.rows(
        "SELECT message_id FROM journal WHERE action = 'decided' ORDER BY seq"
    )
    assert [("routed", None)] * 4 == await states(world)
    assert [m["id"] for m in await world.messages()] == [row["message_id"] for row in decided]
    assert case is not None
    assert (3, 1) == (len(case.orders), case.version)


async def test_a_message_that_waits_for_a_human_stops_those_behind_it_and_no_other_case(
    living_world: World,
) -> None:
    world = living_world
    other = drops.case_data(MUSTERSTADT.xml[2], MUSTERSTADT)
    claimed = await waiting(world, numbered(1), numbered(2), numbered(3), other)
    ids = [one.message_id for one in claimed if one.lane_key == FAMILY.case_id]
    await world.change("UPDATE payload SET bytes = x'00' WHERE sha256 = (SELECT sha256 FROM message WHERE id = :id)", id=ids[1])  # fmt: skip

    await travel(claimed, world.house)

    first, second, third, apart = await states(world)
    assert [("routed", None), ("clearing", "payload_damaged")] == [first, second]
    assert [("received", None), ("routed", None)] == [third, apart]
    assert [] == await world.claim("travel")


async def test_what_cannot_be_decided_now_keeps_what_was_decided_before_it(
    living_world: World,
) -> None:
    times = []

    def fail_second(record: Record, situation: Situation) -> Outcome:
        times.append(record)
        if len(times) == 2:
            raise Unavailable("later", "Später.")
        return Outcome()

    world = living_world
    house = replace(world.house, isolation=InHouse(handlers={"Falldaten": fail_second}))
    await travel(await waiting(world, numbered(1), numbered(2), numbered(3)), house)

    assert ["routed", "received", "received"] == [state for state, _ in await states(world)]
    world.clock.advance(5)
    await travel(await waiting(world), house)
    assert ["routed"] * 3 == [state for state, _ in await states(world)]


async def test_one_number_used_twice_at_the_same_time_is_told_apart(tmp_path: Path) -> None:
    """Neither sees the other while deciding; the commit does, and one of them is decided again."""
    tenant = make_tenant(channels=(Channel(name=CORE, duplicates="accept"),))
    other = drops.case_data(MUSTERSTADT.xml[2], MUSTERSTADT)
    number = f"FD-{MUSTERSTADT.xml[2].case_id}".encode()
    async with open_world(tmp_path, children=True, tenants=(tenant,)) as world:
        same = other.replace(number, f"FD-{FAMILY.case_id}".encode())
        await travel(await waiting(world, FALLDATEN, same), world.house)
        world.clock.advance(5)
        await travel(await waiting(world), world.house)

        assert {("routed", None), ("refused", "business_id_conflict")} == set(await states(world))
