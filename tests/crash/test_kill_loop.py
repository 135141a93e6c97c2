"""A running house is killed at random moments while three senders drop files."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Callable
from functools import partial

import pytest

from hub.demo import cast, drops
from tests.crash import checker
from tests.crash.house import House
from tests.crash.story import CORE, drop_family, spoilt

pytestmark = pytest.mark.crash

SEED = 20261122
KILLS = 12
ENOUGH_S = 60.0
"""A slow machine does fewer kills, but at least three."""


def test_random_kills_lose_and_double_nothing(house: House) -> None:
    chance = random.Random(SEED)  # noqa: S311  a reproducible order, no secret
    waiting = senders()
    begun, kills = time.monotonic(), 0
    while kills < KILLS and (kills < 3 or time.monotonic() - begun < ENOUGH_S):
        hub = house.start("run")
        end = time.monotonic() + chance.uniform(1.5, 4.0)
        while time.monotonic() < end:
            if waiting and chance.random() < 0.5:
                waiting.pop(0)(house)
            time.sleep(chance.uniform(0.05, 0.3))
        assert hub.poll() is None, house.log[-2000:]
        hub.send_signal(signal.SIGKILL)
        hub.wait()
        kills += 1
        assert [] == checker.unsafe(house), f"seed {SEED}, kill {kills}"
    for drop in waiting:
        drop(house)

    assert 0 == house.run_once(), house.log[-2000:]
    assert [] == checker.faults(house), f"seed {SEED}, {kills} kills"


def senders() -> list[Callable[[House], None]]:
    """Return what is dropped, one act after the other."""
    first, second = cast.MUSTERSTADT, cast.BEISPIELHAUSEN
    acts: list[Callable[[House], None]] = []
    for office, families in ((first, first.xml[1:]), (second, second.xml)):
        acts += [partial(drop_family, office=office, family=family) for family in families]
        acts.append(partial(drop_file, office=office, data=drops.case_table(office), name="A.csv"))
    copy = drops.case_data(first.xml[1], first)
    acts.append(partial(drop_file, office=first, data=copy, name="Kopie.xml"))
    acts.append(partial(drop_file, office=first, data=drops.entity_bomb(), name="Bombe.xml"))
    acts.append(partial(drop_file, office=second, data=spoilt(second.xml[1]), name="falsch.xml"))
    return acts


def drop_file(house: House, *, office: cast.Office, data: bytes, name: str) -> None:
    house.drop(office.id, CORE, name, data)
