"""The service under a service manager: ready, alive, ending, exit code 0."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT
from tests.command_line import AWAY
from tests.crash.house import House, build_house


@pytest.fixture
def house(tmp_path: Path) -> House:
    return build_house(tmp_path / "house", AWAY)


@pytest.fixture
def post(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as bound:
        bound.bind(str(tmp_path / "notify"))
        bound.settimeout(60)
        yield bound


@pytest.fixture
def service(house: House, post: socket.socket) -> Iterator["subprocess.Popen[str]"]:
    environment = {**os.environ, "NOTIFY_SOCKET": post.getsockname(), "WATCHDOG_USEC": "400000"}
    environment.pop("WATCHDOG_PID", None)
    with subprocess.Popen(
        [sys.executable, "-m", "hub", "--settings", str(house.folder / "hub.toml"), "run"],
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    ) as running:  # fmt: skip
        yield running
        running.kill()


def heard(post: socket.socket, word: bytes) -> set[bytes]:
    """Listen until a word is said and return everything said until then."""
    said: set[bytes] = set()
    while word not in said:
        said.add(post.recv(4096))
    return said


@pytest.mark.parametrize("times", [1, 3])
def test_it_is_ready_alive_and_ends_when_told(
    house: House, post: socket.socket, service: "subprocess.Popen[str]", times: int
) -> None:
    heard(post, b"READY=1")
    heard(post, b"WATCHDOG=1")
    for _ in range(times):
        service.send_signal(signal.SIGTERM)
    heard(post, b"STOPPING=1")
    said, _ = service.communicate(timeout=60)

    assert (0, True) == (service.returncode, said.startswith("Beendet."))
    assert house.database.exists()


def test_a_watchdog_meant_for_another_process_is_left_alone(
    house: House, post: socket.socket
) -> None:
    environment = {**os.environ, "NOTIFY_SOCKET": post.getsockname(), "WATCHDOG_USEC": "1",
                   "WATCHDOG_PID": "1"}  # fmt: skip
    code = "from hub.core.settings import service_manager as m; print(m()[1])"
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=ROOT, capture_output=True, text=True,
        check=True,
    )  # fmt: skip

    assert "0\n" == done.stdout
