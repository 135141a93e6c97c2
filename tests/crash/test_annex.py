"""Documents filed by a process of their own: as safe as filed by the hub."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.crash import checker
from tests.crash.house import PATIENCE_S, House
from tests.crash.story import drop_story, senders
from tests.crash.warm import Warm

pytestmark = pytest.mark.crash
NAME = "hub-1-ablage"


def wait_until(holds: Callable[[], object], what: str) -> None:
    end = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < end, what
        time.sleep(0.02)


@contextmanager
def running(house: House) -> Iterator[Warm]:
    """A hub that files apart, at work."""
    hub = house.start("run")
    try:
        wait_until(hub.annex, "no annex")
        yield hub
    finally:
        hub.kill()
        hub.wait(PATIENCE_S)


def filed(house: House) -> set[str]:
    """Return who filed what was filed so far."""
    with house.look() as rows:
        return {row["node"] for row in rows("SELECT node FROM journal WHERE action = 'filed'")}


def waits(house: House) -> bool:
    with house.look() as rows:
        return bool(rows("SELECT 1 FROM promise WHERE kind = 'file' AND state <> 'confirmed'"))


def gone(process: int) -> bool:
    return not Path(f"/proc/{process}").exists()


def test_the_annex_files_everything_and_ends_with_the_hub(house: House) -> None:
    house.file_apart()
    drop_story(house)
    with running(house) as hub:
        annex = hub.annex()
        wait_until(lambda: filed(house) and not waits(house), house.log)
        hub.send_signal(signal.SIGTERM)
        assert 0 == hub.wait(PATIENCE_S), house.log

    assert annex
    assert gone(annex)
    assert {NAME} == filed(house)
    assert 0 == house.run_once()
    assert [] == checker.faults(house)


def test_a_killed_annex_is_started_again_and_nothing_is_filed_twice(house: House) -> None:
    house.file_apart()
    early, *late = senders()
    early(house)
    with running(house) as hub:
        first = hub.annex()
        assert first
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: "filing_process_ended" in house.log, "nobody noticed")
        wait_until(lambda: (hub.annex() or first) != first, "no second annex")
        for send in late:
            send(house)
        wait_until(lambda: filed(house) and not waits(house), house.log)

    assert 0 == house.run_once()
    assert [] == checker.faults(house)


def test_the_annex_of_a_killed_hub_finishes_and_ends(house: House) -> None:
    house.file_apart()
    drop_story(house)
    with running(house) as hub:
        annex = hub.annex()
        assert annex
        hub.kill()
        hub.wait(PATIENCE_S)

        wait_until(lambda: gone(annex), "an annex without a hub goes on")

    assert [] == checker.unsafe(house)
    assert 0 == house.run_once()
    assert [] == checker.faults(house)
