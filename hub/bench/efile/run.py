"""``bench efile``: fills an installation, files, verifies and rebuilds, then searches over HTTP.

Two offices: one has as many documents as wished in the index and is searched, the other files
letters with their storage and verifies them, in the same database. Its index is then built
from storage alone into an empty one, as a drill does it.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from efile import (
    EFile,
    ExportOrder,
    FilingError,
    FilingRequest,
    RebuildReport,
    index_migrations,
)
from hub.app import CLOCK, open_database, open_efile
from hub.app.rooms import open_store
from hub.bench.efile.bare import read_limit, words_limit, write_limit
from hub.bench.efile.corpus import LETTER_BYTES, Corpus
from hub.bench.efile.figures import Bare, EFileFigures, Inspected, Timed
from hub.bench.efile.inspecting import Paper, inspected
from hub.bench.efile.searching import ask, fill
from hub.bench.efile.verifying import verified
from hub.bench.machine import cpu_seconds, fsync_rate, peak_rss_mb
from hub.bench.tally import percentile
from hub.core.clock import local_date
from hub.demo.cast import BEISPIELHAUSEN, MUSTERSTADT
from hub.demo.stage import Stage, set_stage
from hub.store.database import Database
from hub.store.migrate import migrate
from hub.store.sqlite import SqliteDatabase

T = TypeVar("T")
_BOUND_FILE, _FIRST_BOUND = 950_000, 30_000_000
BOUND, _PAGES_EACH = 60, 14
"""Documents of the file that is bound as one PDF, and pages of each."""
_BATCH = 100
"""Letters filed at once, as the service does."""
_HASHED_MB = 64
_BARE = 500
"""Letters a plain client stores at most."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """How much is to be measured."""

    documents: int
    letters: int
    messages: int
    inspected: Paper = field(default_factory=Paper)


@dataclass(frozen=True, slots=True)
class _Stored:
    """What came of work with storage."""

    filed: Timed
    verified: Timed
    objects: int
    rebuilt: Timed
    read_again: Timed
    """Rebuilt without extracts."""
    extracted: Timed
    bare: Bare
    bound: Timed
    """Pages of a whole file as one PDF."""
    drawn: Timed
    """Pictures of first pages."""
    picture_kb: float
    pictures_ms: float
    intact: bool
    rss_mb: float


async def measure_efile(folder: Path, wanted: Wanted) -> EFileFigures:
    """Measure and return the figures."""
    stage = await set_stage(folder, 0)
    try:
        filled_s = await fill(stage, wanted.documents)
        fsync = await asyncio.to_thread(fsync_rate, folder)
        stored = await _with_storage(stage, wanted)
        inspection = await _inspected(stage, wanted)
        verify = await verified(stage, wanted.letters, [one.pid for one in stage.programs])
        asked = await ask(stage, wanted.documents)
    finally:
        await stage.stop()
    return EFileFigures(
        searched=asked.figures(stage, wanted.documents, filled_s),
        letters=wanted.letters,
        letter_bytes=LETTER_BYTES,
        filed_per_second=round(stored.filed.rate, 1),
        filed_per_cpu_second=round(stored.filed.per_cpu_second, 1),
        **stored.bare.beside(stored.filed, stored.verified, stored.rebuilt),
        verify_mb_per_second=round(stored.verified.rate, 1),
        verify_mb_per_cpu_second=round(stored.verified.per_cpu_second, 1),
        verify_objects=stored.objects,
        verify=verify,
        rebuild_per_second=round(stored.rebuilt.rate, 1),
        rebuild_per_cpu_second=round(stored.rebuilt.per_cpu_second, 1),
        rebuilt=int(stored.rebuilt.done),
        rebuild_read_per_second=round(stored.read_again.rate, 1),
        extracts_per_second=round(stored.extracted.rate, 1),
        whole_file_pdf_seconds=round(stored.bound.seconds, 2),
        whole_file_pdf_pages=int(stored.bound.done),
        whole_file_pdf_cpu_s=round(stored.bound.cpu_s, 2),
        inspection=inspection,
        first_page_ms=round(stored.pictures_ms, 1),
        first_page_kb=round(stored.picture_kb, 1),
        first_page_cpu_ms=round(1000 / stored.drawn.per_cpu_second, 1),
        rss_mb=round(max(stored.rss_mb, asked.rss_mb), 1),
        fsync_per_second=round(fsync, 1),
        hash_mb_per_second=round(await asyncio.to_thread(_hash_rate), 1),
        intact=stored.intact and all(one.intact for one in verify.values()),
    )


async def _with_storage(stage: Stage, wanted: Wanted) -> _Stored:
    """File letters, verify and rebuild them."""
    corpus, tenant = Corpus(BEISPIELHAUSEN.id), BEISPIELHAUSEN.id
    others = [one.pid for one in stage.programs]
    async with (
        open_database(stage.place) as database,
        open_efile(stage.place, database) as room,
    ):
        bare = await _bare(stage, corpus, wanted)
        await _file(room, [corpus.request(0, corpus.as_pdf(0))])
        filed = await _filed(room, corpus, wanted.letters, others)
        for first in range(0, wanted.messages, _BATCH):
            await _file(room, [corpus.message(n) for n in range(first, first + _BATCH)])
        await room.proof.sign(tenant)
        report, verified_s, verified_cpu = await _timed(partial(room.verify, tenant), others)
        bare = replace(bare, read_mb_per_second=await _read(stage, tenant))
        _, read_again = await _rebuilt(stage, database, tenant, others)
        extracted = await _extracted(room, tenant, others)
        again, rebuilt = await _rebuilt(stage, database, tenant, others)
        bound = await _bound(room, corpus, others)
        pictures = await _drawn(room, corpus, others)
        rss_mb = await asyncio.to_thread(peak_rss_mb, others)
    return _Stored(
        filed,
        Timed(done=report.bytes / 1_000_000, seconds=verified_s, cpu_s=verified_cpu),
        report.objects,
        rebuilt,
        read_again,
        extracted,
        bare,
        bound,
        *pictures,
        report.intact and not again.faults,
        rss_mb,
    )


async def _inspected(stage: Stage, wanted: Wanted) -> Inspected | None:
    """Inspect in a room of its own: children of the other rooms would count as its own."""
    others = [one.pid for one in stage.programs]
    async with (
        open_database(stage.place) as database,
        open_efile(stage.place, database) as room,
    ):
        return await inspected(room, Corpus(BEISPIELHAUSEN.id), wanted.inspected, others)


async def _bare(stage: Stage, corpus: Corpus, wanted: Wanted) -> Bare:
    """Measure what server and engine do without us."""
    store, letters = open_store(stage.place), min(wanted.letters, _BARE)
    try:
        written = await write_limit(store, MUSTERSTADT.id, letters)
    finally:
        await store.close()
    words = await words_limit(stage.folder, corpus, wanted.letters + wanted.messages)
    return Bare(written, 0.0, words)


async def _read(stage: Stage, tenant: str) -> float:
    store = open_store(stage.place)
    try:
        return await read_limit(store, tenant)
    finally:
        await store.close()


async def _rebuilt(
    stage: Stage, database: Database, tenant: str, others: list[int]
) -> tuple[RebuildReport, Timed]:
    """Build an empty index from storage."""
    with TemporaryDirectory(dir=stage.folder) as folder:
        return await _rebuilt_in(Path(folder), stage, database, tenant, others)


async def _rebuilt_in(
    folder: Path, stage: Stage, database: Database, tenant: str, others: list[int]
) -> tuple[RebuildReport, Timed]:
    empty = SqliteDatabase(folder / "rebuilt.db")
    try:
        await migrate(empty, index_migrations(empty.dialect), CLOCK.now_us())
        async with open_efile(stage.place, database, index=empty) as room:
            report, seconds, cpu_s = await _timed(partial(room.rebuild, tenant), others)
    finally:
        await asyncio.to_thread(empty.close)
    return report, Timed(done=report.documents, seconds=seconds, cpu_s=cpu_s)


async def _extracted(room: EFile, tenant: str, others: list[int]) -> Timed:
    """Make every extract."""

    async def every() -> int:
        done = 0
        while made := await room.extracts.make(tenant):
            done += made
        return done

    done, seconds, cpu_s = await _timed(every, others)
    return Timed(done=done, seconds=seconds, cpu_s=cpu_s)


async def _filed(room: EFile, corpus: Corpus, letters: int, others: list[int]) -> Timed:
    """File letters; making them takes none of the time."""
    seconds = cpu_s = 0.0
    for first in range(1, letters + 1, _BATCH):
        numbers = range(first, min(first + _BATCH, letters + 1))
        batch = [corpus.request(number, corpus.as_pdf(number)) for number in numbers]
        _, wall, cpu = await _timed(partial(_file, room, batch), others)
        seconds, cpu_s = seconds + wall, cpu_s + cpu
    return Timed(done=letters, seconds=seconds, cpu_s=cpu_s)


async def _bound(room: EFile, corpus: Corpus, others: list[int]) -> Timed:
    """Bind a whole file of many pages into one PDF."""
    numbers = range(_FIRST_BOUND, _FIRST_BOUND + BOUND)
    paper = [corpus.as_pdf(number, 2 * LETTER_BYTES, _PAGES_EACH) for number in numbers]
    await _file(
        room,
        [
            corpus.request(number, part, file=_BOUND_FILE)
            for number, part in zip(numbers, paper, strict=True)
        ],
    )
    made_on = local_date(CLOCK.now_us())
    order = ExportOrder(corpus.tenant, Corpus.sign(_BOUND_FILE), made_on)

    async def bind() -> None:
        async for _ in room.exports.whole_file(order):
            pass

    _, seconds, cpu_s = await _timed(bind, others)
    return Timed(done=BOUND * _PAGES_EACH, seconds=seconds, cpu_s=cpu_s)


async def _drawn(room: EFile, corpus: Corpus, others: list[int]) -> tuple[Timed, float, float]:
    """Draw the first page of every document of that file; return kB and ms of a stored one, too."""
    view = await room.akte(corpus.tenant, Corpus.sign(_BOUND_FILE))
    names = [one.id for one in view.documents]

    async def every() -> list[int]:
        return [len(await room.first_pages.picture(corpus.tenant, name)) for name in names]

    sizes, seconds, cpu_s = await _timed(every, others)
    waits = [
        (await _timed(partial(room.first_pages.picture, corpus.tenant, name), others))[1] * 1000
        for name in names
    ]
    drawn = Timed(done=len(names), seconds=seconds, cpu_s=cpu_s)
    return drawn, sum(sizes) / len(sizes) / 1000, percentile(waits, 95)


async def _file(room: EFile, batch: list[FilingRequest]) -> None:
    for outcome in await room.file_all(batch):
        if isinstance(outcome, FilingError):
            raise outcome


async def _timed(work: Callable[[], Awaitable[T]], others: list[int]) -> tuple[T, float, float]:
    """Return a result, its seconds by the clock and of processor time."""
    cpu_s = await asyncio.to_thread(cpu_seconds, others)
    begin = time.monotonic()
    result = await work()
    seconds = time.monotonic() - begin
    return result, seconds, await asyncio.to_thread(cpu_seconds, others) - cpu_s


def _hash_rate() -> float:
    data = bytes(_HASHED_MB * 1_000_000)
    begin = time.perf_counter()
    hashlib.sha256(data).digest()
    return _HASHED_MB / (time.perf_counter() - begin)
