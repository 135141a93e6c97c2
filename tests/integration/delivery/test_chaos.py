"""A partner that misbehaves in every way: exactly one effect, or a doubt that is told.

``CHAOS_MESSAGES`` and ``CHAOS_SEED`` choose a longer or a repeated run.
"""

from __future__ import annotations

import itertools
import os
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from hub.channels.outbound.https import HttpsDoor
from hub.core.settings import HttpsTarget, Idempotent
from hub.pipeline.fulfilment.keeping import fulfil
from hub.pipeline.fulfilment.lines import HttpsLine
from hub.store import lanes
from hub.store.database import Transaction
from hub.store.engines.session import Address
from hub.store.lanes import Promise
from hub.store.messages import Travelled
from hub.workers.queues.crew import Crew, heads, singly
from hub.workers.queues.gates import Gate
from tests.fault_partner import FAULTS, FaultPartner, FaultProxy
from tests.message_house import OFFICE, World, open_world

COUNT = int(os.environ.get("CHAOS_MESSAGES", "200"))
SEED = int(os.environ.get("CHAOS_SEED", "20261122"))
PER_CASE = 4
SILENCE_S = 0.4
"""How long a silent partner is waited for; real time."""
JUMPS_S = (1.0, 1.0, 1.0, 5.0, 20.0, 45.0)
"""By how much the clock goes on between two rounds."""


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def address(request: pytest.FixtureRequest) -> Address | None:
    """Where the house's database is; ``None``: in its folder."""
    if request.param == "sqlite":
        return None
    found: Address = request.getfixturevalue("postgres_address")
    return found


def number_of(address: Address | None) -> int:
    """Return how many deliveries are played; a cross-section on the second engine."""
    return COUNT if address is None else COUNT // 4


def target(url: str, idempotent: Idempotent) -> HttpsTarget:
    query = url + "/{id}" if idempotent == "query-url" else ""
    return HttpsTarget(
        name="azr", url=url, timeout_s=SILENCE_S, idempotent=idempotent, query_url=query,
        concurrency=24, open_after=6, pause_s=2.0,
    )  # fmt: skip


def misbehaving(chance: random.Random, good: float) -> Iterator[str]:
    """Return a behaviour per request; now and then the partner is closed for a while."""
    while True:
        if chance.random() < 0.01:
            yield from ["closed"] * chance.randint(5, 15)
        yield "good" if chance.random() < good else chance.choice(FAULTS)


@asynccontextmanager
async def played(
    folder: Path,
    address: Address | None,
    partner: FaultPartner,
    chance: random.Random,
    idempotent: Idempotent,
) -> AsyncIterator[tuple[World, Crew]]:
    """A house whose line leads through a spoiling proxy to the partner."""
    proxy = FaultProxy(iter(lambda: chance.random() < 0.05, None))
    async with partner.serving() as url, proxy.before(url) as front:
        profile = target(front, idempotent)
        async with (
            open_world(folder, address=address, https=(profile,)) as world,
            HttpsDoor() as door,
        ):
            context = partner.client_context()

            async def client_context(tenant: str, name: str) -> Any:
                return context

            center: Any = SimpleNamespace(client_context=client_context)
            cast("dict[str, Any]", world.house.lines)["azr"] = HttpsLine(door, center, profile)
            gate = Gate(profile, "deliver:azr", world.house)
            crew = Crew(profile.concurrency, singly(fulfil), world.house, heads(gate.claim))
            try:
                yield world, crew
            finally:
                await crew.finish()


async def promised(world: World, count: int) -> list[str]:
    """Promise deliveries of one message, several for each case; return their ids in order."""
    accepted = await world.accept(b"<anfrage/>")
    [travel] = await world.claim("travel")
    message, now_us = accepted.message, world.clock.now_us()
    spec = {"door": "https", "channel": "azr", "record_kind": "Registeranfrage", "answers": False}
    promises = [
        Promise(
            f"uv-{n // PER_CASE}-{n % PER_CASE}", OFFICE, message.id, "deliver", "deliver:azr",
            f"UV-{n // PER_CASE}", spec, message.sha256,
            deadline_us=now_us + 500 * 86_400_000_000,
        )
        for n in range(count)
    ]  # fmt: skip

    def work(tx: Transaction) -> None:
        lanes.finish(tx, travel, "confirmed", now_us)
        way = Travelled(message, "routed", promised=count)
        world.house.messages.travelled(tx, (way,), now_us)
        lanes.add_all(tx, promises, now_us)

    await world.house.database.write(work)
    return [promise.id for promise in promises]


