"""Messages between us and a child arrive whole, or the other side counts as dead in time."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator

import pytest

from hub.pipeline.isolation.line import Line


@pytest.fixture
def ends() -> Iterator[tuple[Line, socket.socket]]:
    """Our end, and what the other side really sends and takes."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield Line(ours), theirs


def test_messages_arrive_one_by_one_and_whole(ends: tuple[Line, socket.socket]) -> None:
    ours, theirs = ends
    large = bytes(range(256)) * 20_000
    sent = (b"", b"a", large)

    def send() -> None:
        for one in sent:
            Line(theirs).send(one)

    sender = threading.Thread(target=send)
    sender.start()

    assert sent == tuple(ours.receive(60) for _ in sent)
    sender.join()


@pytest.mark.parametrize("half", [b"", b"\0\0", struct.pack(">I", 4) + b"ab"])
def test_whoever_stops_is_dead_when_the_time_is_over(
    ends: tuple[Line, socket.socket], half: bytes
) -> None:
    ours, theirs = ends
    theirs.sendall(half)

    with pytest.raises(TimeoutError):
        ours.receive(0.05)


def test_whoever_sends_drop_by_drop_has_no_more_time(ends: tuple[Line, socket.socket]) -> None:
    ours, theirs = ends
    over = threading.Event()

    def drip() -> None:
        theirs.sendall(struct.pack(">I", 2**31))
        while not over.wait(0.005):
            theirs.sendall(b"x")

    dripping = threading.Thread(target=drip)
    dripping.start()
    with pytest.raises(TimeoutError):
        ours.receive(0.1)
    over.set()
    dripping.join()


def test_whoever_takes_nothing_is_dead_too(ends: tuple[Line, socket.socket]) -> None:
    ours, _ = ends

    with pytest.raises(TimeoutError):
        ours.send(b"x" * 50_000_000, 0.05)


def test_more_than_agreed_is_refused(ends: tuple[Line, socket.socket]) -> None:
    ours, theirs = ends
    Line(theirs).send(b"ab")

    with pytest.raises(ValueError, match="longer than agreed"):
        ours.receive(60, 1)


def test_whoever_leaves_is_dead_at_once(ends: tuple[Line, socket.socket]) -> None:
    ours, theirs = ends
    theirs.sendall(b"\0")
    theirs.close()

    with pytest.raises(EOFError):
        ours.receive(60)
