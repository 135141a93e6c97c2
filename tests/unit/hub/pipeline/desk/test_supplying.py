"""A destination added later gets what it asked for: once, in order, with the bytes of then."""

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from hub.core.errors import Misconfigured, Rejected
from hub.core.ids import derived_uuid
from hub.pipeline.balance import balance
from hub.pipeline.desk.supplying import Order, Supply
from hub.pipeline.fulfilment.keeping import fulfil
from hub.routing.table import Routes
from hub.store import lanes
from hub.store.lanes import Promise
from tests.message_house import CORE, OFFICE, World
from tests.unit.hub.pipeline.fulfilment.test_keeping import routed

NEW = "zweitsystem"
ORDER = Order(
    source=CORE, target=NEW, tenants=(OFFICE,), actor="reuter", reason="Neues Fachverfahren."
)
DAY_US = 86_400_000_000


def supplier(world: World) -> Supply:
    """Return a supply in a house with a second case core that reads what the first one reads."""
    known = world.house.routes
    added = tuple(
        msgspec.structs.replace(way, partner=NEW, channel=NEW)
        for way in known.ways_out
        if way.partner == CORE
    )
    routes = Routes(known.ways_in, (*known.ways_out, *added))
    return Supply(world.house.database, world.house.journal, world.clock, routes, 72 * 3600)


async def delivered(world: World, case: str, kind: str = "Kassenstatus", **changes: Any) -> Promise:
    """Return a delivery of a case that reached the first case core."""
    world.clock.advance(1)
    message = await routed(world, f"<{kind}>{case} {world.clock.now_us()}</{kind}>".encode())
    queue = changes.pop("queue", f"deliver:{CORE}")
    own_id = derived_uuid(message.id, "send")
    spec = {"door": "folder", "channel": CORE, "name": f"{own_id}.xml", "record_kind": kind,
            "ref": "status", "case_key": case} | changes  # fmt: skip
    one = await world.promise(
        Promise(own_id, OFFICE, message.id, "deliver", queue, case, spec, message.sha256,
                deadline_us=world.house.deadline_us(world.clock.now_us()))
    )  # fmt: skip
    await fulfil(one, world.house)
    return one


async def arrive(world: World) -> list[str]:
    """Deliver what is due to the new destination, and return the digests in their order."""
    got = []
    while claimed := await world.claim(f"deliver:{NEW}"):
        for one in claimed:
            await fulfil(one, world.house)
            got.append(str(one.payload_sha256))
    return got


async def test_every_case_gets_its_bytes_in_the_order_of_then(world: World) -> None:
    olds = [await delivered(world, case) for case in ("UV-1", "UV-2", "UV-1", "UV-1")]

    done = await supplier(world).carry_out(ORDER)
    world.clock.advance(60)
    got = await arrive(world)

    first = [one.payload_sha256 for one in olds if one.lane_key == "UV-1"]
    assert (4, 4, 2, {}) == (done.chosen, done.fitting, done.cases, done.skipped)
    assert first == [digest for digest in got if digest in first]
    assert {one.payload_sha256 for one in olds} == set(got)
    files = list((world.house.outbox / OFFICE / NEW).glob("*.xml"))
    assert 4 == len(files)
    assert ["closed"] * 4 == [row["state"] for row in await world.messages()]
    assert (await balance(world.house.database, None)).balanced
    noted = await world.rows("SELECT * FROM journal WHERE action = 'delivery_supplied'")
    assert ["reuter"] * 4 == [row["actor"] for row in noted]
    assert all(ORDER.reason not in row["facts"] for row in noted)


async def test_nothing_gets_there_twice(world: World) -> None:
    await delivered(world, "UV-1")
    await supplier(world).carry_out(ORDER)
    early = await supplier(world).carry_out(ORDER)
    await arrive(world)
    later = await supplier(world).carry_out(ORDER)

    assert {"already_there": 1} == dict(early.skipped) == dict(later.skipped)
    assert 2 == len(await world.rows("SELECT id FROM promise WHERE kind = 'deliver'"))


async def test_what_a_person_sent_twice_is_supplied_once(world: World) -> None:
    one = await delivered(world, "UV-1")
    await world.desk.resending.resend(OFFICE, [one.id], "reuter", "Verloren.")
    [again] = await world.claim(f"deliver:{CORE}")
    await fulfil(again, world.house)

    done = await supplier(world).carry_out(ORDER)

    assert (1, 1) == (done.chosen, done.fitting)


