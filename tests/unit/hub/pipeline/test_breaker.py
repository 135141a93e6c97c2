"""How long an open target rests, and that it is told once, with the message that showed it."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hub.core.errors import Misconfigured, Unavailable
from hub.core.settings import HttpsTarget
from hub.pipeline.breaker import note_answer, note_failure
from hub.pipeline.outcomes import DeliveryClass
from hub.store.lanes import Promise
from hub.store.targets import breaker
from tests.message_house import OFFICE, World, open_world
from tests.unit.hub.pipeline.fulfilment.test_keeping import promise

TARGET = HttpsTarget(name="azr", url="https://127.0.0.1:1/azr", open_after=1, pause_s=30.0)
AWAY = Unavailable("partner_unreachable")
S = 1_000_000


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path, https=(TARGET,)) as world:
        yield world


async def fail(world: World, one: Promise, error: Unavailable = AWAY) -> None:
    ended = DeliveryClass.TRANSIENT
    await world.house.database.write(
        lambda tx: note_failure(tx, one, TARGET, error, ended, world.house)
    )


async def probe(world: World) -> float:
    """Let the pause pass and a probe begin; return how long the pause was."""
    row = await world.house.database.read(lambda tx: breaker.find(tx, "azr"))
    assert row is not None
    pause_us: int = row["next_probe_us"] - world.clock.now_us()
    world.clock.at_us = row["next_probe_us"]
    await world.house.database.write(
        lambda tx: breaker.admit(
            tx, "azr", "deliver:azr", in_flight_max=1, now_us=world.clock.now_us(), lease_us=S
        )
    )
    return pause_us / S


async def test_pauses_double_with_jitter_up_to_the_longest(world: World) -> None:
    one = await promise(world)
    pauses = []
    for _ in range(8):
        await fail(world, one)
        pauses.append(await probe(world))

    longest = world.house.settings.delivery.max_retry_s
    ceilings = [min(30.0 * 2**n, longest) for n in range(8)]
    assert all(c / 2 <= p <= c for p, c in zip(pauses, ceilings, strict=True)), pauses


async def test_a_wish_of_the_partner_makes_the_pause_longer_and_never_shorter(
    world: World,
) -> None:
    one = await promise(world)
    await fail(world, one, Unavailable("partner_busy", retry_after_s=600.0))
    assert 600.0 == await probe(world)
    await fail(world, one, Unavailable("partner_busy", retry_after_s=1.0))

    assert 30.0 <= await probe(world) <= 60.0


async def test_opening_and_closing_are_told_once_with_the_message_that_showed_it(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    one = await promise(world)
    with caplog.at_level(logging.INFO):
        for _ in range(5):
            await fail(world, one)
        for _ in range(2):
            await world.house.database.write(lambda tx: note_answer(tx, one, TARGET, world.house))

    told = [record.message for record in caplog.records if record.name == "hub.pipeline.breaker"]
    assert ["target_opened", "target_closed"] == told
    entries = await world.rows("SELECT * FROM journal WHERE action LIKE 'target%' ORDER BY seq")
    assert [(OFFICE, one.message_id, one.id)] * 2 == [
        (entry["tenant"], entry["message_id"], entry["promise_id"]) for entry in entries
    ]
    assert {"to": "azr", "scope": "partner", "code": "partner_unreachable"} == json.loads(
        entries[0]["facts"]
    )


async def test_a_fault_of_one_office_says_that_the_partner_is_there(world: World) -> None:
    one = await promise(world)
    await fail(world, one)
    refused, ended = Misconfigured("partner_denies_access"), DeliveryClass.TARGET
    await world.house.database.write(
        lambda tx: note_failure(tx, one, TARGET, refused, ended, world.house)
    )

    rows = await world.rows("SELECT tenant, state FROM target ORDER BY tenant")
    assert [("", "closed"), (OFFICE, "open")] == [(row["tenant"], row["state"]) for row in rows]
