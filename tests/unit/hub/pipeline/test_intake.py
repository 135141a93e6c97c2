"""Intake: durable before acknowledged, once per id, repetitions as the office wishes."""

from pathlib import Path

import apsw
import pytest

from hub.core.errors import Conflict, Unavailable
from hub.core.settings import Channel
from hub.demo import drops
from hub.demo.cast import MUSTERSTADT
from hub.pipeline.intake import Accepted, Arrival, accept
from tests.factories import make_tenant
from tests.message_house import CORE, OFFICE, OTHER_OFFICE, World, open_world

FALLDATEN = drops.case_data(MUSTERSTADT.xml[1], MUSTERSTADT)


async def test_what_was_accepted_is_on_disk(world: World) -> None:
    accepted = await world.accept(FALLDATEN)

    # A connection of its own sees only what was committed.
    other = apsw.Connection(str(world.house.base / "data" / "hub.sqlite"))
    rows = list(
        other.execute(
            "SELECT message.state, payload.bytes, journal.action, promise.lane_key FROM message "
            "JOIN payload USING (sha256) JOIN journal ON journal.message_id = message.id "
            "JOIN promise ON promise.id = message.id"
        )
    )
    other.close()
    lane = MUSTERSTADT.xml[1].case_id
    assert "received" == accepted.state
    assert [("received", FALLDATEN, "received", lane)] == rows


async def test_a_large_payload_is_a_whole_file_before_its_row(world: World) -> None:
    data = b"x" * 200_000

    accepted = await world.accept(data)

    digest = accepted.message.sha256
    path = world.house.base / "data" / "payloads" / digest[:2] / digest
    assert data == path.read_bytes()


async def test_a_payload_the_door_has_kept_is_accepted_like_bytes(world: World) -> None:
    padded = FALLDATEN + b" " * 200_000
    kept = await world.house.payloads.keep(padded)

    accepted = await world.accept(padded, data=None, kept=kept)

    assert (MUSTERSTADT.xml[1].case_id, kept.sha256) == (
        accepted.message.case_key, accepted.message.sha256
    )  # fmt: skip


async def test_what_the_door_says_of_an_arrival_is_in_the_journal(world: World) -> None:
    await world.accept(FALLDATEN, facts={"sender": "s-1"})

    [entry] = await world.rows("SELECT facts FROM journal")
    assert '{"sender":"s-1"}' == entry["facts"]


async def test_nothing_is_accepted_when_the_door_cannot_write_its_part(world: World) -> None:
    def refuse(_tx: object, accepted: Accepted) -> None:
        raise Conflict("taken", accepted.state)

    with pytest.raises(Conflict, match="received"):
        await world.accept(FALLDATEN, within=refuse)

    assert ([], []) == (await world.messages(), await world.rows("SELECT * FROM promise"))


async def test_nothing_is_accepted_when_the_disk_refuses(world: World) -> None:
    (world.house.base / "data" / "payloads").write_text("in the way")

    with pytest.raises(Unavailable):
        await world.accept(b"x" * 200_000)

    assert [] == await world.messages()


async def test_the_same_id_is_accepted_once(world: World) -> None:
    first = await world.accept(FALLDATEN)
    again = await world.accept(FALLDATEN, id=first.message.id)

    assert first == again
    assert 1 == len(await world.messages())
    assert 1 == len(await world.rows("SELECT * FROM journal"))


async def test_repeated_bytes_are_recorded(world: World) -> None:
    await world.accept(FALLDATEN)
    again = await world.accept(FALLDATEN, name="Kopie.xml")

    assert ("duplicate", "duplicate_bytes") == (again.state, again.code)
    assert 1 == len(await world.rows("SELECT * FROM promise"))


async def test_repeated_bytes_of_another_office_are_new(world: World) -> None:
    await world.accept(FALLDATEN)

    assert "received" == (await world.accept(FALLDATEN, tenant=OTHER_OFFICE)).state


async def test_a_channel_may_accept_repetitions(tmp_path: Path) -> None:
    tenant = make_tenant(channels=(Channel(name=CORE, duplicates="accept"),))
    async with open_world(tmp_path, tenants=(tenant,)) as world:
        await world.accept(FALLDATEN)

        assert "received" == (await world.accept(FALLDATEN)).state


async def test_a_fault_of_the_door_refuses_at_once(world: World) -> None:
    accepted = await world.accept(b"", data=None, fault="oversize", size=10**9)

    [entry] = await world.rows("SELECT action, to_state FROM journal")
    assert ("refused", "oversize") == (accepted.state, accepted.code)
    assert {"action": "refused", "to_state": "refused"} == entry
    assert [] == await world.rows("SELECT * FROM promise")


async def test_a_case_number_that_is_none_takes_no_lane(world: World) -> None:
    odd = FALLDATEN.replace(MUSTERSTADT.xml[1].case_id.encode(), b"../../etc")

    accepted = await world.accept(odd)

    assert accepted.message.case_key is None


async def test_other_bytes_under_a_known_id_are_another_message(world: World) -> None:
    """A name in ``.claimed`` can be copied by whoever may write there."""
    first = await world.accept(FALLDATEN)
    other = FALLDATEN.replace(b"FD-", b"FX-")
    arrival = Arrival(first.message.id, OFFICE, CORE, "forged.xml", len(other), other)

    second = (await accept([arrival], world.house))[0]
    again = (await accept([arrival], world.house))[0]

    assert first.message.id != second.message.id
    assert ("received", second.message.id) == (second.state, again.message.id)
