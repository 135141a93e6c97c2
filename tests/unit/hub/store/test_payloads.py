"""Payloads are named by their digest, durable before they are named, and checked when read."""

import asyncio
import errno
import hashlib
import io
import os
import resource
import signal
import subprocess
import sys
import tracemalloc
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.core.errors import Conflict, Unavailable
from hub.store.migrate import hub_migrations, migrate
from hub.store.payloads import HEAD_BYTES, INCOMING, INLINE_BYTES, TOGETHER_BYTES, Payloads
from hub.store.shelf.writing import BLOCK_BYTES
from hub.store.sqlite import SqliteDatabase

LARGE = b"<x>" * INLINE_BYTES
DIGEST = hashlib.sha256(LARGE).hexdigest()


@dataclass
class Shelf:
    """A payload store and what lies beneath it."""

    payloads: Payloads
    database: SqliteDatabase
    folder: Path

    async def keep(self, data: bytes) -> str:
        kept = await self.payloads.keep(data)
        return await self.database.write(lambda tx: Payloads.name(tx, "a", kept, 1))

    @property
    def files(self) -> list[Path]:
        return sorted(path for path in self.folder.rglob("*") if path.is_file())


@pytest.fixture
async def shelf(tmp_path: Path) -> AsyncIterator[Shelf]:
    database = SqliteDatabase(tmp_path / "hub.sqlite")
    await migrate(database, hub_migrations(), 1)
    folder = tmp_path / "payloads"
    yield Shelf(Payloads(database, folder), database, folder)
    database.close()


