"""A child has limits: memory, files, descriptors; tested in a process of its own."""

import multiprocessing
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from hub.pipeline.isolation.cell import Limits, _confine


def confined(pipe: Connection, act: Callable[[], object]) -> None:
    """Run an act under the limits of a child and say what became of it."""
    _confine(Limits(256, 1.0, 1))
    try:
        act()
    except BaseException as exc:  # noqa: BLE001  its type is the answer
        pipe.send(type(exc).__name__)
    else:
        pipe.send("done")


def take_memory() -> object:
    return bytearray(512 * 1024 * 1024)


def write_a_file() -> object:
    return Path("/dev/shm/aktenhub-cell-test").write_bytes(b"x" * 10)


def open_many() -> object:
    return [Path("/dev/null").open() for _ in range(200)]


def think() -> object:
    return sum(range(1000))


@pytest.mark.parametrize(
    ("act", "ends"),
    [
        (take_memory, "MemoryError"),
        (write_a_file, "OSError"),
        (open_many, "OSError"),
        (think, "done"),
    ],
)
def test_a_child_gets_no_more_than_it_may(act: Callable[[], object], ends: str) -> None:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=confined, args=(theirs, act))
    process.start()
    process.join(60)

    assert ours.poll(0)
    assert ends == ours.recv()
    assert 0 == process.exitcode
