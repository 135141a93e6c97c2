"""One breaker and one limit for all nodes, on both engines."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest

from hub.app import all_migrations
from hub.core.clock import FixedClock
from hub.core.settings import Delivery, HttpsTarget
from hub.pipeline.house import StorageSight
from hub.store import lanes
from hub.store.desk import holds
from hub.store.desk.holds import Hold
from hub.store.lanes import Promise
from hub.store.migrate import migrate
from hub.store.targets.breaker import (
    PARTNER,
    STORAGE,
    Failure,
    failed,
    find,
    listed,
    succeeded,
)
from hub.store.targets.claims import Lease, claim_overdue
from hub.store.views import signs
from hub.workers.queues.crew import Size
from hub.workers.queues.gates import Gate, StorageGate
from tests.engines import AnyDatabase, Engine

COUNT = 3
QUEUE = "deliver:azr"
TARGET = HttpsTarget(name="azr", url="https://127.0.0.1:1/", concurrency=5)
S = 1_000_000


@dataclass
class Cluster:
    """Nodes on one database, one clock, and each node's gate to the partner."""

    nodes: list[AnyDatabase]
    clock: FixedClock
    gates: list[Gate]

    async def wait_in_line(self, *cases: str, tenant: str = "a", overdue: bool = False) -> None:
        now_us = self.clock.now_us()
        deadline_us = now_us - 1 if overdue else now_us + 10**12
        promises = [
            Promise(
                f"{tenant}-{case}", tenant, "m", "deliver", QUEUE, case, deadline_us=deadline_us
            )
            for case in cases
        ]
        await self.nodes[0].write(lambda tx: lanes.add_all(tx, promises, now_us))
        self.clock.advance(1)

    async def claim_at_once(self) -> list[Promise]:
        """Let every node claim at the same time."""
        claimed = await asyncio.gather(*(gate.claim(64) for gate in self.gates))
        return [promise for line in claimed for promise in line]

    async def fail(self, node: int, limit: int, tenant: str = PARTNER) -> bool:
        now_us = self.clock.now_us()
        failure = Failure("no_answer", now_us, now_us + 30 * S, limit)
        return await self.nodes[node].write(lambda tx: failed(tx, "azr", tenant, failure))


@pytest.fixture
async def cluster(engine: Engine) -> AsyncIterator[Cluster]:
    clock = FixedClock()
    first = engine.open()
    await migrate(first, all_migrations(first.dialect), clock.now_us())
    alone = first.dialect == "sqlite"
    nodes = [first, *(first if alone else engine.open() for _ in range(COUNT - 1))]
    gates = [Gate(TARGET, QUEUE, _house(node, number, clock)) for number, node in enumerate(nodes)]
    yield Cluster(nodes, clock, gates)
    for node in dict.fromkeys(nodes):
        await asyncio.to_thread(node.close)


def _house(node: AnyDatabase, number: int, clock: FixedClock) -> Any:
    settings = SimpleNamespace(node=f"hub-{number}", delivery=Delivery())
    return SimpleNamespace(database=node, clock=clock, settings=settings, storage=StorageSight())


async def test_together_the_nodes_claim_no_more_than_the_partner_takes(cluster: Cluster) -> None:
    await cluster.wait_in_line(*(f"UV-{n}" for n in range(30)))

    claimed = await cluster.claim_at_once() + await cluster.claim_at_once()

    assert TARGET.concurrency == len({promise.id for promise in claimed}) == len(claimed)


async def test_of_many_nodes_that_see_it_fail_one_opens_it(cluster: Cluster) -> None:
    opened = await asyncio.gather(*(cluster.fail(n % COUNT, limit=5) for n in range(12)))

    assert 1 == sum(opened)


async def test_of_many_nodes_that_see_the_time_come_one_probes_with_the_oldest(
    cluster: Cluster,
) -> None:
    await cluster.wait_in_line("UV-oldest")
    await cluster.wait_in_line(*(f"UV-{n}" for n in range(10)))
    await cluster.fail(0, limit=1)
    assert [] == await cluster.claim_at_once()
    cluster.clock.advance(31)

    assert ["a-UV-oldest"] == [promise.id for promise in await cluster.claim_at_once()]
    row = await cluster.nodes[1].read(lambda tx: find(tx, "azr"))
    assert row is not None
    assert "half_open" == row["state"]


