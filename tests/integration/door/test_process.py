"""The door as a process: what large bodies cost it, and what its death leaves behind."""

import asyncio
import hashlib
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import apsw
import pytest

from tests.architecture.tree import ROOT
from tests.door import MESSAGES, XML

MEGABYTE = 1024 * 1024
PATIENCE_S = 60


class Served:
    """A running door."""

    def __init__(self, process: asyncio.subprocess.Process, port: int) -> None:
        self.process = process
        self.base = f"https://localhost:{port}"

    def peak_kb(self) -> int:
        """Return the most memory it ever held."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1])

    async def post(self, body: object, key: str) -> tuple[int, dict[str, str], dict[str, object]]:
        headers = {"Authorization": "Bearer t-1", "Content-Type": XML, "Idempotency-Key": key}
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
