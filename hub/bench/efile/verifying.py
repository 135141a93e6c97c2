"""Verification of letters and of large documents, on the S3 server and in a folder.

Small objects cost the server and us a request each, large ones only their bytes: each figure
stands beside what a plain loop reads and hashes of the same objects in the same run.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from efile import EFile, FilingError, FolderStore, index_migrations
from efile.objects.s3 import S3Store
from hub.app import CLOCK, efile_secrets
from hub.app.rooms import open_store
from hub.bench.efile.bare import LINES, read_limit
from hub.bench.efile.corpus import LETTER_BYTES, Corpus
from hub.bench.efile.figures import Verified
from hub.bench.machine import cpu_seconds
from hub.demo.cast import MUSTERSTADT
from hub.demo.stage import Stage
from hub.store.migrate import migrate
from hub.store.sqlite import SqliteDatabase

LARGE = 50
LARGE_BYTES = 4_000_000
_BATCH = 20
_TICK_S = 0.01
"""Processor time is told in such steps."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """What is verified, and where it lies."""

    name: str
    documents: int
    size: int
    on_s3: bool


async def verified(stage: Stage, letters: int, others: list[int]) -> dict[str, Verified]:
    """Return what verification reaches, by kind."""
    kinds = (
        _Kind("letters_s3", letters, LETTER_BYTES, on_s3=True),
        _Kind("large_s3", LARGE, LARGE_BYTES, on_s3=True),
        _Kind("letters_folder", letters, LETTER_BYTES, on_s3=False),
        _Kind("large_folder", LARGE, LARGE_BYTES, on_s3=False),
    )
    return {kind.name: await _verified(stage, kind, others) for kind in kinds}


async def _verified(stage: Stage, kind: _Kind, others: list[int]) -> Verified:
    store = _store(stage, kind)
    async with _opened(stage, kind, store) as room:
        await _file(room, kind)
        bare = await (
            read_limit(store, MUSTERSTADT.id)
            if isinstance(store, S3Store)
            else asyncio.to_thread(_folder_limit, stage.folder / kind.name)
        )
        cpu_s, begin = await asyncio.to_thread(cpu_seconds, others), time.monotonic()
        report = await room.verify(MUSTERSTADT.id)
        seconds = time.monotonic() - begin
        cpu_s = await asyncio.to_thread(cpu_seconds, others) - cpu_s
    size = report.bytes / 1_000_000
    return Verified(
        mb_per_second=round(size / seconds, 1),
        mb_per_cpu_second=round(size / max(cpu_s, _TICK_S), 1),
        bare_mb_per_second=round(bare, 1),
        ratio=round(size / seconds / bare, 2),
        objects=report.objects,
        intact=report.intact,
    )


def _store(stage: Stage, kind: _Kind) -> S3Store | FolderStore:
    if not kind.on_s3:
        return FolderStore(stage.folder / kind.name)
    store = open_store(stage.place)
    return S3Store(replace(store.access, prefix=kind.name.replace("_", "-")))


@asynccontextmanager
async def _opened(stage: Stage, kind: _Kind, store: S3Store | FolderStore) -> AsyncIterator[EFile]:
    database = SqliteDatabase(stage.folder / f"{kind.name}.db")
    try:
        await migrate(database, index_migrations(database.dialect), CLOCK.now_us())
        room = EFile(database, store, CLOCK, efile_secrets(stage.place))
        try:
            yield room
        finally:
            await room.close()
    finally:
        await asyncio.to_thread(database.close)


async def _file(room: EFile, kind: _Kind) -> None:
    corpus = Corpus(MUSTERSTADT.id)
    for first in range(0, kind.documents, _BATCH):
        numbers = range(first, min(first + _BATCH, kind.documents))
        requests = [corpus.request(n, corpus.as_pdf(n, kind.size)) for n in numbers]
        for outcome in await room.file_all(requests):
            if isinstance(outcome, FilingError):
                raise outcome


def _folder_limit(folder: Path) -> float:
    """Return how many MB of a folder a plain loop reads and hashes in a second."""
    paths = [path for path in folder.rglob("*") if path.is_file()]
    begin = time.perf_counter()
    with ThreadPoolExecutor(LINES) as threads:
        size = sum(threads.map(_hashed, [paths[number::LINES] for number in range(LINES)]))
    return size / 1_000_000 / (time.perf_counter() - begin)


def _hashed(paths: Sequence[Path]) -> int:
    size = 0
    for path in paths:
        data = path.read_bytes()
        hashlib.sha256(data).digest()
        size += len(data)
    return size
