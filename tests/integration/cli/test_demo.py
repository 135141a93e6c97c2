"""The demonstration ends with everything it started."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.s3


def programs_of(folder: Path) -> list[str]:
    """Return the command lines of living processes that name the folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            line = (process / "cmdline").read_bytes().decode(errors="replace")
        except OSError:
            continue
        if str(folder) in line and int(process.name) != os.getpid():
            found.append(line.replace("\0", " "))
    return found


async def test_a_signal_ends_every_program(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    demo = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "hub", "demo", "--folder", str(folder), "--port", "0",
        stdout=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    for _ in range(600):
        if (folder / "logs" / "kasse.log").exists():
            break
        await asyncio.sleep(0.1)
    demo.send_signal(signal.SIGTERM)
    code = await asyncio.wait_for(demo.wait(), 60)

    assert 0 == code
    assert [] == programs_of(folder)
