"""The door as a process: what large bodies cost it, and what its death leaves behind."""

import asyncio
import hashlib
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from io import BytesIO
from pathlib import Path

import aiohttp
import apsw
import pytest

from tests.architecture.tree import ROOT
from tests.door import MESSAGES, XML
from tests.forms import Field, headers, message, written

MEGABYTE = 1024 * 1024
PATIENCE_S = 60
ALONE = {"Content-Type": XML}


class Served:
    """A running door."""

    def __init__(self, process: asyncio.subprocess.Process, port: int) -> None:
        self.process = process
        self.base = f"https://localhost:{port}"

    def peak_kb(self) -> int:
        """Return the most memory it ever held."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1])

    async def post(
        self, body: object, key: str, said: Mapping[str, str] = ALONE
    ) -> tuple[int, dict[str, str], dict[str, object]]:
        headers = {"Authorization": "Bearer t-1", "Idempotency-Key": key, **said}
        # The certificate is made anew by every process; what is tested here is not TLS.
        async with (
            aiohttp.ClientSession() as session,
            session.post(self.base + MESSAGES, data=body, headers=headers, ssl=False) as answer,
        ):
            return answer.status, dict(answer.headers), await answer.json()


@asynccontextmanager
async def served(folder: Path, failpoint: str = "") -> AsyncIterator[Served]:
    environment = {**os.environ, "AKTENHUB_FAILPOINT": failpoint}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.integration.door.served", str(folder), cwd=ROOT,
        env=environment, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdin
    assert process.stdout
    try:
        port = int(await asyncio.wait_for(process.stdout.readline(), PATIENCE_S))
        yield Served(process, port)
    finally:
        process.stdin.close()
        await asyncio.wait_for(process.wait(), PATIENCE_S)


def rows(folder: Path, sql: str) -> list[tuple[object, ...]]:
    database = apsw.Connection(str(folder / "house" / "data" / "hub.sqlite"))
    try:
        return list(database.execute(sql))
    finally:
        database.close()


async def _large(block: bytes, count: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield block


async def test_a_hundred_megabytes_cost_a_few(tmp_path: Path):
    block = os.urandom(MEGABYTE)
    async with served(tmp_path) as door:
        await door.post(b"<first/>", "k-0")
        before = door.peak_kb()
        answers = await asyncio.gather(
            *(door.post(_large(block + bytes([n]), 95), f"k-{n}") for n in range(1, 4))
        )
        cost = door.peak_kb() - before

    assert [202] * 3 == [status for status, _, _ in answers]
    digest = hashlib.sha256((block + b"\1") * 95).hexdigest()
    assert digest in {said["sha256"] for _, _, said in answers}
    assert cost < 60 * 1024, f"{cost} kB for three bodies of 95 MB at once"


SMALL, LARGE = 1_000, 300_000
POINTS = [
    (point, kept, size)
    for size in (SMALL, LARGE)
    for point, kept in (
        ("intake_before_payload", 0), ("intake_before_commit", 0), ("intake_after_commit", 1),
        ("post_before_answer", 1),
    )
] + [("payload_before_name", 0, LARGE)]  # fmt: skip
"""Where it ends, how many messages are kept by then, and how large the body is."""


@pytest.mark.crash
@pytest.mark.parametrize(("failpoint", "kept", "size"), POINTS)
async def test_who_got_no_answer_sends_again_and_has_one_message(
    tmp_path: Path, failpoint: str, kept: int, size: int
):
    body = b"<nachricht>" + b"x" * size + b"</nachricht>"
    async with served(tmp_path, failpoint) as door:
        with pytest.raises(aiohttp.ClientError):
            await door.post(body, "k-1")
        assert -signal.SIGKILL == await asyncio.wait_for(door.process.wait(), PATIENCE_S)
    first = rows(tmp_path, "SELECT id FROM message")
    async with served(tmp_path) as door:
        status, headers, said = await door.post(body, "k-1")

    assert (kept, 202) == (len(first), status)
    assert bool(kept) == ("Idempotent-Replayed" in headers)
    assert [(said["message_id"],)] == rows(tmp_path, "SELECT id FROM message")
    assert not kept or [(said["message_id"],)] == first


@pytest.mark.crash
@pytest.mark.parametrize(("failpoint", "kept", "size"), POINTS)
async def test_who_was_told_of_a_fault_sends_again_and_has_one_message(
    tmp_path: Path, failpoint: str, kept: int, size: int
):
    body = b"<nachricht>" + b"x" * size + b"</nachricht>"
    async with served(tmp_path, f"{failpoint}!") as door:
        refused, _, _ = await door.post(body, "k-1")
        first = rows(tmp_path, "SELECT id FROM message")
        status, headers, said = await door.post(body, "k-1")

    assert (500, kept, 202) == (refused, len(first), status)
    assert bool(kept) == ("Idempotent-Replayed" in headers)
    assert [(said["message_id"],)] == rows(tmp_path, "SELECT id FROM message")


async def test_who_got_no_answer_may_send_something_else_only_under_another_key(tmp_path: Path):
    async with served(tmp_path, "intake_after_commit") as door:
        with pytest.raises(aiohttp.ClientError):
            await door.post(b"<eins/>", "k-1")
    async with served(tmp_path) as door:
        other, _, said = await door.post(b"<zwei/>", "k-1")
        again, _, _ = await door.post(b"<zwei/>", "k-2")

    assert (422, "idempotency_key_reused", 202) == (other, said["code"], again)


def unit(size: int) -> tuple[bytes, dict[str, str]]:
    """Return a unit with two attachments, the body and what announces it."""
    fields = message(b"<nachricht/>"), Field(b"a" * size, file="a"), Field(b"b" * size, file="b")
    return written(*fields), headers()


UNIT_POINTS = [
    *POINTS, ("payload_before_name:2", 0, LARGE),
]  # fmt: skip
"""The same for a unit, whose second attachment may still be without its name."""


@pytest.mark.crash
@pytest.mark.parametrize("kind", ["", "!"], ids=["kill", "fault"])
@pytest.mark.parametrize(("failpoint", "kept", "size"), UNIT_POINTS)
async def test_a_unit_is_taken_in_whole_or_not_at_all(
    tmp_path: Path, failpoint: str, kept: int, size: int, kind: str
):
    body, said = unit(size)
    async with served(tmp_path, failpoint + kind) as door:
        if kind:
            assert 500 == (await door.post(body, "k-1", said))[0]
        else:
            with pytest.raises(aiohttp.ClientError):
                await door.post(body, "k-1", said)
            await asyncio.wait_for(door.process.wait(), PATIENCE_S)
    first = rows(tmp_path, "SELECT name FROM attachment ORDER BY number")
    async with served(tmp_path) as door:
        status, again, _ = await door.post(body, "k-1", said)

    assert [("a",), ("b",)][: 2 * kept] == first
    assert (202, bool(kept)) == (status, "Idempotent-Replayed" in again)
    assert 1 == len(rows(tmp_path, "SELECT id FROM message"))
    assert [("a",), ("b",)] == rows(tmp_path, "SELECT name FROM attachment ORDER BY number")


async def _large_unit(block: bytes, count: int, files: int) -> AsyncIterator[bytes]:
    whole = written(message(b"<nachricht/>"), *(Field(b"|", file=f"{n}") for n in range(files)))
    first, *others = whole.split(b"|")
    yield first
    for other in others:
        for _ in range(count):
            yield block
        yield other


async def test_attachments_of_a_hundred_megabytes_cost_a_few(tmp_path: Path):
    block = os.urandom(MEGABYTE)
    async with served(tmp_path) as door:
        await door.post(*unit(10)[:1], "k-0", headers())
        before = door.peak_kb()
        answers = await asyncio.gather(
            *(
                door.post(_large_unit(block + bytes([n]), 100, 2), f"k-{n}", headers())
                for n in (1, 2)
            )
        )
        cost = door.peak_kb() - before
    sizes = rows(tmp_path, "SELECT size_bytes FROM attachment WHERE name <> 'a' AND name <> 'b'")
    digests = {digest for (digest,) in rows(tmp_path, "SELECT sha256 FROM attachment")}

    assert [202] * 2 == [status for status, _, _ in answers]
    assert [(100 * (MEGABYTE + 1),)] * 4 == sizes
    assert hashlib.sha256((block + b"\1") * 100).hexdigest() in digests
    assert cost < 40 * 1024, f"{cost} kB for two units of 200 MB at once"


async def test_a_hundred_small_attachments_cost_less_than_their_bytes(tmp_path: Path):
    fields = [Field(os.urandom(130_000), file=f"{n}") for n in range(100)]
    body = written(message(b"<nachricht/>"), *fields)
    async with served(tmp_path) as door:
        await door.post(*unit(10)[:1], "k-0", headers())
        before = door.peak_kb()
        answers = await asyncio.gather(
            *(
                door.post(BytesIO(body.replace(b"nachricht", b"n%d" % n)), f"k-{n}", headers())
                for n in range(1, 9)
            )
        )
        cost = door.peak_kb() - before

    assert [202] * 8 == [status for status, _, _ in answers]
    assert cost < 70 * 1024, f"{cost} kB for eight units of 13 MB at once"
