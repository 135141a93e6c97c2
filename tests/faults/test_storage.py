"""S3 that fails before and after storing: everything filed once, nothing lost, nothing left.

The whole path from the inbox to the outbox and the e-file, with packs and single documents, on
a real server behind a proxy that fails. ``STORAGE_MESSAGES`` and ``STORAGE_SEED`` choose a
longer or a repeated run.
"""

from __future__ import annotations

import hashlib
import os
import random
import secrets
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import repeat
from pathlib import Path

import pytest

from efile import EFile
from efile.objects.s3 import S3Access, S3Store
from hub.bench.load import Load
from hub.core.settings import Channel
from hub.demo import cast, drops
from hub.pipeline.fulfilment.filing import TRIES
from hub.store.views import signs
from tests.crash import checker
from tests.crash.house import Dropped, House
from tests.efile_house import KEK, SECRET
from tests.factories import make_tenant
from tests.fault_storage import FAULTS, FaultStorage
from tests.message_house import CORE, OFFICE, OTHER_OFFICE, World, open_world, other_office
from tests.s3_server import S3Server

pytestmark = pytest.mark.s3

COUNT = int(os.environ.get("STORAGE_MESSAGES", "60"))
SEED = os.environ.get("STORAGE_SEED", "20261128")
UNITS = 6
ROUNDS = 400
"""Far more than any fault of chance lasts; an end that never comes is a failure."""
CHANGED = {"readback_differs", "manifest_altered", "sealed_object_altered", "key_altered"}
"""How bytes that came back changed once too often are told of: a document's, or its manifest's."""
FOR_THE_OPERATOR = {"keys_changed", "bucket_gone"}


@asynccontextmanager
async def played(
    folder: Path, server: S3Server, faults: Iterator[str]
) -> AsyncIterator[tuple[World, House, FaultStorage]]:
    """A house whose e-file lies behind the proxy."""
    judged = House(folder, server.directory, f"f{secrets.token_hex(4)}")
    plain = tuple(Channel(name=name, ready="rename") for name in (CORE, "ihv"))
    units = (Channel(name=CORE, ready="sidecar"), Channel(name="kasse", ready="rename"))
    tenants = (make_tenant(channels=plain), other_office(units))
    proxy = FaultStorage(server.endpoint, faults)
    async with (
        proxy.serving() as endpoint,
        open_world(folder, children=True, tenants=tenants) as world,
    ):
        access = S3Access(
            endpoint=endpoint, access_key=server.access_key, secret_key=server.secret_key,
            secure=False, prefix=judged.prefix,
        )  # fmt: skip
        kek = folder / "secrets" / "efile_kek"
        kek.parent.mkdir(exist_ok=True)
        kek.write_text(KEK.hex(), encoding="utf-8")
        room = EFile(world.house.database, S3Store(access), world.clock, SECRET)
        try:
            yield replace(world, house=replace(world.house, efile=room)), judged, proxy
        finally:
            await room.close()


def drop_all(world: World, judged: House) -> None:
    """Messages that share packs, and letters with scans that have objects of their own."""
    for number, planned in enumerate(Load(COUNT).planned):
        _drop(world, judged, OFFICE, f"Nachricht_{number:04d}.xml", planned.data)
    office = cast.BEISPIELHAUSEN
    for number in range(UNITS):
        family = replace(office.xml[0], case_id=f"UV-88{number:03d}", account=9000 + number)
        files = {f"Antrag_{number}.xml": drops.case_data(family, office),
                 f"Scan_{number}.pdf": b"%%PDF-1.7 %d" % number + b"x" * 5000}  # fmt: skip
        lines = [f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in files.items()]
        for name, data in files.items():
            world.drop(name, data, OTHER_OFFICE)
        world.drop(f"Antrag_{number}.manifest", "".join(lines).encode(), OTHER_OFFICE)
        name = f"Antrag_{number}.xml"
        judged.dropped.append(Dropped(OTHER_OFFICE, CORE, name, files[name]))


def _drop(world: World, judged: House, office: str, name: str, data: bytes) -> None:
    world.drop(name, data, office)
    judged.dropped.append(Dropped(office, CORE, name, data))


async def waiting(world: World) -> Counter[str]:
    """Return what is not kept yet, by kind."""
    rows = await world.rows("SELECT kind FROM promise WHERE state NOT IN ('confirmed', 'skipped')")
    return Counter(row["kind"] for row in rows)


async def work_through(world: World, rounds: int = ROUNDS) -> None:
    """Work until nothing waits, and let the clock go on between the rounds."""
    for _ in range(rounds):
        await world.run_once()
        world.clock.advance(40)
        if not await waiting(world):
            return


async def end_well(world: World) -> None:
    """Let a human release what was stopped, work on, and see that nothing is left to do."""
    while cases := await world.open_cases():
        assert CHANGED >= {case["code"] for case in cases}
        for case in cases:
            await world.desk.release(case["tenant"], case["id"], "pruefer", "Speicher geheilt.")
        await work_through(world)
    assert {} == await waiting(world)
    room = world.house.efile
    assert isinstance(room, EFile)
    for tenant in (OFFICE, OTHER_OFFICE):
        verified = await room.verify(tenant)
        assert verified.intact, verified.faults


@pytest.mark.parametrize("fault", sorted(set(FAULTS) - FOR_THE_OPERATOR))
async def test_a_storage_that_fails_by_chance_gets_everything_once(
    tmp_path: Path, s3_server: S3Server, fault: str
) -> None:
    chance = random.Random(f"{SEED}{fault}")  # noqa: S311  no secret
    faults = iter(lambda: fault if chance.random() < 0.4 else "good", None)
    async with played(tmp_path, s3_server, faults) as (world, judged, proxy):
        drop_all(world, judged)
        await work_through(world)
        proxy.faults = repeat("good")
        await end_well(world)

    assert proxy.played[fault] > 3
    assert [] == checker.faults(judged)


@pytest.mark.parametrize("fault", ["away", *sorted(FOR_THE_OPERATOR)])
async def test_a_storage_that_is_away_for_the_whole_run_is_waited_for(
    tmp_path: Path, s3_server: S3Server, fault: str
) -> None:
    async with played(tmp_path, s3_server, repeat(fault)) as (world, judged, proxy):
        drop_all(world, judged)
        await work_through(world, rounds=3)

        # Everything else has gone its way; nobody is bothered with each document.
        assert {"file"} == set(await waiting(world))
        assert [] == await world.open_cases()
        [told] = await world.house.database.read(signs.hindered)
        assert told["code"] == ("storage_unreachable" if fault == "away" else "storage_refused")
        proxy.faults = repeat("good")
        await work_through(world)
        await end_well(world)

    assert [] == checker.faults(judged)


async def test_bytes_that_stay_changed_are_shown_to_a_human_and_filed_when_released(
    tmp_path: Path, s3_server: S3Server
) -> None:
    async with played(tmp_path, s3_server, repeat("wrong_bytes")) as (world, judged, proxy):
        drop_all(world, judged)
        await work_through(world, rounds=TRIES * 30)
        stopped = await world.open_cases()
        proxy.faults = repeat("good")
        await end_well(world)

    assert stopped
    assert [] == checker.faults(judged)