async def test_of_many_nodes_one_tries_a_storage_that_is_away_with_one_document(
    cluster: Cluster,
) -> None:
    clock, nodes = cluster.clock, cluster.nodes
    gates = [
        StorageGate(Size(lanes=2, behind=0, groups=1), _house(node, number, clock))
        for number, node in enumerate(nodes)
    ]
    now_us = clock.now_us()
    waiting = [
        Promise(f"f-{n}", "a", "m", "file", "file", f"UV-{n}", deadline_us=now_us + 10**12)
        for n in range(20)
    ]
    failure = Failure("storage_refused", now_us, now_us + 30 * S, 1)
    await nodes[0].write(lambda tx: lanes.add_all(tx, waiting, now_us))
    await nodes[0].write(lambda tx: failed(tx, STORAGE, PARTNER, failure))

    shut = await asyncio.gather(*(gate.claim(1) for gate in gates))
    clock.advance(31)
    due = await asyncio.gather(*(gate.claim(1) for gate in gates))
    told = await nodes[1].read(signs.shut_storage)
    await nodes[2].write(lambda tx: succeeded(tx, STORAGE, PARTNER, clock.now_us()))
    clock.advance(2)
    again = await asyncio.gather(*(gate.claim(1) for gate in gates))

    assert [0] * COUNT == [len(groups) for groups in shut]
    assert [1] == [len(group) for groups in due for group in groups]
    assert told is not None
    assert ("storage_refused", 20) == (told["code"], told["n"])
    assert [2] * COUNT == [len(group) for groups in again for group in groups]


async def test_an_office_shut_out_is_passed_over_on_every_node(cluster: Cluster) -> None:
    await cluster.wait_in_line("UV-1", "UV-2", tenant="a")
    await cluster.wait_in_line("UV-1", "UV-2", tenant="b")
    await cluster.fail(1, limit=1, tenant="a")

    assert {"b"} == {promise.tenant for promise in await cluster.claim_at_once()}
    rows = await cluster.nodes[2].read(lambda tx: listed(tx, "b"))
    assert [("", 2, 2)] == [(r["tenant"], r["in_flight"], r["waiting"]) for r in rows]


async def test_what_is_overdue_is_found_without_an_attempt(cluster: Cluster) -> None:
    await cluster.wait_in_line("UV-1")
    await cluster.wait_in_line("UV-2", overdue=True)
    now_us = cluster.clock.now_us()
    lease = Lease("hub-1", now_us, now_us + S)

    found = await cluster.nodes[1].write(lambda tx: claim_overdue(tx, QUEUE, 10, lease))

    assert [("a-UV-2", "dead", 0)] == [(one.id, state, one.attempts) for one, state in found]


@pytest.mark.parametrize(("value", "found"), [("azr", []), ("ihv", ["a-UV-2"])])
async def test_what_was_held_back_is_overdue_as_much_later(
    cluster: Cluster, value: str, found: list[str]
) -> None:
    made_us = cluster.clock.now_us()
    one = Promise("a-UV-2", "a", "m", "deliver", QUEUE, "UV-2", deadline_us=made_us + 60 * S)
    await cluster.nodes[0].write(lambda tx: lanes.add(tx, one, made_us))
    hold = Hold(
        id="hold-1", tenant="a", kind="partner", value=value, reason="Wartung", actor="ahrens",
        until_us=made_us + 3600 * S,
    )  # fmt: skip
    await cluster.nodes[0].write(lambda tx: holds.put(tx, hold, made_us))
    cluster.clock.advance(1800)
    now_us = cluster.clock.now_us()
    await cluster.nodes[0].write(lambda tx: holds.end(tx, "hold-1", "ahrens", now_us))
    lease = Lease("hub-1", now_us, now_us + S)

    overdue = await cluster.nodes[1].write(lambda tx: claim_overdue(tx, QUEUE, 10, lease))
    paused = await cluster.nodes[1].read(lambda tx: holds.paused_us(tx, "a", "a-UV-2", now_us))

    assert found == [one.id for one, _ in overdue]
    assert (1800 * S if value == "azr" else 0) == paused
