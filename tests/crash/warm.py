"""The hub forked from a process that has imported it: a start without its second of imports.

It is a process of the hub all the same, with its own memory, threads, connections and locks,
and ended by a real signal. Only what an interpreter does before ``main`` is shared.
"""

from __future__ import annotations

import atexit
import multiprocessing
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from hub.cli import main

_FORGE = multiprocessing.get_context("forkserver")
_FORGE.set_forkserver_preload([__name__])
_running: set[ForkServerProcess] = set()


class Warm:
    """A running command of the hub."""

    def __init__(self, folder: Path, command: Sequence[str], failpoint: str = "") -> None:
        """``folder`` holds ``hub.toml``; what the command says is added to ``hub.log`` there."""
        (folder / "hub.log").touch()
        self._process = _FORGE.Process(target=_live, args=(folder, tuple(command), failpoint))
        self._process.start()
        _running.add(self._process)

    @property
    def pid(self) -> int:
        assert self._process.pid
        return self._process.pid

    def annex(self) -> int | None:
        """Return the process that files for this hub, if it has one."""
        for status in Path("/proc").glob("[0-9]*/status"):
            with suppress(OSError):
                command = (status.parent / "cmdline").read_bytes()
                parents = status.read_text(encoding="utf-8").partition("PPid:")[2].split()
                if b"hub.app.annex" in command and parents[0] == str(self.pid):
                    return int(status.parent.name)
        return None

    def poll(self) -> int | None:
        """Return the exit code, negative: the killing signal; ``None`` while it runs."""
        code = self._process.exitcode
        if code is not None:
            _running.discard(self._process)
        return code

    def wait(self, timeout_s: float | None = None) -> int:
        """Wait for its end and return the exit code; negative: the killing signal."""
        self._process.join(timeout_s)
        code = self.poll()
        if code is None:
            raise TimeoutError(f"the hub still runs after {timeout_s} s")
        return code

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def _live(folder: Path, command: Sequence[str], failpoint: str) -> None:
    log = os.open(folder / "hub.log", os.O_WRONLY | os.O_APPEND)
    for descriptor in (1, 2):
        os.dup2(log, descriptor)
    for name in [name for name in os.environ if name.startswith("AKTENHUB_")]:
        del os.environ[name]
    if failpoint:
        os.environ["AKTENHUB_FAILPOINT"] = failpoint
    sys.exit(main(["--settings", str(folder / "hub.toml"), *command]))


@atexit.register
def _leave_nothing() -> None:
    """End what a failed test left; multiprocessing would wait for it for ever."""
    for process in _running:
        # One that ended has given its number back.
        if process.is_alive():
            process.kill()
