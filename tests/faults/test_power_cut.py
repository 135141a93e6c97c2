"""The power goes while the hub works; what was not synced is gone, all of it or some.

The whole path of the real process: inbox, database, payloads, outbox. ``POWER_CUTS=n`` adds
that many moments drawn by chance, ``POWER_SEED`` draws others.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from hub.demo import cast
from tests.crash import checker
from tests.crash.house import House, build_house
from tests.crash.story import CORE, drop_family, drop_unit
from tests.faults.disk import Chance, Disk, Node, contents, write_out
from tests.faults.trace import calls_in, can_trace, hub, record
from tests.s3_server import start_rclone

pytestmark = [
    pytest.mark.disk, pytest.mark.crash,
    pytest.mark.skipif(not can_trace(), reason="strace cannot trace here"),
]  # fmt: skip

SEED = os.environ.get("POWER_SEED", "20261127")
MOMENTS = (
    "fsync:3", "fdatasync:9", "fdatasync:14", "fdatasync:22", "renameat2:3", "unlinkat:8",
)  # fmt: skip
"""Claiming, taking in, deciding, delivering: on entering the n-th such call of a thread."""
WORKED_THROUGH = "fdatasync:10000"
NOT_OURS = ("hub.log", "hub.lock", "-shm")


def drawn(count: int) -> Iterator[str]:
    chance = random.Random(SEED)  # noqa: S311  no secret
    bounds = {"fsync": 20, "fdatasync": 45, "renameat": 6, "renameat2": 12, "unlinkat": 25}
    for _ in range(count):
        name = chance.choice(sorted(bounds))
        yield f"{name}:{chance.randint(1, bounds[name])}"


@pytest.mark.parametrize(
    "moment", [*MOMENTS, WORKED_THROUGH, *drawn(int(os.environ.get("POWER_CUTS", "0")))]
)
def test_a_power_cut_loses_and_doubles_nothing(tmp_path: Path, moment: str) -> None:
    chance = random.Random(f"{SEED}{moment}")  # noqa: S311  no secret
    with start_rclone(tmp_path / "buckets") as server:
        house = build_house(tmp_path / "house", server)
        drop_everything(house)
        disk = Disk(house.folder)
        ended = record(
            hub(house, "run", "--once"), house.folder / "hub.log", tmp_path / "calls", moment
        )
    disk.replay(calls_in(tmp_path / "calls"))

    assert ended in {0, -signal.SIGKILL}, house.log[-2000:]
    assert ended or ours(disk.top) == ours(Disk(house.folder).top), "not what happened"
    kept: dict[str, Chance] = {"nothing": lambda: False, "some": lambda: chance.random() < 0.5}
    for word, luck in kept.items():
        with after(disk.after_power_cut(luck), house, tmp_path / word) as found:
            assert [] == checker.unsafe(found), f"{moment}, {word}, seed {SEED}"
            assert 0 == found.run_once(), found.log[-2000:]
            assert [] == checker.faults(found), f"{moment}, {word}, seed {SEED}"


def drop_everything(house: House) -> None:
    """A message with two attachments, a case, a notice, and bytes too large for the database."""
    office = cast.BEISPIELHAUSEN
    drop_unit(house)
    drop_family(house, office, office.xml[0])
    house.drop(office.id, CORE, "gross.xml", b"<x>" + b"a" * 200_000 + b"</x>")


def ours(top: Node) -> dict[str, bytes]:
    """Return the files the model is asked about."""
    return {path: data for path, data in contents(top).items() if not path.endswith(NOT_OURS)}


def keep_times(before: House, folder: Path) -> None:
    """Give dropped files the order in which they were dropped: a power cut changes no times."""
    for number, dropped in enumerate(before.dropped):
        for path in folder.rglob(f"*{dropped.name}"):
            moment = time.time() - 3600 + number
            os.utime(path, (moment, moment))


@contextmanager
def after(tree: Node, before: House, folder: Path) -> Iterator[House]:
    """Set up what the cut left, with the objects as they were at that moment."""
    write_out(tree, folder)
    keep_times(before, folder)
    shutil.copytree(before.buckets, folder / "buckets")
    with start_rclone(folder / "buckets") as server:
        settings = folder / "hub.toml"
        text = settings.read_text(encoding="utf-8")
        begin, _, rest = text.partition('endpoint = "')
        text = f'{begin}endpoint = "{server.endpoint}"{rest.partition(chr(34))[2]}'
        settings.write_text(text, encoding="utf-8")
        (folder / "hub.log").touch()
        yield replace(before, folder=folder, buckets=server.directory)