async def test_a_dry_run_says_the_same_and_changes_nothing(world: World) -> None:
    for case in ("UV-1", "UV-2"):
        await delivered(world, case)
    before = await world.rows("SELECT * FROM journal")

    tried = await supplier(world).try_out(ORDER)

    assert before == await world.rows("SELECT * FROM journal")
    assert [] == await world.claim(f"deliver:{NEW}")
    done = await supplier(world).carry_out(ORDER)
    assert (tried.chosen, tried.fitting, tried.cases) == (done.chosen, done.fitting, done.cases)


async def test_case_kind_and_period_narrow(world: World) -> None:
    await delivered(world, "UV-1")
    world.clock.advance(5 * 24 * 3600)
    day = world.clock.now_us()
    await delivered(world, "UV-1", "Zahlungseingang")
    await delivered(world, "UV-2")

    async def found(**narrowed: Any) -> int:
        return (await supplier(world).try_out(replace(ORDER, **narrowed))).fitting

    counts = [
        await found(), await found(case_key="UV-1"), await found(kind="Zahlungseingang"),
        await found(since_us=day), await found(until_us=day), await found(kind="Quittung"),
    ]  # fmt: skip
    assert [3, 2, 1, 2, 1, 0] == counts


async def test_a_case_that_is_further_there_is_passed_over(world: World) -> None:
    await delivered(world, "UV-1")
    await delivered(world, "UV-2")
    await delivered(world, "UV-1", queue=f"deliver:{NEW}", ref="live")

    done = await supplier(world).carry_out(ORDER)

    assert ({"overtaken": 1}, 1) == (dict(done.skipped), done.fitting)


async def test_what_came_later_is_never_followed_by_what_came_before(world: World) -> None:
    await delivered(world, "UV-1")
    world.clock.advance(10)
    day = world.clock.now_us()
    await delivered(world, "UV-1")
    await supplier(world).carry_out(replace(ORDER, since_us=day))

    done = await supplier(world).carry_out(ORDER)

    assert {"overtaken": 1, "already_there": 1} == dict(done.skipped)


async def test_other_formats_and_bytes_that_are_gone_are_counted(world: World) -> None:
    await delivered(world, "UV-1", "Mahnung")
    gone = await delivered(world, "UV-2")
    await world.change("DELETE FROM payload WHERE sha256 = :d", d=gone.payload_sha256)

    done = await supplier(world).carry_out(ORDER)

    assert {"format_differs": 1, "bytes_gone": 1} == dict(done.skipped)


async def test_cases_begin_no_faster_than_asked(world: World) -> None:
    for number in range(3):
        await delivered(world, f"UV-{number}")

    await supplier(world).carry_out(replace(ORDER, per_minute=2))

    due = await world.rows("SELECT due_us FROM lane WHERE queue = :q ORDER BY due_us",
                           q=f"deliver:{NEW}")  # fmt: skip
    now_us = world.clock.now_us()
    assert [0, 30, 60] == [(row["due_us"] - now_us) // 1_000_000 for row in due]
    assert 1 == len(await arrive(world))


async def test_a_message_that_comes_meanwhile_stands_behind(world: World) -> None:
    old = await delivered(world, "UV-1")
    await supplier(world).carry_out(ORDER)
    live = Promise("live", OFFICE, old.message_id, "deliver", f"deliver:{NEW}", "UV-1", old.spec)
    await world.house.database.write(lambda tx: lanes.add(tx, live, world.clock.now_us()))

    [first] = await world.claim(f"deliver:{NEW}")

    assert old.id == first.spec["copy_of"]


@pytest.mark.parametrize(
    ("changes", "error", "code"),
    [
        ({"reason": " "}, Rejected, "reason_missing"),
        ({"target": "unbekannt"}, Misconfigured, "target_unknown"),
        ({"target": CORE}, Misconfigured, "target_unknown"),
        ({"target": "ihv"}, Misconfigured, "target_unknown"),
    ],
)
async def test_what_cannot_be_supplied_is_said(
    world: World, changes: dict[str, str], error: type[Exception], code: str
) -> None:
    with pytest.raises(error, match=code):
        await supplier(world).try_out(replace(ORDER, **changes))
