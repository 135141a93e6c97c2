"""A disk that does not sync or is full, while the whole path works in a real process.

What the disk refuses is neither acknowledged nor tried again on the same file; the hub says in
German what is wrong, and when the disk is well again everything goes its way once.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import pytest

from hub.demo import cast
from tests.crash import checker
from tests.crash.house import House
from tests.crash.story import CORE, drop_story
from tests.faults.trace import can_trace, hub, traced

pytestmark = [
    pytest.mark.disk, pytest.mark.crash,
    pytest.mark.skipif(not can_trace(), reason="strace cannot trace here"),
]  # fmt: skip

PATIENCE_S = 300.0
"""Calls are refused thread by thread, so that some delivery is refused often, and waits double."""
DOES_NOT_SYNC = "fsync,fdatasync,syncfs:error=EIO"
IS_FULL = "pwrite64:error=ENOSPC"
INBOX = f"inbox/{cast.MUSTERSTADT.id}/{CORE}/.claimed"


def until(true: Callable[[], bool], what: str) -> None:
    """Wait for what the process is about to bring about."""
    end = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < end, what
        time.sleep(0.1)


@contextmanager
def refusing(house: House, place: str, fault: str) -> Iterator[subprocess.Popen[bytes]]:
    """Let the hub work while calls on one file or folder fail; end it roughly."""
    path = str(house.folder / place)
    options = ("-o", "/dev/null", "-P", path, "-e", f"inject={fault}")
    tracer = traced(options, hub(house, "run"), house.folder / "hub.log")
    try:
        yield tracer
    finally:
        children = Path(f"/proc/{tracer.pid}/task/{tracer.pid}/children")
        if tracer.poll() is None:
            for child in children.read_text().split():
                os.kill(int(child), signal.SIGKILL)
        tracer.wait(PATIENCE_S)


def put_in_order(house: House) -> None:
    """The disk is well again: what waited is done, once."""
    assert [] == checker.unsafe(house)
    for _ in range(2):
        assert 0 == house.run_once(), house.log[-2000:]
    assert [] == checker.faults(house)


def drop_all(house: House) -> None:
    """Drop files before a house that is set up already: only the work meets the fault."""
    assert 0 == house.run_once(), house.log[-2000:]
    drop_story(house)
    large = b"<x>" + b"a" * 200_000 + b"</x>"
    house.drop(cast.MUSTERSTADT.id, CORE, "gross.xml", large)


@pytest.mark.parametrize(
    ("place", "fault", "message"),
    [
        ("data/hub.sqlite-wal", f"{DOES_NOT_SYNC}:when=2", "Die Datenbank konnte nicht sicher"),
        ("data/hub.sqlite-wal", f"{DOES_NOT_SYNC}:when=9", "Die Datenbank konnte nicht sicher"),
        ("data/hub.sqlite-wal", f"{IS_FULL}:when=40+", "Die Datenbank konnte nicht sicher"),
    ],
)
def test_a_database_that_is_not_durable_ends_the_service_and_loses_nothing(
    house: House, place: str, fault: str, message: str
) -> None:
    drop_all(house)

    with refusing(house, place, fault) as service:
        # A sync is never tried again: it may pretend.
        assert 4 == service.wait(PATIENCE_S), house.log[-3000:]
    assert message in house.log
    put_in_order(house)


@pytest.mark.parametrize(
    ("place", "code"),
    [(INBOX, "disk_refuses"), ("data/payloads", "payload_not_durable")],
)
def test_an_intake_that_cannot_keep_is_told_by_health_and_takes_nothing(
    house: House, place: str, code: str
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = house.folder / "hub.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("[ops]\nport = 0", f"[ops]\nport = {port}"), encoding="utf-8")
    drop_all(house)

    told: dict[str, str] = {}

    def is_told() -> bool:
        # Asked again, the house may have nothing left that could fail.
        told.clear()
        told.update(workers(port))
        return told.get("code") == code

    with refusing(house, place, f"{DOES_NOT_SYNC}:when=1+"):
        until(is_told, house.log[-3000:])
    assert told["message"]
    assert "prüfen" in told["remedy"]
    put_in_order(house)


def workers(port: int) -> dict[str, str]:
    """Return what the house says of its loops; nothing while it is not yet there."""
    try:
        with urlopen(f"http://127.0.0.1:{port}/health", timeout=10) as answer:
            said = json.load(answer)
    except HTTPError as refused:
        said = json.load(refused)
    except (URLError, ConnectionError, TimeoutError):
        return {}
    found: dict[str, str] = said["parts"]["workers"]
    return found


@pytest.mark.parametrize(
    "fault", ["fsync,syncfs:error=EIO:when=1..4", "renameat2:error=ENOSPC:when=1..4"]
)
def test_an_outbox_that_refuses_for_a_while_gets_everything_once_by_itself(
    house: House, fault: str
) -> None:
    drop_all(house)

    with refusing(house, f"outbox/{cast.MUSTERSTADT.id}/{CORE}", fault):
        until(lambda: "outbox_unavailable" in house.log, "nothing was refused")
        until(lambda: rests(house), house.log[-3000:])
    put_in_order(house)


def rests(house: House) -> bool:
    """Tell whether every file was taken and every lane that may go on is empty."""
    waits = [path for path in (house.folder / "inbox").glob("*/*/*.*") if path.is_file()]
    with house.look() as rows:
        return not waits and not rows("SELECT 1 FROM lane WHERE state IN ('ready', 'leased')")
