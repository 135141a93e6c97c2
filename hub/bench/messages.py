"""``bench messages``: from the drop folder to receipt and e-file, measured end to end.

The whole way runs on its real parts: folder, journal with full sync, XSD, XSLT, decision,
receipt in the outbox, document in the e-file on a loopback S3 server. The bare limit is
parsing, checking and mapping the same documents in a loop on one core and nothing else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from hub.app import open_efile, open_house
from hub.bench.load import Load
from hub.bench.machine import bare_limit, cpu_seconds, fsync_rate, peak_rss_mb
from hub.bench.tally import Faults, Seen, accepted_receipts, faults, ordered, percentile
from hub.demo.stage import Stage, set_stage
from hub.pipeline.balance import Balance, balance
from hub.pipeline.house import House
from hub.store.database import Row, Transaction
from hub.workers.loops import Workers

TICK_S = 0.2
PATIENCE_S = 600.0
"""After this long whatever is not through counts as lost."""


@dataclass(frozen=True, slots=True)
class Figures:
    """One measurement; the keys are stable."""

    mode: str
    store: str
    messages: int
    seconds: float
    messages_per_second: float
    """Until the receipt of the last message lay in the outbox."""
    filed_per_second: float
    """Until the last document also lay in the e-file."""
    cores: float
    """Cores that were busy on average, children included, the S3 server not."""
    bare_limit_per_second: float
    ratio_per_core: float
    """Messages per second of processor time, as a part of the bare limit."""
    cpu_ms_per_message: float
    fsync_per_second: float
    commits_per_message: float
    p50_ms: float
    p99_ms: float
    rss_mb: float
    lost: int
    duplicated: int
    out_of_order: int
    balanced: bool

    def to_dict(self) -> dict[str, object]:
        """Return the stable keys of ``bench messages --json``."""
        return asdict(self)

    @property
    def good(self) -> bool:
        """Whether nothing was lost, doubled or out of order."""
        return self.balanced and not (self.lost or self.duplicated or self.out_of_order)


async def measure(folder: Path, load: Load, patience_s: float = PATIENCE_S) -> Figures:
    """Run a load from the drop folder to the e-file and return the figures."""
    stage = await set_stage(folder, 0)
    try:
        fsync = await asyncio.to_thread(fsync_rate, folder)
        bare = await asyncio.to_thread(bare_limit, stage.place, load.documents(500))
        load.drop(stage.inbox(load.office))
        return await _run(stage, load, Limits(fsync, bare, patience_s))
    finally:
        await stage.stop()


async def _run(stage: Stage, load: Load, limits: Limits) -> Figures:
    async with open_house(stage.place) as house:
        workers = Workers(house)
        # Compiling schemas and mappings is the price of a start, not of a message.
        await house.isolation.ready()
        begin_us = house.clock.now_us()
        others = [one.pid for one in stage.programs]
        begin_cpu = await asyncio.to_thread(cpu_seconds, others)
        running = asyncio.create_task(workers.run())
        finished = asyncio.create_task(_finished(house, load))
        await asyncio.wait({running, finished}, timeout=limits.patience_s,
                           return_when=asyncio.FIRST_COMPLETED)  # fmt: skip
        finished.cancel()
        rss_mb = await asyncio.to_thread(peak_rss_mb, others)
        cpu_s = await asyncio.to_thread(cpu_seconds, others) - begin_cpu
        workers.stop()
        await running
        run = Run(stage, house, load, begin_us, rss_mb, cpu_s)
        return await _figures(run, limits)


@dataclass(frozen=True, slots=True)
class Limits:
    """What the machine does without us, and how long we wait for it with us."""

    fsync: float
    bare: float
    patience_s: float


@dataclass(frozen=True, slots=True)
class Run:
    """A run that is over, with the house still open."""

    stage: Stage
    house: House
    load: Load
    begin_us: int
    rss_mb: float
    cpu_s: float


async def _finished(house: House, load: Load) -> None:
    """Wait until every file is received and nothing is in progress; looking must cost little."""
    tenant = load.office.id
    while True:
        open_work = await house.database.read(lambda tx: _unfinished(tx, tenant))
        if not open_work and await house.database.read(_received) >= load.files:
            return
        await asyncio.sleep(TICK_S)


def _unfinished(tx: Transaction, tenant: str) -> bool:
    sql = (
        "SELECT 1 FROM message WHERE tenant = :tenant AND state IN ('received', 'routed') "
        "UNION ALL SELECT 1 FROM lane WHERE state IN ('ready', 'leased') LIMIT 1"
    )
    return tx.one(sql, tenant=tenant) is not None


def _received(tx: Transaction) -> int:
    row = tx.one("SELECT count(*) AS n FROM message")
    return row["n"] if row else 0


async def _figures(run: Run, limits: Limits) -> Figures:
    house, files = run.house, run.load.files
    rows = await house.database.read(_messages)
    # Refused and repeated files are through at once; only the whole way is timed.
    waits = [_wait_ms(row) for row in rows if row["state"] == "closed"]
    answered_s = await _seconds_until("delivered", run)
    filed_s = await _seconds_until("filed", run)
    rate = files / answered_s
    commits = getattr(house.database, "figures", None)
    total: Balance = await balance(house.database, None)
    return Figures(
        mode="folder",
        store=house.settings.database,
        messages=files,
        seconds=round(answered_s, 2),
        messages_per_second=round(rate, 1),
        filed_per_second=round(files / filed_s, 1),
        cores=round(run.cpu_s / filed_s, 2),
        bare_limit_per_second=round(limits.bare, 1),
        ratio_per_core=round(files / run.cpu_s / limits.bare, 4),
        cpu_ms_per_message=round(run.cpu_s / files * 1000, 3),
        fsync_per_second=round(limits.fsync, 1),
        commits_per_message=round(commits.groups / files, 2) if commits else 0.0,
        p50_ms=round(percentile(waits, 50), 1),
        p99_ms=round(percentile(waits, 99), 1),
        rss_mb=round(run.rss_mb, 1),
        balanced=total.balanced,
        **asdict(await _faults(run, rows)),
    )


def _messages(tx: Transaction) -> list[Row]:
    return tx.all("SELECT id, state, received_us, closed_us FROM message")


def _wait_ms(row: Row) -> float:
    wait_us: int = row["closed_us"] - row["received_us"]
    return wait_us / 1000


async def _seconds_until(action: str, run: Run) -> float:
    row = await run.house.database.read(
        lambda tx: tx.one("SELECT max(at_us) AS last FROM journal WHERE action = :a", a=action)
    )
    last_us = row["last"] if row else None
    # Where nothing arrived the rate is next to nothing, not undefined.
    return ((last_us or run.house.clock.now_us()) - run.begin_us) / 1_000_000


async def _faults(run: Run, rows: Sequence[Row]) -> Faults:
    office = run.load.office.id
    outbox = run.house.outbox / office / "fachverfahren"
    decided = await run.house.database.read(_decided)
    seen = Seen(
        messages=len(rows),
        accepted=await asyncio.to_thread(accepted_receipts, outbox),
        documents=await _documents(run),
        orders=await asyncio.to_thread(ordered, run.house.outbox / office / "ihv"),
        decided=[row["business_id"] for row in decided],
    )
    return faults(run.load, seen)


def _decided(tx: Transaction) -> list[Row]:
    return tx.all(
        "SELECT message.business_id FROM journal JOIN message "
        "ON message.tenant = journal.tenant AND message.id = journal.message_id "
        "WHERE journal.action = 'decided' ORDER BY journal.tenant, journal.seq"
    )


async def _documents(run: Run) -> int:
    """Count what the e-file holds, file by file."""
    count, after = 0, None
    async with open_efile(run.stage.place, run.house.database) as room:
        while akten := await room.akten(run.load.office.id, "", after, 200):
            count += sum(akte.documents for akte in akten)
            after = akten[-1].aktenzeichen
    return count
