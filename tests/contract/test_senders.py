"""Senders over HTTPS on both engines: credentials, keys that hold across nodes, fates."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hub.app import all_migrations
from hub.core.settings import Intake
from hub.demo import drops
from hub.demo.cast import MUSTERSTADT
from hub.store.migrate import migrate
from hub.store.payloads import Payloads
from hub.store.senders import credentials, fates, posts
from hub.store.senders.credentials import Credential
from hub.web.api import posting
from hub.web.api.problems import Problem
from hub.web.api.services import Door
from hub.web.api.units.receiving import Received
from tests.engines import AnyDatabase, Engine
from tests.message_house import CORE, OFFICE, World, open_world

BODY = drops.case_data(MUSTERSTADT.xml[1], MUSTERSTADT)
CREDENTIAL = Credential(
    id="c-1", tenant=OFFICE, channel=CORE, sender="fv", kind="token", digest="d-1",
    created_us=1, expires_us=2**62,
)  # fmt: skip
CERTIFICATE = replace(CREDENTIAL, id="c-2", kind="certificate", digest="d-2", partner="fv")


@pytest.fixture
async def nodes(engine: Engine) -> AsyncIterator[list[AnyDatabase]]:
    """Two nodes on one database."""
    first = engine.open()
    await migrate(first, all_migrations(first.dialect), 1)
    opened = [first, engine.open()]
    yield opened
    for node in opened:
        await asyncio.to_thread(node.close)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path / "world") as world:
        yield world


@pytest.fixture
def doors(nodes: list[AnyDatabase], world: World) -> list[Door]:
    """The door of each node."""
    folder = world.house.base / "payloads"
    houses = [
        replace(world.house, database=node, payloads=Payloads(node, folder)) for node in nodes
    ]
    return [Door.before(house, Intake(), lambda: None) for house in houses]


async def add(node: AnyDatabase, *wanted: Credential) -> list[bool]:
    return await node.write(lambda tx: [credentials.add(tx, one) for one in wanted])


async def find(node: AnyDatabase, kind: Any, digest: str, now_us: int = 5) -> Credential | None:
    return await node.read(lambda tx: credentials.find(tx, kind, digest, now_us))


async def test_a_credential_is_found_by_its_kind_and_digest_alone(
    nodes: list[AnyDatabase],
) -> None:
    first, second = nodes
    added = await add(first, CREDENTIAL, CERTIFICATE, replace(CREDENTIAL, id="c-3"))

    assert [True, True, False] == added
    assert CREDENTIAL == await find(second, "token", "d-1")
    assert CERTIFICATE == await find(second, "certificate", "d-2")
    assert [None] * 2 == [
        await find(second, "certificate", "d-1"),
        await find(second, "token", "d-2"),
    ]


async def test_a_credential_ends_and_is_revoked_for_every_node(nodes: list[AnyDatabase]) -> None:
    first, second = nodes
    await add(first, CREDENTIAL, replace(CERTIFICATE, expires_us=10))
    trusted = credentials.trusted_partners
    partners = [await second.read(lambda tx, at=at: trusted(tx, at)) for at in (9, 10)]
    revoked = await first.write(lambda tx: credentials.revoke(tx, "c-1", 7))
    again = await first.write(lambda tx: credentials.revoke(tx, "c-1", 8))

    assert [("fv",), ()] == partners
    assert revoked == again == replace(CREDENTIAL, revoked_us=7)
    assert [None] * 2 == [
        await find(second, "token", "d-1"),
        await find(second, "certificate", "d-2", 10),
    ]
    assert await first.write(lambda tx: credentials.revoke(tx, "c-9", 8)) is None


async def test_the_list_is_of_one_office_or_of_all(nodes: list[AnyDatabase]) -> None:
    node, foreign = nodes[0], replace(CERTIFICATE, tenant="anderswo")
    await add(node, CREDENTIAL, foreign)

    assert [CREDENTIAL] == await node.read(lambda tx: credentials.every(tx, OFFICE))
    assert [CREDENTIAL, foreign] == await node.read(credentials.every)


async def test_use_is_noted_to_the_hour(nodes: list[AnyDatabase]) -> None:
    node, hour = nodes[0], 3_600_000_000
    await add(node, CREDENTIAL)
    for at in (hour, hour + 1, 2 * hour):
        known = await find(node, "token", "d-1")
        assert known
        await node.write(lambda tx, known=known, at=at: credentials.note_use(tx, known, at))
        used = await find(node, "token", "d-1")
        assert used
        assert (hour if at < 2 * hour else at) == used.last_used_us


async def wanted(door: Door, key: str, body: bytes = BODY) -> posting._Request:
    kept = await door.house.payloads.keep(body)
    received = Received(kept, "nachricht.xml", "application/xml")
    return posting._Request(CREDENTIAL, key, received)


async def test_a_key_makes_one_message_however_many_nodes_it_reaches_at_once(
    doors: list[Door], nodes: list[AnyDatabase]
) -> None:
    requests = [await wanted(doors[0], f"k-{n}", BODY + b" " * n) for n in range(20)]
    pairs = [
        await asyncio.gather(*(posting._entered(one, door) for door in doors)) for one in requests
    ]
    [row] = await nodes[0].read(lambda tx: tx.all("SELECT count(*) AS n FROM message"))

    assert all(first.message_id == second.message_id for first, second in pairs)
    assert {1} == {sum(one.accepted is not None for one in pair) for pair in pairs}
    assert len(requests) == row["n"]


async def test_a_key_taken_on_one_node_is_refused_to_other_bytes_on_the_other(
    doors: list[Door],
) -> None:
    first, second = doors
    await posting._entered(await wanted(first, "k"), first)

    with pytest.raises(Problem, match="idempotency_key_reused"):
        await posting._entered(await wanted(second, "k", b"<other/>"), second)


async def test_a_message_is_its_senders_own_and_its_fate_is_told(
    doors: list[Door], nodes: list[AnyDatabase]
) -> None:
    message_id = (await posting._entered(await wanted(doors[0], "k"), doors[0])).message_id
    place = {"tenant": OFFICE, "channel": CORE, "sender": "fv", "message_id": message_id}
    fate = await nodes[1].read(lambda tx: fates.fate_of(tx, OFFICE, message_id))

    assert await nodes[1].read(lambda tx: posts.is_own(tx, **place))
    assert not await nodes[1].read(lambda tx: posts.is_own(tx, **place | {"sender": "x"}))
    assert fate
    assert ("received", None, len(BODY)) == (
        fate.message["state"], fate.verdict, fate.message["size_bytes"],
    )  # fmt: skip
    assert await nodes[1].read(lambda tx: fates.fate_of(tx, "anderswo", message_id)) is None


async def test_a_repetition_names_the_first(doors: list[Door], nodes: list[AnyDatabase]) -> None:
    door = doors[0]
    first = (await posting._entered(await wanted(door, "k-1"), door)).message_id
    again = (await posting._entered(await wanted(door, "k-2"), door)).message_id
    fate = await nodes[0].read(lambda tx: fates.fate_of(tx, OFFICE, again))

    assert fate
    assert ("duplicate", first) == (fate.message["state"], fate.duplicate_of)
