"""What is held keeps its place, is not begun, and goes on when the hold ends."""

from dataclasses import replace

import pytest

from hub.core.errors import Rejected, Unavailable
from hub.pipeline.desk.holding import Holding
from hub.pipeline.setbacks import try_again
from hub.store import lanes
from hub.store.desk import holds
from hub.store.desk.holds import EVERYBODY, Hold
from hub.store.lanes import Promise
from tests.message_house import OFFICE, OTHER_OFFICE, World

HOUR_US = 3_600_000_000
HOLD = Hold(
    id="hold-1", tenant=OFFICE, kind="case", value="UV-2026-0815", reason="Klage anhängig",
    actor="ahrens", until_us=0,
)  # fmt: skip


def holding_of(world: World) -> Holding:
    house = world.house
    offices = tuple(one.id for one in house.settings.tenants)
    return Holding(house.database, house.journal, house.clock, offices)


async def hold(world: World, **changes: str) -> Hold:
    one = replace(HOLD, until_us=world.clock.now_us() + HOUR_US, **changes)
    assert await holding_of(world).put(one)
    return one


async def work(world: World, *, key: str = "UV-2026-0815", queue: str = "deliver:azr",
               tenant: str = OFFICE) -> str:  # fmt: skip
    accepted = await world.accept(f"{key}{queue}{tenant}".encode(), tenant=tenant)
    one = Promise(f"p-{accepted.message.id}", tenant, accepted.message.id, "deliver", queue, key)
    await world.house.database.write(lambda tx: lanes.add(tx, one, world.clock.now_us()))
    return one.id


@pytest.mark.parametrize(
    ("kind", "value"),
    [("case", "UV-2026-0815"), ("route", "deliver:azr"), ("partner", "azr"), ("tenant", "")],
)
async def test_what_is_held_is_not_begun_and_everything_else_is(
    world: World, kind: str, value: str
) -> None:
    await work(world)
    foreign = await work(world, tenant=OTHER_OFFICE)
    other = await work(world, key="UV-2", queue="deliver:ihv")

    await hold(world, kind=kind, value=value)

    assert [foreign] == [one.id for one in await world.claim("deliver:azr")]
    assert ([other] if kind != "tenant" else []) == [
        one.id for one in await world.claim("deliver:ihv")
    ]


async def test_a_hold_ends_by_its_date(world: World) -> None:
    one = await work(world)
    await hold(world)
    assert [] == await world.claim("deliver:azr")

    world.clock.advance(3601)

    assert [one] == [promise.id for promise in await world.claim("deliver:azr")]


async def test_a_hold_ends_by_hand_once(world: World) -> None:
    one = await work(world)
    set_now = await hold(world)

    ended = [await holding_of(world).end(OFFICE, set_now.id, "sommer") for _ in "ab"]

    assert [True, False] == ended
    assert [one] == [promise.id for promise in await world.claim("deliver:azr")]
    rows = await world.rows("SELECT action, actor FROM journal WHERE actor <> 'hub' ORDER BY seq")
    assert [("hold_set", "ahrens"), ("hold_ended", "sommer")] == [
        (row["action"], row["actor"]) for row in rows
    ]


async def test_nothing_due_is_no_work_to_look_for(world: World) -> None:
    await work(world)
    await hold(world)
    now_us = world.clock.now_us()

    assert not await world.house.database.read(lambda tx: lanes.is_due(tx, "deliver:azr", now_us))


async def test_a_hold_is_seen_where_the_message_is_looked_at(world: World) -> None:
    await work(world)
    await hold(world)
    [message] = await world.messages()
    now_us = world.clock.now_us()

    [seen] = await world.house.database.read(
        lambda tx: holds.on_message(tx, OFFICE, message["id"], now_us)
    )
    [listed] = await world.house.database.read(lambda tx: holds.in_force(tx, OFFICE, now_us))
    foreign = await world.house.database.read(lambda tx: holds.in_force(tx, OTHER_OFFICE, now_us))

    assert ("Klage anhängig", "ahrens") == (seen["reason"], seen["actor"])
    assert 1 == listed["lanes"]
    assert [] == foreign


async def test_a_hold_for_every_office_is_journalled_in_each(world: World) -> None:
    await hold(world, tenant=EVERYBODY, kind="partner", value="azr")

    rows = await world.rows("SELECT tenant FROM journal WHERE action = 'hold_set'")
    assert {OFFICE, OTHER_OFFICE} == {row["tenant"] for row in rows}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"reason": " "}, "reason_missing"), ({"value": ""}, "hold_unclear"),
        ({"kind": "weather"}, "hold_unclear"), ({"until_us": 1}, "hold_over"),
        ({"tenant": EVERYBODY, "kind": "tenant"}, "hold_unclear"),
    ],
)  # fmt: skip
async def test_a_hold_says_what_why_and_until_when(
    world: World, changes: dict[str, object], code: str
) -> None:
    one = replace(HOLD, until_us=world.clock.now_us() + HOUR_US)

    with pytest.raises(Rejected, match=code):
        await holding_of(world).put(replace(one, **changes))


async def test_another_offices_hold_cannot_be_ended(world: World) -> None:
    one = await hold(world)

    with pytest.raises(Rejected, match="hold_unknown"):
        await holding_of(world).end(OTHER_OFFICE, one.id, "fremd")


@pytest.mark.parametrize("held", [True, False])
async def test_a_hold_does_not_use_up_the_deadline(world: World, *, held: bool) -> None:
    promise_id = await work(world)
    await world.change(
        "UPDATE promise SET deadline_us = :at WHERE id = :id",
        at=world.clock.now_us() + HOUR_US // 2, id=promise_id,
    )  # fmt: skip
    if held:
        await hold(world)
    world.clock.advance(3601)
    [claimed] = await world.claim("deliver:azr")

    await try_again(claimed, Unavailable("partner_unavailable"), world.house)

    assert ([] if held else ["partner_unavailable"]) == [
        case["code"] for case in await world.open_cases()
    ]
