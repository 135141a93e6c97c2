"""Cash files: numbered once, written again after a crash, and never all stopped by one."""

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from hub.core.errors import Unavailable
from hub.core.settings import Delivery
from hub.demo import drops
from hub.demo.cast import BEISPIELHAUSEN, MUSTERSTADT, Family
from hub.pipeline.balance import balance
from hub.pipeline.fulfilment.cash_files import close_due_files
from hub.pipeline.fulfilment.keeping import fulfil
from hub.pipeline.journey.travel import travel
from hub.pipeline.setbacks import give_up
from hub.store import batches
from tests.message_house import OFFICE, OTHER_OFFICE, World, open_world

DELIVERY = Delivery(first_retry_s=1.0, batch_window_s=30.0, batch_max=3)


async def order(world: World, family: Family, office: str = OFFICE) -> None:
    """Bring a case so far that its orders wait."""
    cast = MUSTERSTADT if office == OFFICE else BEISPIELHAUSEN
    for data in (drops.case_data(family, cast), drops.notice(family)):
        await world.accept(data, tenant=office)
        for promise in await world.claim("travel"):
            await travel([promise], world.house)


async def files(world: World) -> list[dict[str, object]]:
    return await world.rows("SELECT * FROM batch ORDER BY tenant, sequence")


@pytest.fixture
async def world(living_world: World) -> World:
    """A house whose files hold three orders at most."""
    settings = msgspec.structs.replace(living_world.house.settings, delivery=DELIVERY)
    return replace(living_world, house=replace(living_world.house, settings=settings))


async def test_orders_wait_for_company_until_the_window_ends(world: World) -> None:
    await order(world, MUSTERSTADT.xml[2])

    assert 0 == await close_due_files(world.house, at_once=False)
    world.clock.advance(31)
    assert 1 == await close_due_files(world.house, at_once=False)

    [file] = await files(world)
    assert (1, "written", 2, 39_400 + 45_400) == (
        file["sequence"], file["state"], file["record_count"], file["total_cents"],
    )  # fmt: skip


async def test_a_full_file_does_not_wait(world: World) -> None:
    for family in MUSTERSTADT.xml[1:]:
        await order(world, family)

    await close_due_files(world.house, at_once=False)

    assert [(1, 3)] == [(file["sequence"], file["record_count"]) for file in await files(world)]


async def test_a_crash_between_number_and_bytes_writes_the_same_file(world: World) -> None:
    await order(world, MUSTERSTADT.xml[2])
    now_us = world.clock.now_us()
    await world.house.database.write(
        lambda tx: batches.open_batch(
            tx, batch_id="b-1", tenant=OFFICE, partner="ihv", queue="order:ihv", limit=10,
            now_us=now_us,
        )
    )  # fmt: skip

    await close_due_files(world.house, at_once=True)
    [first] = await files(world)
    await world.change("UPDATE batch SET state = 'open', payload_sha256 = NULL")
    await world.change("DELETE FROM promise WHERE spec LIKE '%b-1%'")
    world.clock.advance(3600)
    await close_due_files(world.house, at_once=True)

    [second] = await files(world)
    assert (1, first["payload_sha256"]) == (second["sequence"], second["payload_sha256"])


async def test_nothing_to_do_gives_no_number(world: World) -> None:
    await order(world, MUSTERSTADT.xml[2])

    counts = [await close_due_files(world.house, at_once=True) for _ in range(3)]

    assert [1, 0, 0] == counts
    assert 1 == len(await files(world))


async def test_a_delivered_file_settles_its_orders(world: World) -> None:
    await order(world, MUSTERSTADT.xml[2])
    await close_due_files(world.house, at_once=True)
    [delivery] = await world.claim("deliver:ihv")

    await fulfil(delivery, world.house)

    orders = await world.rows("SELECT state FROM promise WHERE kind = 'order'")
    assert ["confirmed"] * 2 == [row["state"] for row in orders]
    assert ["delivered"] == [file["state"] for file in await files(world)]


async def test_a_file_that_cannot_be_written_stops_only_its_own_office(world: World) -> None:
    await order(world, MUSTERSTADT.xml[2])
    await order(world, BEISPIELHAUSEN.xml[0], OTHER_OFFICE)
    await world.change(
        "UPDATE payload SET bytes = x'00' WHERE sha256 IN (SELECT payload_sha256 FROM promise "
        "WHERE kind = 'order' AND tenant = :tenant)",
        tenant=OTHER_OFFICE,
    )

    counts = [await close_due_files(world.house, at_once=True) for _ in range(3)]

    assert [1, 0, 0] == counts
    assert ["open", "written"] == [file["state"] for file in await files(world)]
    assert ["payload_damaged"] == [case["code"] for case in await world.open_cases()]
    assert (await balance(world.house.database, None)).balanced


async def test_files_behind_a_stopped_one_wait_and_leave_in_order(world: World) -> None:
    await order(world, MUSTERSTADT.xml[1])
    now_us = world.clock.now_us()
    await world.house.database.write(
        lambda tx: batches.open_batch(
            tx, batch_id="b-1", tenant=OFFICE, partner="ihv", queue="order:ihv", limit=10,
            now_us=now_us,
        )
    )  # fmt: skip
    kept = await world.rows("SELECT payload_sha256 AS sha FROM promise WHERE batch_id = 'b-1'")
    [payload] = await world.rows("SELECT * FROM payload WHERE sha256 = :sha", sha=kept[0]["sha"])
    await world.change("UPDATE payload SET bytes = x'00' WHERE sha256 = :sha", sha=kept[0]["sha"])
    await order(world, MUSTERSTADT.xml[2])

    await close_due_files(world.house, at_once=True)
    assert ["open", "open"] == [file["state"] for file in await files(world)]
    await world.change(
        "UPDATE payload SET bytes = :bytes WHERE sha256 = :sha",
        bytes=payload["bytes"], sha=payload["sha256"],
    )  # fmt: skip
    assert 2 == await close_due_files(world.house, at_once=True)

    rows = await world.rows("SELECT lane_seq, spec FROM promise WHERE queue = 'deliver:ihv'")
    assert [(1, "b-1")] == [(r["lane_seq"], "b-1") for r in rows if '"b-1"' in r["spec"]]


async def test_a_file_that_cannot_be_delivered_hangs_on_one_of_its_messages(world: World) -> None:
    await order(world, MUSTERSTADT.xml[2])
    await close_due_files(world.house, at_once=True)
    [delivery] = await world.claim("deliver:ihv")

    await give_up(delivery, Unavailable("outbox_unavailable"), "dead", world.house)

    [case] = await world.open_cases()
    assert delivery.id == case["promise_id"]
    await world.desk.release(OFFICE, case["id"], "ahrens", "Freigabe wieder da.")
    [again] = await world.claim("deliver:ihv")
    await fulfil(again, world.house)
    assert ["delivered"] == [file["state"] for file in await files(world)]


async def test_each_office_counts_its_own_files(tmp_path: Path) -> None:
    async with open_world(tmp_path, children=True) as world:
        await order(world, MUSTERSTADT.xml[2])
        await order(world, BEISPIELHAUSEN.xml[0], OTHER_OFFICE)

        await close_due_files(world.house, at_once=True)

        assert [(OTHER_OFFICE, 1), (OFFICE, 1)] == [
            (file["tenant"], file["sequence"]) for file in await files(world)
        ]
