"""What stands beside our figures is measured on this machine, now."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.bench.machine import cpu_seconds, fsync_rate, peak_rss_mb, watched

HUNGRY = "import sys; data = b'x' * 60_000_000; print('fed', flush=True); sys.stdin.read()"


@pytest.fixture
def hungry() -> Iterator[int]:
    """A child that holds sixty megabytes."""
    with subprocess.Popen(
        [sys.executable, "-c", HUNGRY], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout
        child.stdout.readline()
        yield child.pid
        child.kill()


def test_memory_of_children_counts(hungry: int) -> None:
    assert 57 < peak_rss_mb() - peak_rss_mb([hungry]) < 120


def test_memory_is_that_of_the_whole_family(tmp_path: Path) -> None:
    me = os.getpid()
    for process, parent, kib in ((me, 1, 2048), (7, me, 1024), (8, 7, 512), (9, 1, 999_999)):
        folder = tmp_path / str(process)
        folder.mkdir()
        (folder / "status").write_text(f"Name:\tx\nPPid:\t{parent}\nVmHWM:\t  {kib} kB\n")
    (tmp_path / "10").mkdir()
    (tmp_path / "10" / "status").write_text(f"Name:\tgone\nPPid:\t{me}\n")

    assert 3.5 == peak_rss_mb((), tmp_path)
    assert 2.0 == peak_rss_mb([7], tmp_path)


async def test_the_most_memory_held_at_one_moment_is_seen(hungry: int) -> None:
    async with watched() as peak:
        await asyncio.sleep(0.5)
    async with watched([hungry]) as without:
        await asyncio.sleep(0.5)

    assert 57 < peak.children - without.children < 120
    assert peak.whole - peak.children > 10


def test_time_of_ended_children_counts(tmp_path: Path) -> None:
    tick = os.sysconf("SC_CLK_TCK")
    for process, parent, times in ((5, 1, "7 3 20 10"), (6, 5, "1 1 0 0"), (7, 1, "9 9 9 9")):
        folder = tmp_path / str(process)
        folder.mkdir()
        (folder / "status").write_text(f"Name:\tx\nPPid:\t{parent}\n")
        (folder / "stat").write_text(f"{process} (a) b) S {'0 ' * 10}{times} 0\n")

    assert 42 / tick == cpu_seconds((), tmp_path, root=5)
    assert 40 / tick == cpu_seconds([6], tmp_path, root=5)


def test_the_disk_is_really_written_to(tmp_path: Path) -> None:
    assert fsync_rate(tmp_path) > 0
    assert [] == list(tmp_path.iterdir())
