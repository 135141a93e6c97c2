"""Work for a way that was taken out of the settings is handed to a human, never left waiting."""

import json
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from hub.core.log import JsonLine
from hub.core.settings import Cash
from hub.store import lanes
from hub.store.lanes import Promise
from hub.workers.queues.strays import Strays
from tests.message_house import CORE, OFFICE, OTHER_OFFICE, World, open_world
from tests.unit.hub.pipeline.fulfilment.test_keeping import routed


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path) as world:
        yield world


async def wait(world: World, queue: str, tenant: str = OFFICE) -> str:
    message = await routed(world, f"{queue} {tenant}".encode())
    kind = "order" if queue.startswith("order") else "deliver"
    one = Promise(
        f"{tenant}-{queue}", tenant, message.id, kind, queue, "UV-1", {}, message.sha256,
        deadline_us=world.house.deadline_us(world.clock.now_us()),
    )  # fmt: skip
    await world.house.database.write(lambda tx: lanes.add(tx, one, world.clock.now_us()))
    return one.id


async def stopped(world: World) -> list[str]:
    return [case["promise_id"] for case in await world.open_cases()]


async def test_orders_for_a_removed_cash_system_become_clearing_cases(world: World) -> None:
    own = await wait(world, "order:ihv")
    gone = await wait(world, "order:altkasse")

    await Strays((), world.house).round()

    assert [gone] == await stopped(world)
    [row] = await world.rows("SELECT state FROM promise WHERE id = :id", id=own)
    assert "waiting" == row["state"]


async def test_an_order_for_the_cash_system_of_another_office_is_abandoned_too(
    world: World,
) -> None:
    # The first office orders from ihv, the other one from kasse.
    gone = await wait(world, "order:kasse")

    await Strays((), world.house).round()

    assert [gone] == await stopped(world)


async def test_a_delivery_nobody_serves_becomes_a_clearing_case(world: World) -> None:
    await wait(world, f"deliver:{CORE}")
    gone = await wait(world, "deliver:altverfahren")

    await Strays([f"deliver:{CORE}"], world.house).round()

    assert [gone] == await stopped(world)


async def test_what_is_released_without_a_way_is_stopped_again(world: World) -> None:
    gone = await wait(world, "order:altkasse")
    strays = Strays((), world.house)
    await strays.round()
    [case] = await world.open_cases()

    await world.desk.release(OFFICE, case["id"], "ahrens", "noch einmal")
    world.clock.advance(61)
    await strays.round()

    assert [gone] == await stopped(world)


async def test_with_the_way_set_up_again_nothing_is_stopped(world: World) -> None:
    await wait(world, "order:altkasse")
    tenants = tuple(
        msgspec.structs.replace(one, cash=Cash(partner="altkasse", office="1", budget_out="1",
                                               budget_in="1"))
        for one in world.house.settings.tenants
    )  # fmt: skip
    settings = msgspec.structs.replace(world.house.settings, tenants=tenants)

    await Strays((), replace(world.house, settings=settings)).round()

    assert [] == await stopped(world)
    assert {OFFICE, OTHER_OFFICE} == {tenant.id for tenant in tenants}


async def test_a_stopped_promise_is_logged_with_the_correlation_of_its_message(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    await wait(world, "order:altkasse")
    with caplog.at_level(logging.WARNING):
        await Strays((), world.house).round()

    [record] = [one for one in caplog.records if one.message == "promise_stopped"]
    [message] = await world.messages()
    line = json.loads(JsonLine().format(record))
    assert (message["correlation_id"], message["id"]) == (
        line["correlation_id"], line["message_id"],
    )  # fmt: skip


async def test_a_delivery_over_a_line_without_address_says_so(tmp_path: Path) -> None:
    async with open_world(tmp_path, https=()) as world:
        gone = await wait(world, "deliver:azr")
        await world.change(
            "UPDATE promise SET spec = :spec WHERE id = :id", id=gone,
            spec='{"door": "https", "channel": "azr", "name": "", "record_kind": "Registermeldung"}',
        )  # fmt: skip

        await world.run_once()

        [case] = await world.open_cases()
        assert ("line_missing", gone) == (case["code"], case["promise_id"])
