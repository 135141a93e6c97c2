"""Groups: one act for many promises, and each with an outcome of its own."""

from collections import Counter

import pytest
from msgspec.structs import replace

from efile import Conflict, IntegrityBroken, StorageMisconfigured, StorageUnavailable
from hub.core.errors import Unavailable
from hub.pipeline.fulfilment.filing import TRIES
from hub.pipeline.fulfilment.groups import deliver_files, file_documents
from hub.store import lanes
from hub.store.lanes import Promise
from tests.message_house import CORE, OFFICE, World
from tests.unit.hub.pipeline.fulfilment.test_keeping import promise, routed, state_of

FILING = {
    "case_key": "UV-1", "doc_type": "Bescheid", "mime": "application/xml", "akte": "Kind, Ein",
    "vorgang": "Bewilligung", "title": "Bescheid", "direction": "in", "role": "message",
}  # fmt: skip
DELIVERY = {"door": "folder", "channel": CORE, "record_kind": "Quittung"}


async def group(world: World, kind: str, *cases: str, size: int = 0) -> list[Promise]:
    """Return promises in the lanes of these cases, claimed with all that stands behind."""
    for number, case in enumerate(cases):
        message = await routed(world, b"<anfrage nummer='%d'/>" % number + b" " * size)
        spec = FILING if kind == "file" else DELIVERY | {"name": f"antwort-{number}.xml"}
        one = Promise(
            f"promise-{number}", OFFICE, message.id, kind, kind, case, spec, message.sha256,
            deadline_us=world.house.deadline_us(world.clock.now_us()),
        )  # fmt: skip
        await world.house.database.write(lambda tx, one=one: lanes.add(tx, one, 0))
    return await claim(world, kind)


async def claim(world: World, kind: str) -> list[Promise]:
    now_us = world.clock.now_us()
    return await world.house.database.write(
        lambda tx: lanes.claim(
            tx, kind, limit=50, behind=9, me="hub-1", now_us=now_us, lease_us=60_000_000
        )
    )


async def test_documents_are_filed_together_and_close_their_messages(world: World) -> None:
    promises = await group(world, "file", "UV-1", "UV-1", "UV-2")

    await file_documents(promises, world.house)

    assert sorted(one.id for one in promises) == sorted(world.room.documents)
    assert [("confirmed", "closed", None)] * 3 == [await state_of(world, p) for p in promises]
    assert [] == await claim(world, "file")


async def test_messages_between_machines_may_share_an_object_and_letters_not(world: World) -> None:
    promises = await group(world, "file", "UV-1", "UV-2")
    letter = replace(promises[1], spec=FILING | {"mime": "application/pdf", "role": "original"})

    await file_documents([promises[0], letter], world.house)

    assert [True, False] == [world.room.documents[p.id].packable for p in promises]


async def test_what_one_document_is_refused_for_stops_its_own_lane_only(world: World) -> None:
    promises = await group(world, "file", "UV-1", "UV-1", "UV-2")
    world.room.faults = [Conflict("key_taken", "Schon vergeben.")]

    await file_documents(promises, world.house)

    by_id = {one.id: await state_of(world, one) for one in promises}
    assert ("dead", "clearing", "key_taken") == by_id["promise-0"]
    assert "waiting" == by_id["promise-1"][0]
    assert ("confirmed", "closed", None) == by_id["promise-2"]


async def test_a_storage_that_is_away_is_waited_for(world: World) -> None:
    promises = await group(world, "file", "UV-1", "UV-2")
    world.room.faults = [StorageUnavailable("storage_unreachable")]

    await file_documents(promises, world.house)

    assert ["waiting", "confirmed"] == [(await state_of(world, p))[0] for p in promises]
    world.clock.advance(2)
    await file_documents(await claim(world, "file"), world.house)
    assert [("confirmed", "closed", None)] * 2 == [await state_of(world, p) for p in promises]


async def test_a_storage_that_lets_nobody_in_is_waited_for(world: World) -> None:
    promises = await group(world, "file", "UV-1", "UV-2")
    world.room.faults = [StorageMisconfigured("storage_refused")] * 2

    await file_documents(promises, world.house)

    assert ["waiting", "waiting"] == [(await state_of(world, p))[0] for p in promises]
    assert [] == await world.open_cases()


async def test_bytes_that_come_back_changed_are_a_matter_for_humans_when_they_stay_so(
    world: World,
) -> None:
    [one] = await group(world, "file", "UV-1")
    for _ in range(TRIES):
        world.room.faults = [IntegrityBroken("readback_differs")]
        await file_documents([one], world.house)
        world.clock.advance(900)
        [one] = await claim(world, "file") or [one]

    assert ("dead", "clearing", "readback_differs") == await state_of(world, one)


async def test_a_database_that_takes_no_index_at_the_moment_is_waited_for(world: World) -> None:
    promises = await group(world, "file", "UV-1", "UV-2")
    world.room.faults = [Unavailable("commit_unanswered", "Der Abschluss ist unbestätigt.")]

    await file_documents(promises, world.house)

    assert ["waiting", "waiting"] == [(await state_of(world, p))[0] for p in promises]
    assert [] == await world.open_cases()


async def test_what_is_too_heavy_for_one_portion_waits_for_the_next_time(world: World) -> None:
    promises = await group(world, "file", "UV-1", "UV-1", "UV-1", "UV-2", size=6_000_000)

    await file_documents(promises, world.house)
    states = {one.id: (await state_of(world, one))[0] for one in promises}
    await file_documents(await claim(world, "file"), world.house)

    assert {"confirmed": 3, "waiting": 1} == Counter(states.values())
    assert "waiting" == states["promise-2"]
    assert ["promise-0", "promise-1", "promise-3", "promise-2"] == list(world.room.documents)


async def test_files_for_a_folder_leave_together(world: World) -> None:
    promises = await group(world, "deliver", "UV-1", "UV-2")

    await deliver_files(promises, world.house)

    folder = world.house.outbox / OFFICE / CORE
    names = sorted(path.name for path in folder.glob("*.xml"))
    assert ["antwort-0.xml", "antwort-1.xml"] == names
    assert [("confirmed", "closed", None)] * 2 == [await state_of(world, p) for p in promises]


async def test_damaged_bytes_stop_their_own_delivery(world: World) -> None:
    promises = await group(world, "deliver", "UV-1", "UV-2")
    damaged = promises[0].payload_sha256
    await world.change("UPDATE payload SET bytes = x'00' WHERE sha256 = :sha", sha=damaged)

    await deliver_files(promises, world.house)

    states = [await state_of(world, one) for one in promises]
    assert [("dead", "clearing", "payload_damaged"), ("confirmed", "closed", None)] == states


async def test_a_lost_lease_throws_its_own_result_away(world: World) -> None:
    promises = await group(world, "deliver", "UV-1", "UV-2")
    world.clock.advance(61)
    taken_over = await claim(world, "deliver")

    await deliver_files(promises, world.house)

    assert ["leased"] * 2 == [(await state_of(world, one))[0] for one in promises]
    await deliver_files(taken_over, world.house)
    assert [("confirmed", "closed", None)] * 2 == [await state_of(world, p) for p in promises]
    assert 2 == len(await world.rows("SELECT * FROM journal WHERE action = 'delivered'"))


@pytest.mark.parametrize("queue", ["deliver:fachverfahren"])
async def test_one_delivery_is_a_group_of_one(world: World, queue: str) -> None:
    one = await promise(world, queue=queue)

    await deliver_files([one], world.house)

    assert ("confirmed", "closed", None) == await state_of(world, one)
