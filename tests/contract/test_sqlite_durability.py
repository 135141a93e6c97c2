"""What SQLite keeps when its process is killed, its disk is full or does not sync."""

import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hub.store.database import Transaction
from hub.store.sqlite import SqliteDatabase

WRITER = "tests.contract.database_writer"
ROOT = Path(__file__).parents[2]


def ids(tx: Transaction) -> list[int]:
    return [row["id"] for row in tx.all("SELECT id FROM item ORDER BY rowid")]


def acknowledged(output: str) -> list[int]:
    return [int(line) for line in output.split("\n")[:-1] if line.isdigit()]


async def kept(path: Path) -> list[int]:
    """Return what a new process finds, and see that the file is sound."""
    database = SqliteDatabase(path)
    found = await database.read(ids)
    check = await database.read(lambda tx: tx.one("PRAGMA integrity_check"))
    database.close()

    assert {"integrity_check": "ok"} == check
    return found


@pytest.mark.crash
@pytest.mark.parametrize("after", [0.0, 0.03, 0.1])
async def test_a_killed_process_loses_nothing_acknowledged(tmp_path: Path, after: float) -> None:
    path = tmp_path / "hub.sqlite"
    said = acknowledged(_write_until_killed(path, after))
    found = await kept(path)

    assert said
    assert set() == set(said) - set(found)
    assert len(set(found)) == len(found)


def _write_until_killed(path: Path, after: float) -> str:
    command = [sys.executable, "-m", WRITER, str(path), "100", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        first: str = process.stdout.readline()
        time.sleep(after)
        process.send_signal(signal.SIGKILL)
        return first + str(process.stdout.read())


@pytest.mark.crash
async def test_a_full_disk_stops_everything_and_loses_nothing_acknowledged(tmp_path: Path) -> None:
    path = tmp_path / "hub.sqlite"
    output = _write_until_refused([], path, size=4000, growth=400_000)

    assert ["database_not_durable", "still database_not_durable"] == output.split("\n")[-3:-1]
    await _nothing_was_lost(path, output)


def _can_inject() -> bool:
    strace = shutil.which("strace")
    if strace is None:
        return False
    probe = [strace, "-qq", "-e", "inject=fdatasync:error=EIO:when=99", "true"]
    return subprocess.run(probe, capture_output=True, check=False).returncode == 0


@pytest.mark.crash
@pytest.mark.skipif(not _can_inject(), reason="strace cannot trace here")
async def test_a_disk_that_does_not_sync_stops_everything_and_loses_nothing_acknowledged(
    tmp_path: Path,
) -> None:
    path = tmp_path / "hub.sqlite"
    fault = "inject=fdatasync,fsync:error=EIO:when=30"
    tracer = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fdatasync,fsync", "-e", fault]
    output = _write_until_refused(tracer, path, size=10, growth=0)

    assert ["database_not_durable", "still database_not_durable"] == output.split("\n")[-3:-1]
    await _nothing_was_lost(path, output)


def _write_until_refused(tracer: list[str], path: Path, *, size: int, growth: int) -> str:
    command = [*tracer, sys.executable, "-m", WRITER, str(path), str(size), str(growth)]
    run = subprocess.run(
        command, capture_output=True, text=True, cwd=ROOT, check=False, timeout=120
    )

    assert 0 == run.returncode, run.stderr
    return run.stdout


async def _nothing_was_lost(path: Path, output: str) -> None:
    said, found = acknowledged(output), await kept(path)

    assert said
    assert set() == set(said) - set(found)
    assert -1 not in found
