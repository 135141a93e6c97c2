"""Real S3 servers on loopback: rclone serving a folder, and what any other needs to start."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ACCESS_KEY = "testaccesskey"
SECRET_KEY = "testsecretkey-of-sufficient-length"


@dataclass(frozen=True)
class S3Server:
    """Where it listens, who may enter, and the folder it keeps objects in."""

    endpoint: str
    access_key: str
    secret_key: str
    directory: Path


def rclone_program() -> str | None:
    """Return the rclone beside this Python, or one on the PATH."""
    beside = Path(sys.executable).with_name("rclone")
    return str(beside) if beside.exists() else shutil.which("rclone")


@contextmanager
def start_rclone(directory: Path) -> Iterator[S3Server]:
    """Serve the folder as S3 until the block ends."""
    program = rclone_program()
    if program is None:
        raise FileNotFoundError("rclone is not installed")
    directory.mkdir(parents=True, exist_ok=True)
    endpoint = f"127.0.0.1:{free_port()}"
    command = [
        program, "serve", "s3", "--auth-key", f"{ACCESS_KEY},{SECRET_KEY}", "--addr", endpoint,
        "--config", "/dev/null", str(directory),
    ]  # fmt: skip
    with serving(command, endpoint):
        yield S3Server(endpoint, ACCESS_KEY, SECRET_KEY, directory)


@contextmanager
def serving(
    command: Sequence[str], endpoint: str, environment: Mapping[str, str] | None = None
) -> Iterator[None]:
    """Run a server until the block ends; return when it listens."""
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment
    )
    try:
        _wait_until_open(endpoint, process)
        yield
    finally:
        process.kill()
        process.wait()


def free_port() -> int:
    """Return a port nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_open(endpoint: str, process: subprocess.Popen[bytes]) -> None:
    host, _, port = endpoint.partition(":")
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection((host, int(port)), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"no server opened {endpoint}")
