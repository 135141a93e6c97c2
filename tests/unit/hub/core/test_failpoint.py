"""A failpoint does nothing until armed, then kills like a power cut."""

import signal
import subprocess
import sys

from hub.core import failpoint

SCRIPT = """
from hub.core import failpoint
failpoint.arm({armed!r})
for number in (1, 2, 3):
    failpoint.reach("step")
    print(number, flush=True)
"""


def _run(armed: str) -> tuple[int, str]:
    code = SCRIPT.format(armed=armed)
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    return run.returncode, run.stdout.replace("\n", "")


def test_an_unarmed_failpoint_is_passed() -> None:
    failpoint.reach("never_armed")

    assert (0, "123") == _run("elsewhere")


def test_an_armed_failpoint_kills_at_once() -> None:
    assert (-signal.SIGKILL, "") == _run("step")


def test_an_armed_failpoint_waits_for_its_turn() -> None:
    assert (-signal.SIGKILL, "12") == _run("step:3")


def test_declared_failpoints_can_be_enumerated() -> None:
    failpoint.declare("test_only")

    assert "test_only" in failpoint.NAMES
