"""A bucket is protected at each start, whatever became of the one who made it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from efile import StorageUnavailable
from efile.objects.s3 import S3Store
from tests.unit.efile.objects.test_s3 import response, store_at

ON = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"
OFF = "<VersioningConfiguration/>"
SUSPENDED = ON.replace("Enabled", "Suspended")
LOCK = (
    "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled>"
    "</ObjectLockConfiguration>"
)
DENIED = response("403 Forbidden", "AccessDenied")
UNLOCKED = response("404 Not Found", "ObjectLockConfigurationNotFoundError")


@dataclass
class BucketServer:
    """One bucket on a server that knows versions and locks, unless ``says`` speaks otherwise."""

    exists: bool = True
    versions: str = OFF
    locked: bool = True
    says: dict[str, bytes] = field(default_factory=dict)
    """Answers given whatever is asked to be done, by method and question."""
    asked: list[str] = field(default_factory=list)

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        method, path, *_ = head.split()
        length = re.search(r"content-length: (\d+)", head.lower())
        await reader.readexactly(int(length[1]) if length else 0)
        what = f"{method} {path.partition('?')[2].rstrip('=')}".strip()
        self.asked.append(what)
        writer.write(self.says.get(what) or self._act(what, head.lower()))
        await writer.drain()
        writer.close()

    def _act(self, what: str, head: str) -> bytes:
        if what == "PUT":
            self.exists, self.locked = True, "x-amz-bucket-object-lock-enabled: true" in head
        elif what == "PUT versioning":
            self.versions = ON
        elif what == "PUT object-lock":
            self.locked = True
        elif what == "GET versioning":
            return document(self.versions)
        elif what == "GET object-lock":
            return document(LOCK) if self.locked else UNLOCKED
        elif not self.exists:
            return response("404 Not Found")
        return response("200 OK")


def document(text: str) -> bytes:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\nContent-Length: {len(text)}\r\n"
    return f"{head}Connection: close\r\n\r\n{text}".encode()


@asynccontextmanager
async def store_on(server: BucketServer) -> AsyncIterator[S3Store]:
    """The store of a process that just started."""
    listener = await asyncio.start_server(server, "127.0.0.1", 0)
    store = store_at(listener.sockets[0].getsockname()[1])
    try:
        yield store
    finally:
        await store.close()
        listener.close()
        await listener.wait_closed()


async def prepared(server: BucketServer) -> tuple[str, ...]:
    async with store_on(server) as store:
        await store.prepare("muster")
        return store.unversioned()


async def test_a_new_bucket_is_made_with_lock_and_versions() -> None:
    server = BucketServer(exists=False, locked=False)

    assert () == await prepared(server)

    assert (True, ON, True) == (server.exists, server.versions, server.locked)


@pytest.mark.parametrize("left", [OFF, SUSPENDED])
async def test_versions_that_are_off_are_switched_on_at_the_next_start(left: str) -> None:
    server = BucketServer(versions=left)

    assert () == await prepared(server)

    assert server.versions == ON


async def test_what_is_on_is_looked_at_once_and_left_alone() -> None:
    server = BucketServer(versions=ON)

    async with store_on(server) as store:
        await store.prepare("muster")
        await store.prepare("muster")

    assert ["HEAD", "GET versioning", "GET object-lock", "HEAD"] == server.asked


@pytest.mark.parametrize("what", ["GET versioning", "PUT versioning"])
async def test_versions_nobody_lets_us_switch_on_are_told_until_somebody_mends_it(
    what: str,
) -> None:
    server = BucketServer(says={what: DENIED})

    async with store_on(server) as store:
        await store.prepare("muster")
        lacking = store.unversioned()
        server.says.clear()
        await store.prepare("muster")

        assert (("muster",), ()) == (lacking, store.unversioned())
    assert server.versions == ON


@pytest.mark.parametrize(
    "says",
    [
        {"GET versioning": response("501 Not Implemented", "NotImplemented")},
        {"PUT versioning": response("501 Not Implemented", "NotImplemented")},
        {"PUT versioning": response("200 OK")},
        {"GET versioning": document("this is no document")},
    ],
)
async def test_a_server_that_knows_no_versions_is_not_asked_again(says: dict[str, bytes]) -> None:
    server = BucketServer(says=says)

    async with store_on(server) as store:
        await store.prepare("muster")
        server.asked.clear()
        await store.prepare("muster")

        assert () == store.unversioned()
    assert ["HEAD"] == server.asked


@pytest.mark.parametrize(
    "answer",
    [
        response("503 Slow Down", "SlowDown"),
        response("400 Bad Request", "RequestTimeout"),
        b"this is not HTTP\r\n\r\n",
    ],
)
async def test_what_passes_by_itself_is_tried_again(answer: bytes) -> None:
    server = BucketServer(says={"PUT versioning": answer})

    async with store_on(server) as store:
        with pytest.raises(StorageUnavailable):
            await store.prepare("muster")
        server.says.clear()
        await store.prepare("muster")

        assert () == store.unversioned()
    assert server.versions == ON


async def test_a_lock_that_is_missing_is_asked_for() -> None:
    server = BucketServer(versions=ON, locked=False)

    assert () == await prepared(server)

    assert server.locked


async def test_a_server_that_locks_only_new_buckets_is_worked_with_all_the_same() -> None:
    refusal = response("409 Conflict", "InvalidBucketState")
    server = BucketServer(versions=ON, locked=False, says={"PUT object-lock": refusal})

    assert () == await prepared(server)