@pytest.mark.parametrize("size", [0, 1, INLINE_BYTES - 1, INLINE_BYTES, INLINE_BYTES + 1])
async def test_bytes_come_back_on_both_sides_of_the_border(shelf: Shelf, size: int) -> None:
    data = bytes(range(256)) * (size // 256 + 1)
    digest = await shelf.keep(data[:size])

    assert hashlib.sha256(data[:size]).hexdigest() == digest
    assert data[:size] == await shelf.payloads.get("a", digest)
    assert (size > INLINE_BYTES) == bool(shelf.files)


async def test_a_large_payload_lies_under_its_digest_and_nothing_beside_it(shelf: Shelf) -> None:
    await shelf.payloads.keep(LARGE)

    assert [shelf.folder / DIGEST[:2] / DIGEST] == shelf.files
    assert LARGE == shelf.files[0].read_bytes()


@pytest.mark.parametrize("data", [b"small", LARGE])
async def test_keeping_the_same_bytes_again_changes_nothing(shelf: Shelf, data: bytes) -> None:
    digests = await asyncio.gather(*(shelf.keep(data) for _ in range(8)))
    rows = await shelf.database.read(lambda tx: tx.all("SELECT sha256, size FROM payload"))

    assert [{"sha256": digests[0], "size": len(data)}] == rows
    assert len(shelf.files) == (data == LARGE)
    assert data == await shelf.payloads.get("a", digests[0])


@pytest.mark.parametrize("damage", [b"", LARGE[:-1], LARGE + b"x", b"X" + LARGE[1:]])
async def test_a_damaged_file_is_found(shelf: Shelf, damage: bytes) -> None:
    digest = await shelf.keep(LARGE)
    shelf.files[0].write_bytes(damage)

    with pytest.raises(Conflict, match="payload_damaged"):
        await shelf.payloads.get("a", digest)


async def test_good_bytes_take_the_place_of_damaged_ones(shelf: Shelf) -> None:
    digest = await shelf.keep(LARGE)
    shelf.files[0].write_bytes(LARGE[:100])
    await shelf.keep(LARGE)

    assert LARGE == await shelf.payloads.get("a", digest)


async def test_a_damaged_row_is_found(shelf: Shelf) -> None:
    digest = await shelf.keep(b"small")
    await shelf.database.write(lambda tx: tx.run("UPDATE payload SET bytes = x'00'"))

    with pytest.raises(Conflict, match="payload_damaged"):
        await shelf.payloads.get("a", digest)


@pytest.mark.parametrize("digest", [DIGEST, "0" * 64])
async def test_missing_bytes_are_found(shelf: Shelf, digest: str) -> None:
    await shelf.keep(LARGE)
    shelf.files[0].unlink()

    with pytest.raises(Conflict, match="payload_damaged"):
        await shelf.payloads.get("a", digest)


async def test_an_unreadable_file_is_not_called_damaged(shelf: Shelf) -> None:
    digest = await shelf.keep(LARGE)
    shelf.files[0].unlink()
    (shelf.folder / DIGEST[:2] / DIGEST).mkdir()

    with pytest.raises(Unavailable, match="payload_unreadable"):
        await shelf.payloads.get("a", digest)


async def test_a_folder_that_refuses_accepts_nothing(shelf: Shelf) -> None:
    shelf.folder.write_bytes(b"in the way")

    with pytest.raises(Unavailable, match="payload_not_durable") as caught:
        await shelf.payloads.keep(LARGE)

    assert isinstance(caught.value.__cause__, OSError)


async def _in_pieces(data: bytes, size: int) -> AsyncIterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


@pytest.mark.parametrize("size", [0, 1, INLINE_BYTES, INLINE_BYTES + 1, 3 * BLOCK_BYTES + 7])
@pytest.mark.parametrize("piece", [65_536, 4 * BLOCK_BYTES])
async def test_what_comes_in_pieces_is_kept_as_if_it_came_at_once(
    shelf: Shelf, size: int, piece: int
) -> None:
    data = (bytes(range(251)) * (size // 251 + 1))[:size]

    streamed = await shelf.payloads.keep_stream(_in_pieces(data, piece))

    whole = await shelf.payloads.keep(data)
    assert (whole, data[:HEAD_BYTES]) == (streamed, streamed.head)
    assert data == await shelf.payloads.get("a", await shelf.keep(data))


@pytest.mark.parametrize("data", [b"", b"small", LARGE])
async def test_an_open_file_is_kept_from_where_it_stands(shelf: Shelf, data: bytes) -> None:
    whole = await shelf.payloads.keep(data)

    with io.BytesIO(b"skipped" + data) as file:
        file.seek(len(b"skipped"))

        assert whole == shelf.payloads.keep_file(file)


async def test_a_stream_that_breaks_off_leaves_nothing_behind(shelf: Shelf) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield LARGE * 4
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await shelf.payloads.keep_stream(broken())

    assert [] == shelf.files


async def test_streams_kept_together_are_what_each_would_be_alone(shelf: Shelf) -> None:
    wanted = [b"", b"small", LARGE, b"other", LARGE + b"2"]

    with shelf.payloads.gather() as gathering:
        sizes = [await gathering.add(_in_pieces(data, 65_536)) for data in wanted]
        before = shelf.files
        kept = await gathering.end()

    assert [len(data) for data in wanted] == sizes
    assert [INCOMING] * 2 == [path.parent.name for path in before]
    assert [await shelf.payloads.keep(data) for data in wanted] == kept
    assert {one.sha256 for one in kept if one.inline is None} == {f.name for f in shelf.files}


async def test_streams_kept_together_leave_nothing_behind_when_one_breaks_off(
    shelf: Shelf,
) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield LARGE * 4
        raise ConnectionResetError

    with shelf.payloads.gather() as gathering:
        await gathering.add(_in_pieces(LARGE, 65_536))
        with pytest.raises(ConnectionResetError):
            await gathering.add(broken())

    assert [] == shelf.files


async def test_many_small_streams_need_no_more_memory_than_a_few(shelf: Shelf) -> None:
    count, size = 200, INLINE_BYTES - 1

    tracemalloc.start()
    with shelf.payloads.gather() as gathering:
        for number in range(count):
            await gathering.add(_in_pieces(bytes([number]) * size, 65_536), head=False)
        kept = await gathering.end()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert TOGETHER_BYTES >= sum(len(one.inline) for one in kept if one.inline is not None)
    assert count == len(shelf.files) + len([one for one in kept if one.inline is not None])
    assert most < 4 * BLOCK_BYTES


@pytest.mark.parametrize("data", [b"small", LARGE])
async def test_bytes_of_one_office_are_none_for_another(shelf: Shelf, data: bytes) -> None:
    digest = await shelf.keep(data)

    with pytest.raises(Conflict, match="payload_damaged"):
        await shelf.payloads.get("anderswo", digest)


def test_what_a_crash_left_is_removed_a_day_later(tmp_path: Path) -> None:
    payloads, left = Payloads(None, tmp_path), tmp_path / INCOMING / "1.ab"
    before = payloads.sweep(0)
    left.parent.mkdir()
    left.write_bytes(b"half")
    os.utime(left, (1, 1))
    day_us = 86_400_000_000

    assert (0, 0) == (before, payloads.sweep(day_us))
    assert left.exists()
    assert 1 == payloads.sweep(day_us + 1_000_000)
    assert not left.exists()


async def test_a_large_payload_needs_no_more_memory_than_a_few_blocks(shelf: Shelf) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(512):
            yield bytes(65_536)

    tracemalloc.start()
    kept = await shelf.payloads.keep_stream(endless())
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert (512 * 65_536, None) == (kept.size, kept.inline)
    assert most < 8 * BLOCK_BYTES


FULL_DISK = """
import asyncio, pathlib, sys
from hub.core.errors import Unavailable
from hub.store.payloads import Payloads
try:
    asyncio.run(Payloads(None, pathlib.Path(sys.argv[1])).keep(b"x" * 1_000_000))
except Unavailable as exc:
    sys.stdout.write(f"{exc.code} {exc.__cause__.errno}")
"""


def _small_files_only() -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))


def test_a_full_disk_leaves_no_half_file_behind(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(tmp_path)],
        preexec_fn=_small_files_only, capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert f"payload_not_durable {errno.EFBIG}" == run.stdout
    assert [] == [path for path in tmp_path.rglob("*") if path.is_file()]


@given(data=st.lists(st.binary(max_size=64), min_size=1, max_size=6))
@settings(deadline=None, max_examples=15)
def test_any_bytes_come_back(data: list[bytes], tmp_path_factory: pytest.TempPathFactory) -> None:
    async def both_ways() -> list[bytes]:
        folder = tmp_path_factory.mktemp("payloads")
        database = SqliteDatabase(folder / "hub.sqlite")
        await migrate(database, hub_migrations(), 1)
        shelf = Shelf(Payloads(database, folder), database, folder)
        found = [await shelf.payloads.get("a", await shelf.keep(one)) for one in data]
        database.close()
        return found

    assert data == asyncio.run(both_ways())
