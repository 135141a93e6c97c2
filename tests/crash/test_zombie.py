"""A process that is stopped and goes on later finds its lease gone and its result unwanted."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hub.pipeline.fulfilment.keeping import fulfil
from hub.store import lanes
from hub.store.lanes import Promise
from tests.crash.zombie import connect
from tests.message_house import CORE, OFFICE, World, open_world
from tests.unit.hub.pipeline.fulfilment.test_keeping import routed

pytestmark = pytest.mark.crash


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path) as world:
        connect(world, tmp_path)
        yield world


async def promised(world: World, queue: str) -> str:
    """Promise one delivery of a routed message."""
    message = await routed(world)
    door = "https" if queue == "deliver:azr" else "folder"
    spec = {"door": door, "channel": CORE, "name": "a.xml", "record_kind": "Quittung"} | (
        {"answers": False} if door == "https" else {}
    )
    one = Promise(
        "p-1", OFFICE, message.id, "deliver", queue, "UV-1", spec, message.sha256,
        deadline_us=world.house.deadline_us(world.clock.now_us()),
    )  # fmt: skip
    await world.house.database.write(lambda tx: lanes.add(tx, one, world.clock.now_us()))
    return one.id


@contextmanager
def stopped(folder: Path, step: str, queue: str) -> Iterator[subprocess.Popen[str]]:
    """A worker that was stopped like a suspended machine, before the step."""
    command = [sys.executable, "-m", "tests.crash.zombie", str(folder), step, queue]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as worker:
        try:
            assert worker.stdout
            assert "held\n" == worker.stdout.readline()
            os.kill(worker.pid, signal.SIGSTOP)
            yield worker
        finally:
            worker.kill()


def wake(worker: subprocess.Popen[str]) -> dict[str, int]:
    """Let it go on, and return what it says at its end."""
    os.kill(worker.pid, signal.SIGCONT)
    output, _ = worker.communicate("go on\n", timeout=60)
    assert 0 == worker.returncode
    said: dict[str, int] = json.loads(output)
    return said


async def take_over(world: World, queue: str) -> Promise:
    """Wait until the lease ran out, and do the work."""
    world.clock.advance(61)
    [promise] = await world.claim(queue)
    await fulfil(promise, world.house)
    return promise


async def state(world: World) -> tuple[str, str]:
    [row] = await world.rows(
        "SELECT promise.state, lane.state AS lane FROM promise JOIN lane "
        "ON lane.queue = promise.queue AND lane.lane_key = promise.lane_key WHERE id = 'p-1'"
    )
    return row["state"], row["lane"]


def effects(folder: Path) -> list[str]:
    book = folder / "book"
    return book.read_text(encoding="utf-8").split() if book.exists() else []


async def test_a_zombie_that_had_not_sent_sends_no_more(world: World, tmp_path: Path) -> None:
    one = await promised(world, "deliver:azr")
    with stopped(tmp_path, "leased", "deliver:azr") as worker:
        ours = await take_over(world, "deliver:azr")
        said = wake(worker)

    assert said["epoch"] < ours.epoch
    assert [one] == effects(tmp_path)
    assert ("confirmed", "idle") == await state(world)
    assert 1 == len(await world.rows("SELECT * FROM journal WHERE action = 'delivered'"))


async def test_what_a_zombie_may_have_sent_is_not_sent_a_second_time(
    world: World, tmp_path: Path
) -> None:
    one = await promised(world, "deliver:azr")
    with stopped(tmp_path, "sending", "deliver:azr") as worker:
        await take_over(world, "deliver:azr")
        assert [] == effects(tmp_path)
        wake(worker)

    assert [one] == effects(tmp_path)
    assert ("unknown", "blocked") == await state(world)
    assert ["outcome_unknown"] == [case["code"] for case in await world.open_cases()]


async def test_a_zombie_puts_no_second_file_into_an_outbox(world: World, tmp_path: Path) -> None:
    queue = f"deliver:{CORE}"
    await promised(world, queue)
    with stopped(tmp_path, "leased", queue) as worker:
        await take_over(world, queue)
        before = (tmp_path / "outbox" / OFFICE / CORE / "a.xml").stat()
        wake(worker)

    folder = tmp_path / "outbox" / OFFICE / CORE
    assert ["a.xml", "a.xml.sha256"] == sorted(path.name for path in folder.iterdir())
    assert before.st_ino == (folder / "a.xml").stat().st_ino
    assert ("confirmed", "idle") == await state(world)
    assert 1 == len(await world.rows("SELECT * FROM journal WHERE action = 'delivered'"))