async def work_through(world: World, crew: Crew, jumps: Iterator[float]) -> None:
    """Work until nothing but what waits for a human is left."""
    left = itertools.repeat(None, 100 * COUNT)
    while await world.rows(
        "SELECT 1 FROM lane WHERE queue = 'deliver:azr' AND state IN ('ready', 'leased') LIMIT 1"
    ):
        next(left)  # an end that never comes is a failure
        await crew.round()
        world.clock.advance(next(jumps))


async def states(world: World) -> dict[str, str]:
    rows = await world.rows("SELECT id, state FROM promise WHERE kind = 'deliver'")
    return {row["id"]: row["state"] for row in rows}


def in_order(ids: list[str]) -> bool:
    """Whether each case's deliveries took effect in their order."""
    cases: dict[str, list[int]] = {}
    for one in ids:
        _, case, number = one.split("-")
        cases.setdefault(case, []).append(int(number))
    return all(numbers == sorted(numbers) for numbers in cases.values())


@pytest.mark.parametrize("idempotent", ["yes", "query-url"])
async def test_every_delivery_takes_effect_exactly_once_and_in_order(
    tmp_path: Path, address: Address | None, idempotent: Idempotent
) -> None:
    chance = random.Random(f"{SEED}{idempotent}")  # noqa: S311  no secret
    partner = FaultPartner(misbehaving(chance, good=0.5), recognises=idempotent == "yes")
    async with played(tmp_path, address, partner, chance, idempotent) as (world, crew):
        ids = await promised(world, number_of(address))
        await work_through(world, crew, iter(lambda: chance.choice(JUMPS_S), None))

        stuck = {id_: state for id_, state in (await states(world)).items() if state != "confirmed"}

    assert {} == stuck
    assert dict.fromkeys(ids, 1) == dict(partner.book.effects)
    assert in_order(partner.book.order)
    assert number_of(address) < partner.book.requests.total(), "no fault was played"


async def test_a_partner_that_recognises_nothing_is_never_served_twice_in_silence(
    tmp_path: Path, address: Address | None
) -> None:
    chance = random.Random(f"{SEED}no")  # noqa: S311  no secret
    partner = FaultPartner(misbehaving(chance, good=0.8), recognises=False)
    async with played(tmp_path, address, partner, chance, "no") as (world, crew):
        ids = await promised(world, number_of(address))
        await work_through(world, crew, iter(lambda: chance.choice(JUMPS_S), None))

        ended = await states(world)
        cases = {case["promise_id"] for case in await world.open_cases()}

    effects = partner.book.effects
    assert {"confirmed", "unknown"} <= set(ended.values()) <= {"confirmed", "unknown", "waiting"}
    assert [] == [id_ for id_ in ids if effects[id_] > 1]
    assert [] == [id_ for id_ in ids if ended[id_] == "confirmed" and effects[id_] != 1]
    assert [] == [id_ for id_ in ids if ended[id_] == "waiting" and effects[id_]]
    assert {id_ for id_ in ids if ended[id_] == "unknown"} == cases
    assert in_order(partner.book.order)


@pytest.mark.parametrize("jump_s", [-7_200.0, 7_200.0, -34_560_000.0, 34_560_000.0])
async def test_a_clock_that_jumps_loses_no_lease_and_doubles_no_delivery(
    tmp_path: Path, address: Address | None, jump_s: float
) -> None:
    chance = random.Random(f"{SEED}{jump_s}")  # noqa: S311  no secret
    partner = FaultPartner(misbehaving(chance, good=0.7), recognises=False)
    rounds = iter(range(10_000))

    def jumps() -> float:
        return jump_s if next(rounds) == 3 else chance.choice(JUMPS_S)

    async with played(tmp_path, address, partner, chance, "query-url") as (world, crew):
        ids = await promised(world, 40)
        for _ in range(5):
            await crew.round()
            world.clock.advance(jumps())
        if jump_s < 0:
            # Whoever set the clock back sets it right again; until then what waits, waits.
            world.clock.advance(-jump_s)
        await work_through(world, crew, iter(jumps, None))
        ended = set((await states(world)).values())

    assert {"confirmed"} == ended
    assert dict.fromkeys(ids, 1) == dict(partner.book.effects)
    assert in_order(partner.book.order)
