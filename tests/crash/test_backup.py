"""A backup taken from a working house at a random moment is put back and goes on from there."""

from __future__ import annotations

import random
import shutil
import signal
import time
from dataclasses import replace
from pathlib import Path

import pytest

from tests.crash import checker
from tests.crash.house import PATIENCE_S, Dropped, House
from tests.crash.story import senders

pytestmark = pytest.mark.crash

SEED = 20261123


@pytest.mark.parametrize("run", range(2))
def test_a_restored_house_loses_and_doubles_nothing_of_its_time(
    house: House, tmp_path: Path, run: int
) -> None:
    chance = random.Random(SEED + run)  # noqa: S311  a reproducible moment, no secret
    hub = house.start("run")
    acts = senders()
    moment = chance.randrange(3, len(acts) - 2)
    for act in acts[:moment]:
        act(house)
        time.sleep(chance.uniform(0.05, 0.3))
    backup = house.start("backup", str(tmp_path / "backup"))
    for act in acts[moment:]:
        act(house)
        time.sleep(chance.uniform(0.05, 0.2))
    assert 0 == backup.wait(PATIENCE_S), house.log[-2000:]
    hub.send_signal(signal.SIGKILL)
    hub.wait()

    new = restored(house, tmp_path)
    for tenant in sorted({file.tenant for file in house.dropped}):
        # What was filed after the backup lies in S3 already; the index must know it again.
        assert 0 == new.start("efile", "rebuild", "--tenant", tenant).wait(PATIENCE_S)
    assert [] == checker.unsafe(new), f"seed {SEED + run}"
    assert 0 == new.run_once(), new.log[-2000:]
    # Objects filed after the backup belong to the house that was lost; they stay where they are.
    faults = [one for one in checker.faults(new) if not one.startswith("I3 object")]
    assert [] == faults, f"seed {SEED + run}"


def restored(house: House, folder: Path) -> House:
    """Put the backup into another folder, as if on another machine."""
    target = folder / "new"
    shutil.copytree(house.folder / "secrets", target / "secrets")
    done = house.start("restore", str(folder / "backup"), str(target))
    assert 0 == done.wait(PATIENCE_S), house.log[-2000:]
    new = replace(house, folder=target)
    return replace(new, dropped=known_to(new, house.dropped))


def known_to(new: House, dropped: list[Dropped]) -> list[Dropped]:
    """Return what a restored house was given in its time."""
    state = checker.State.read(new)
    accepted = {(m["tenant"], m["channel"], m["original_name"]) for m in state.messages}
    for tenant, channel in {(file.tenant, file.channel) for file in dropped}:
        inbox = new.folder / "inbox" / tenant / channel
        names = [path.name for path in inbox.iterdir() if path.is_file()]
        names += [checker._named(path) for path in inbox.glob(".claimed/*")]
        accepted |= {(tenant, channel, name) for name in names}
    # What came later is not in the backup; its senders were never promised more.
    known = [f for f in dropped if (f.tenant, f.channel, f.name) in accepted]
    assert known, "the backup was taken before anything was accepted"
    return known
