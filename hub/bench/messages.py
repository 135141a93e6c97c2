"""``bench messages``: from the drop folder to receipt and e-file, measured end to end.

The whole way runs on its real parts: folder, journal with full sync, XSD, XSLT, decision,
receipt in the outbox, document in the e-file on a loopback S3 server. The bare limit is
parsing, checking and mapping the same documents in a loop on one core and nothing else.
"""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

from hub.app import memory, open_house
from hub.app.annex.keeper import annex_of
from hub.bench.figures import FolderFigures
from hub.bench.load import Load
from hub.bench.machine import Limits, cpu_seconds, peak_rss_mb, what_it_can
from hub.bench.observed import Observed
from hub.bench.tally import accepted_receipts, faults, percentile
from hub.core.ids import uuid7
from hub.demo.stage import Stage, set_stage
from hub.pipeline.balance import Balance, balance
from hub.pipeline.house import House
from hub.store import journal
from hub.store.database import Row
from hub.workers.loops import Workers

PATIENCE_S = 600.0
"""After this long whatever is not through counts as lost."""


async def measure(
    folder: Path, load: Load, patience_s: float = PATIENCE_S, *, filing_apart: bool = False
) -> FolderFigures:
    """Run a load from the drop folder to the e-file and return the figures."""
    stage = await set_stage(folder, 0)
    try:
        await asyncio.to_thread(_scan_as_shipped, stage)
        if filing_apart:
            await asyncio.to_thread(set_up_annex, stage)
        if load.receipts == "refusals":
            await asyncio.to_thread(_hush, stage)
        limits = await what_it_can(folder, stage.place, load)
        course = Course(stage, limits, Load(0, office=load.office, receipts=load.receipts))
        return await course.run(load, patience_s)
    finally:
        await stage.stop()


def set_up_annex(stage: Stage) -> None:
    """Let a process of its own file."""
    settings = stage.settings_file.read_text(encoding="utf-8")
    stage.settings_file.write_text(f"filing.own_process = true\n{settings}", encoding="utf-8")


def _scan_as_shipped(stage: Stage) -> None:
    """Look through inboxes as often as an installation does, not as a demonstration."""
    settings = stage.settings_file.read_text(encoding="utf-8")
    stage.settings_file.write_text(settings.replace("scan_s = 0.5\n", ""), encoding="utf-8")


def _hush(stage: Stage) -> None:
    """Let the case core hear of refusals only."""
    mappings = stage.folder / "mappings"
    shutil.copytree(stage.place.mappings, mappings)
    table = mappings / "routes.toml"
    told = table.read_text(encoding="utf-8").replace("answers = true", 'answers = "refusals"')
    table.write_text(told, encoding="utf-8")
    settings = stage.settings_file.read_text(encoding="utf-8")
    stage.settings_file.write_text(f'folders.mappings = "mappings"\n{settings}', encoding="utf-8")


class Course:
    """One installation that gets one load after the other."""

    def __init__(self, stage: Stage, limits: Limits, before: Load) -> None:
        """``before`` is what the installation was given already."""
        self._stage = stage
        self._limits = limits
        self._total = before
        self._since: tuple[str, int] | None = None
        """What lay there before the first load is none of ours."""

    async def run(self, load: Load, patience_s: float = PATIENCE_S) -> FolderFigures:
        """Drop a load, wait until all of it is through, and return the figures."""
        self._total += load
        await asyncio.to_thread(load.drop, self._stage.inbox(load.office))
        others = [one.pid for one in self._stage.programs]
        async with open_house(self._stage.place) as house:
            # Compiling schemas and mappings is the price of a start, not of a message.
            await house.isolation.ready()
            annex = annex_of(self._stage.place)
            if annex:
                await annex.ready()
            memory.settle()
            observed = await self._observed(house)
            begin_us = house.clock.now_us()
            begin_cpu = await asyncio.to_thread(cpu_seconds, others)
            workers = Workers(house, filer=annex)
            rss_mb = await self._work(workers, observed, patience_s)
            cpu_s = await asyncio.to_thread(cpu_seconds, others) - begin_cpu
            run = Run(house, observed, load, begin_us, rss_mb, cpu_s)
            return await _figures(run, self._limits)

    async def _observed(self, house: House) -> Observed:
        if self._since is None:
            heads = {one.tenant: one.seq for one in await house.database.read(journal.heads)}
            self._since = uuid7(house.clock.now_us()), heads.get(self._total.office.id, 0)
        return Observed(self._stage.place, house.database, self._total, *self._since)

    async def _work(self, workers: Workers, observed: Observed, patience_s: float) -> float:
        """Work until all is through, and return the peak of the memory in MiB."""
        running = asyncio.create_task(workers.run())
        finished = asyncio.create_task(observed.at_rest())
        await asyncio.wait({running, finished}, timeout=patience_s,
                           return_when=asyncio.FIRST_COMPLETED)  # fmt: skip
        finished.cancel()
        others = [one.pid for one in self._stage.programs]
        rss_mb = await asyncio.to_thread(peak_rss_mb, others)
        workers.stop()
        await running
        return rss_mb


@dataclass(frozen=True, slots=True)
class Run:
    """A run that is over, with the house still open."""

    house: House
    observed: Observed
    load: Load
    begin_us: int
    rss_mb: float
    cpu_s: float


async def _figures(run: Run, limits: Limits) -> FolderFigures:
    house, load = run.house, run.load
    rows = await run.observed.rows()
    # Refused and repeated files are through at once; only the whole way is timed.
    waits = [wait_ms(row) for row in rows if row["state"] == "closed"]
    last = "delivered" if load.receipts == "all" else "order_delivered"
    answered_s = await _seconds_until(last, run)
    filed_s = await _seconds_until("filed", run)
    rate = load.files / answered_s
    commits = getattr(house.database, "figures", None)
    total: Balance = await balance(house.database, None)
    outbox = house.outbox / load.office.id / "fachverfahren"
    seen = await run.observed.seen(await asyncio.to_thread(accepted_receipts, outbox))
    return FolderFigures(
        mode="folder",
        store=house.settings.database,
        receipts=load.receipts,
        filing_apart=house.settings.filing.own_process,
        messages=load.files,
        seconds=round(answered_s, 2),
        messages_per_second=round(rate, 1),
        filed_per_second=round(load.files / filed_s, 1),
        cores=round(run.cpu_s / filed_s, 2),
        bare_limit_per_second=round(limits.bare, 1),
        ratio_per_core=round(load.files / run.cpu_s / limits.bare, 4),
        cpu_ms_per_message=round(run.cpu_s / load.files * 1000, 3),
        fsync_per_second=round(limits.fsync, 1),
        commits_per_message=round(commits.groups / load.files, 2) if commits else 0.0,
        p50_ms=round(percentile(waits, 50), 1),
        p99_ms=round(percentile(waits, 99), 1),
        rss_mb=round(run.rss_mb, 1),
        balanced=total.balanced,
        **asdict(faults(run.observed.load, seen)),
    )


def wait_ms(row: Row) -> float:
    """Return how long a message was under way."""
    wait_us: int = row["closed_us"] - row["received_us"]
    return wait_us / 1000


async def _seconds_until(action: str, run: Run) -> float:
    last_us = await run.observed.last_us(action)
    # Where nothing arrived the rate is next to nothing, not undefined.
    return ((last_us or run.house.clock.now_us()) - run.begin_us) / 1_000_000
