"""What does not pass the gate uses up neither lease nor attempt; only its deadline goes on."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from efile import Conflict, StorageMisconfigured, StorageUnavailable
from hub.core.errors import Misconfigured, Unavailable
from hub.core.settings import HttpsTarget
from hub.pipeline.fulfilment.groups import file_documents
from hub.pipeline.fulfilment.keeping import fulfil
from hub.store import lanes
from hub.store.lanes import Promise
from hub.store.targets.breaker import STORAGE, find
from hub.store.views import signs
from hub.workers.queues.crew import Size
from hub.workers.queues.gates import Gate, StorageGate
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


AWAY = StorageUnavailable("storage_unreachable")
REFUSED = StorageMisconfigured("storage_refused")
FILING = {
    "doc_type": "Bescheid", "mime": "application/xml", "akte": "Kind, Ein", "title": "Bescheid",
    "vorgang": "Bewilligung", "direction": "in", "role": "message",
}  # fmt: skip


async def documents(world: World, count: int) -> StorageGate:
    """Promise a document for each of so many cases; two of them go together."""
    message = await routed(world, b"<anfrage/>")
    now_us = world.clock.now_us()
    promises = [
        Promise(
            f"file-{n}", OFFICE, message.id, "file", "file", f"UV-{n}",
            FILING | {"case_key": f"UV-{n}"}, message.sha256,
            deadline_us=world.house.deadline_us(now_us),
        )
        for n in range(count)
    ]  # fmt: skip
    await world.house.database.write(lambda tx: lanes.add_all(tx, promises, now_us))
    return StorageGate(Size(lanes=2, behind=0, groups=1), world.house)


async def file_some(world: World, storage: StorageGate) -> int:
    """Let what the gate lets through be filed, and return how much that was."""
    groups = await storage.claim(1)
    for group in groups:
        await file_documents(group, world.house)
    return sum(len(group) for group in groups)


async def state(world: World) -> str:
    row = await world.house.database.read(lambda tx: find(tx, STORAGE))
    return str(row["state"]) if row else "never looked at"


async def test_while_all_is_well_the_breaker_before_storage_is_not_even_written(
    world: World,
) -> None:
    storage = await documents(world, 5)

    assert [2, 2, 1] == [await file_some(world, storage) for _ in range(3)]
    assert "never looked at" == await state(world)


async def test_while_the_storage_is_away_one_document_tries_at_a_time(world: World) -> None:
    storage = await documents(world, 20)
    # Three groups of two, then two probes.
    world.room.faults = [AWAY] * 8
    opening = [await file_some(world, storage) for _ in range(4)]
    shut = await world.house.database.read(signs.shut_storage)
    tries = []
    for _ in range(3):
        world.clock.advance(60)
        tries.append([await file_some(world, storage) for _ in range(2)])

    assert [2, 2, 2, 0] == opening
    assert shut is not None
    assert ("storage_unreachable", 20) == (shut["code"], shut["n"])
    # Two fail, the third is taken: then all go again.
    assert [[1, 0], [1, 0], [1, 2]] == tries
    assert "closed" == await state(world)
    assert await world.house.database.read(signs.shut_storage) is None


async def test_a_storage_that_refuses_is_not_asked_by_a_second_group(world: World) -> None:
    storage = await documents(world, 4)
    world.room.faults = [REFUSED] * 2

    assert [2, 0] == [await file_some(world, storage) for _ in range(2)]
    assert "open" == await state(world)


async def test_failures_that_do_not_follow_each_other_open_nothing(world: World) -> None:
    storage = await documents(world, 12)
    for fault in (AWAY, AWAY, None, AWAY, AWAY, None):
        # One document of a group that is taken is enough.
        world.room.faults = [fault] * 2 if fault else [AWAY]
        assert 2 == await file_some(world, storage)

    assert "closed" == await state(world)


async def test_a_probe_stopped_by_something_else_leaves_room_for_the_next(world: World) -> None:
    storage = await documents(world, 4)
    world.room.faults = [REFUSED, REFUSED, Conflict("document_differs")]
    await file_some(world, storage)
    world.clock.advance(60)
    stopped = await file_some(world, storage)
    world.clock.advance(2)

    assert (1, 1) == (stopped, await file_some(world, storage))
    assert "closed" == await state(world)


async def test_a_probe_whose_node_died_is_followed_by_another(world: World) -> None:
    storage = await documents(world, 4)
    world.room.faults = [REFUSED] * 2
    await file_some(world, storage)
    world.clock.advance(60)
    lost = await storage.claim(1)
    world.clock.advance(30)
    waiting = await storage.claim(1)
    world.clock.advance(40)

    assert (1, 0, 1) == (len(lost), len(waiting), await file_some(world, storage))
    assert "closed" == await state(world)
