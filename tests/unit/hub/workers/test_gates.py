"""What does not pass the gate uses up neither lease nor attempt; only its deadline goes on."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hub.core.errors import Misconfigured, Unavailable
from hub.core.settings import HttpsTarget
from hub.pipeline.fulfilment.keeping import fulfil
from hub.store import lanes
from hub.store.lanes import Promise
from hub.workers.gates import Gate
from tests.message_house import OFFICE, OTHER_OFFICE, World, open_world
from tests.unit.hub.pipeline.fulfilment.test_keeping import routed

TARGET = HttpsTarget(
    name="azr", url="https://127.0.0.1:1/azr", idempotent="yes", concurrency=3, open_after=2,
    pause_s=30.0,
)  # fmt: skip


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path, https=(TARGET,)) as world:
        yield world


def gate(world: World, target: HttpsTarget = TARGET) -> Gate:
    return Gate(target, "deliver:azr", world.house)


async def wait_in_line(world: World, *cases: str, tenant: str = OFFICE) -> list[str]:
    """Promise a delivery per case; every second one a second later than the one before."""
    message = await routed(world, tenant.encode())
    ids = []
    for case in cases:
        world.clock.advance(1)
        promise = Promise(
            f"{tenant}-{case}", tenant, message.id, "deliver", "deliver:azr", case,
            {"door": "https", "channel": "azr", "record_kind": "Registeranfrage",
             "answers": False}, message.sha256,
            deadline_us=world.house.deadline_us(world.clock.now_us()),
        )  # fmt: skip
        await world.house.database.write(
            lambda tx, one=promise: lanes.add(tx, one, world.clock.now_us())  # type: ignore[misc]  # a default binds it
        )
        ids.append(promise.id)
    return ids


async def attempts(world: World) -> int:
    [row] = await world.rows("SELECT sum(attempts) AS n FROM promise WHERE kind = 'deliver'")
    return int(row["n"])


async def opened(world: World, *errors: Exception) -> None:
    """Let the partner fail until it is open."""
    world.line.outcomes = [*errors]
    for promise in await gate(world).claim(len(errors)):
        await fulfil(promise, world.house)


AWAY = Unavailable("partner_unreachable")


async def test_no_more_is_claimed_than_the_partner_takes_at_once(world: World) -> None:
    await wait_in_line(world, "a", "b", "c", "d")

    assert 2 == len(await gate(world).claim(2))
    assert 1 == len(await gate(world).claim(64))
    assert 0 == len(await gate(world).claim(64))


async def test_leases_that_ran_out_do_not_count_against_the_limit(world: World) -> None:
    await wait_in_line(world, "a", "b", "c", "d")
    await gate(world).claim(64)
    world.clock.advance(61)

    assert 3 == len(await gate(world).claim(64))


async def test_an_open_partner_costs_no_attempt(world: World) -> None:
    await wait_in_line(world, "a", "b", "c", "d")
    await opened(world, AWAY, AWAY)
    before = await attempts(world)
    world.clock.advance(10)

    assert [] == list(await gate(world).claim(64))
    assert before == await attempts(world)
    assert 1 == len(await world.rows("SELECT * FROM journal WHERE action = 'target_opened'"))


async def test_the_oldest_head_probes_and_its_success_lets_all_in(world: World) -> None:
    ids = await wait_in_line(world, "a", "b", "c", "d")
    await opened(world, AWAY, AWAY)
    world.clock.advance(31)

    [probe] = await gate(world).claim(64)
    assert ids[0] == probe.id
    assert [] == list(await gate(world).claim(64))
    world.line.outcomes = [b""]
    await fulfil(probe, world.house)
    assert 3 == len(await gate(world).claim(64))


async def test_one_office_shut_out_leaves_the_others_in(world: World) -> None:
    await wait_in_line(world, "a", "b")
    others = await wait_in_line(world, "a", "b", tenant=OTHER_OFFICE)
    await opened(world, Misconfigured("certificate_expired"))

    assert others == [promise.id for promise in await gate(world).claim(64)]


async def test_an_office_shut_out_is_probed_by_its_oldest_and_comes_back(world: World) -> None:
    ids = await wait_in_line(world, "a", "b")
    await opened(world, Misconfigured("certificate_expired"))
    world.clock.advance(31)

    [probe] = await gate(world).claim(64)
    assert ids[0] == probe.id
    world.line.outcomes = [b""]
    await fulfil(probe, world.house)
    assert [ids[1]] == [promise.id for promise in await gate(world).claim(64)]


async def test_a_partner_away_and_an_office_shut_out_do_not_wait_for_each_other(
    world: World,
) -> None:
    await wait_in_line(world, "a", "b", "c")
    await opened(world, AWAY, AWAY, Misconfigured("certificate_expired"))
    await world.change("UPDATE target SET state = 'open', next_probe_us = 0")

    [probe] = await gate(world).claim(64)
    world.line.outcomes = [b""]
    await fulfil(probe, world.house)

    assert [] == await world.rows("SELECT * FROM target WHERE state <> 'closed'")


async def test_a_file_for_a_partner_on_the_line_passes_the_probe_on(world: World) -> None:
    ids = await wait_in_line(world, "a", "b", "c")
    await opened(world, AWAY, AWAY)
    await world.change(
        "UPDATE promise SET spec = :spec WHERE id = :id", id=ids[0],
        spec='{"door": "folder", "channel": "azr", "name": "a.xml", "record_kind": "Quittung"}',
    )  # fmt: skip
    world.clock.advance(31)

    [file] = await gate(world).claim(64)
    await fulfil(file, world.house)
    [probe] = await gate(world).claim(64)

    assert [ids[0], ids[1]] == [file.id, probe.id]
    assert "half_open" == (await world.rows("SELECT state FROM target"))[0]["state"]


async def test_nothing_is_claimed_outside_the_window(world: World) -> None:
    # The fixed clock stands on a Wednesday at 12:06 in Germany.
    await wait_in_line(world, "a")
    window = HttpsTarget(name="azr", url="https://127.0.0.1:1/", window="Mi 13:00-14:00")

    assert [] == list(await gate(world, window).claim(64))
    world.clock.advance(3600)
    assert 1 == len(await gate(world, window).claim(64))


async def test_what_becomes_overdue_behind_a_shut_gate_is_handed_to_a_human(world: World) -> None:
    ids = await wait_in_line(world, "a", "b")
    world.clock.advance(73 * 3600)
    never = HttpsTarget(name="azr", url="https://127.0.0.1:1/", window="Di 13:00-14:00")

    assert [] == list(await gate(world, never).claim(64))

    cases = await world.open_cases()
    assert [("deadline_over", id_) for id_ in ids] == sorted(
        (case["code"], case["promise_id"]) for case in cases
    )
