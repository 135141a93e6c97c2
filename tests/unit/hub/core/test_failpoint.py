"""A failpoint does nothing until armed, then kills like a power cut."""

import ast
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from hub.core import failpoint

HUB = Path(failpoint.__file__).parents[1]

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


def test_a_failpoint_may_raise_instead() -> None:
    code, printed = _run("step:2!")

    assert (1, "1") == (code, printed)


def test_declared_failpoints_can_be_enumerated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failpoint, "NAMES", set())
    failpoint.declare("test_only")

    assert "test_only" in failpoint.NAMES


def test_every_failpoint_is_declared_once_and_reached() -> None:
    declared = [name for call in _calls("declare") for name in call]
    reached = [name for call in _calls("reach") for name in call]

    assert sorted(set(declared)) == sorted(declared)
    assert set(declared) == set(reached)


def _calls(function: str) -> list[list[str]]:
    """Return the words handed to a function of the module, everywhere in the hub."""
    return [
        [str(arg.value) for arg in node.args if isinstance(arg, ast.Constant)]
        for path in HUB.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == function
        and getattr(node.func.value, "id", "") == "failpoint"
    ]
