"""The service manager hears when we are ready, alive and ending, over a real socket."""

import asyncio
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.core.errors import Unavailable
from hub.workers.lifesigns import ServiceManager


@pytest.fixture
def post(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as bound:
        bound.bind(str(tmp_path / "notify"))
        bound.settimeout(0)
        yield bound


async def heard(post: socket.socket) -> bytes:
    async with asyncio.timeout(10):
        return await asyncio.get_running_loop().sock_recv(post, 4096)


async def alive() -> None:
    return


async def test_words_arrive_one_per_line(post: socket.socket) -> None:
    ServiceManager(post.getsockname(), 0).say("READY=1", "STATUS=x")

    assert b"READY=1\nSTATUS=x" == await heard(post)


async def test_an_abstract_address_is_understood() -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as bound:
        bound.bind("")  # the kernel gives an abstract name
        bound.settimeout(0)
        ServiceManager("@" + bound.getsockname()[1:].decode(), 0).say("READY=1")

        assert b"READY=1" == await heard(bound)


async def test_the_sign_of_life_is_repeated(post: socket.socket) -> None:
    async with ServiceManager(post.getsockname(), 2_000).watching(alive):
        assert [b"WATCHDOG=1"] * 3 == [await heard(post) for _ in range(3)]


async def test_a_service_that_hangs_is_silent(
    post: socket.socket, caplog: pytest.LogCaptureFixture
) -> None:
    asked = asyncio.Event()

    async def hung() -> None:
        if asked.is_set():
            await asyncio.sleep(3600)
        asked.set()
        raise Unavailable("loop_stuck", "x")

    async with ServiceManager(post.getsockname(), 2).watching(hung):
        await asked.wait()
        await asyncio.sleep(0)

    with pytest.raises(BlockingIOError):
        post.recv(10)
    assert ["watchdog_silent"] == [record.message for record in caplog.records]


async def test_nobody_waits_for_a_sign_where_there_is_no_watchdog(post: socket.socket) -> None:
    async with ServiceManager(post.getsockname(), 0).watching(alive):
        await asyncio.sleep(0)

    with pytest.raises(BlockingIOError):
        post.recv(10)


def test_without_a_manager_nothing_is_said() -> None:
    ServiceManager("", 1_000_000).say("READY=1")


def test_a_manager_that_is_away_stops_nobody(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    ServiceManager(str(tmp_path / "gone"), 0).say("READY=1")

    assert ["manager_unreachable"] == [record.message for record in caplog.records]
