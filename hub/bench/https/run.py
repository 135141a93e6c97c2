"""``bench messages --mode https``: posted over HTTPS, answered over HTTPS, measured end to end.

Hub, sender, partner and S3 server are processes of their own on this machine; only the hub's
processor time is counted. First as fast as the hub takes it, then at half of what that reached,
each message at its own time.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

import msgspec

from hub.app import CLOCK, open_database
from hub.bench.figures import HttpsFigures
from hub.bench.https.phase import ACCEPTED, Phase
from hub.bench.https.receiver import read_book
from hub.bench.https.sender import Message, Plan, Sent
from hub.bench.https.setting import Setting, set_up
from hub.bench.https.wire import read, written
from hub.bench.load import Load
from hub.bench.machine import Limits, cpu_seconds, peak_rss_mb, what_it_can
from hub.bench.messages import set_up_annex
from hub.bench.observed import Observed
from hub.bench.tally import Faults, disorder, faults, percentile
from hub.demo.stage import python, set_stage, wait_for_port
from hub.pipeline.balance import balance
from hub.store.database import Database
from hub.web.api.fates import PATH

CONNECTIONS = 32
WARMING = 20
"""Messages before the first phase: compiling schemas is the price of a start."""
HALF_CASE, WARM_CASE = 10_000_000, 20_000_000
"""Each phase has cases of its own, numbered from here."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be measured."""

    messages: int
    connections: int = CONNECTIONS
    patience_s: float = 600.0
    """After this long whatever is not through counts as lost."""
    filing_apart: bool = False
    """A process of its own files."""


async def measure_https(folder: Path, wanted: Wanted) -> HttpsFigures:
    """Run both phases and return the figures."""
    load = Load(wanted.messages)
    stage = await set_stage(folder, 0)
    try:
        limits = await what_it_can(folder, stage.place, load)
        setting = await set_up(stage, load)
        if wanted.filing_apart:
            await asyncio.to_thread(set_up_annex, stage)
        hub = await stage.start("hub", python("hub", "--settings", str(stage.settings_file), "run"))
        await wait_for_port(stage.ports.web)
        async with open_database(stage.place) as database:
            run = Run(setting, database, wanted, hub.pid, Load(0))
            await run.phase("warm", Load(WARMING, WARM_CASE))
            full = await run.phase("full", load)
            rate = load.files / full.seconds / 2
            slow = await run.phase("half", Load(max(wanted.messages // 2, 1), HALF_CASE), rate)
            return await run.figures(limits, full, slow)
    finally:
        await stage.stop()


@dataclass
class Run:
    """A running hub between its sender and its partner."""

    setting: Setting
    database: Database
    wanted: Wanted
    hub: int
    """Its process."""
    load: Load
    """All that was sent so far."""

    async def phase(self, name: str, load: Load, rate: float = 0.0) -> Phase:
        """Send a load, wait until all of it is through, and return what was seen."""
        self.load = load + self.load
        begin_s, begin_commits = await self._cost()
        sent: list[Sent] = []
        try:
            async with asyncio.timeout(self.wanted.patience_s):
                sent = await self._send(name, load, rate)
                await self._observed.at_rest()
        except TimeoutError:
            pass
        cpu_s, commits = await self._cost()
        return Phase(
            load, sent, await asyncio.to_thread(read_book, self.setting.book),
            cpu_s - begin_s, await self._filed_ns(), commits - begin_commits,
        )  # fmt: skip

    async def figures(self, limits: Limits, full: Phase, slow: Phase) -> HttpsFigures:
        """Return what both phases come to."""
        files = full.load.files
        total = await balance(self.database, None)
        rss_mb = await asyncio.to_thread(peak_rss_mb, root=self.hub)
        return HttpsFigures(
            mode="https",
            store=self.setting.stage.place.settings.database,
            messages=files,
            seconds=round(full.seconds, 2),
            messages_per_second=round(files / full.seconds, 1),
            filed_per_second=round(files / full.filed_s, 1),
            cores=round(full.cpu_s / full.filed_s, 2),
            bare_limit_per_second=round(limits.bare, 1),
            ratio_per_core=round(files / full.cpu_s / limits.bare, 4),
            cpu_ms_per_message=round(full.cpu_s / files * 1000, 3),
            fsync_per_second=round(limits.fsync, 1),
            commits_per_message=round(full.commits / files, 2),
            p50_ms=round(percentile(full.waits_ms, 50), 1),
            p99_ms=round(percentile(full.waits_ms, 99), 1),
            rss_mb=round(rss_mb, 1),
            balanced=total.balanced,
            filing_apart=self.wanted.filing_apart,
            connections=self.wanted.connections,
            accept_p50_ms=round(percentile(full.accepts_ms, 50), 1),
            accept_p99_ms=round(percentile(full.accepts_ms, 99), 1),
            half_per_second=round(files / full.seconds / 2, 1),
            half_messages=slow.load.files,
            half_p50_ms=round(percentile(slow.waits_ms, 50), 1),
            half_p99_ms=round(percentile(slow.waits_ms, 99), 1),
            half_accept_p50_ms=round(percentile(slow.accepts_ms, 50), 1),
            half_accept_p99_ms=round(percentile(slow.accepts_ms, 99), 1),
            half_cores=round(slow.cpu_s / slow.filed_s, 2),
            sent_again=full.sent_again + slow.sent_again,
            **asdict(await self._faults()),
        )

    @property
    def _observed(self) -> Observed:
        return Observed(self.setting.stage.place, self.database, self.load)

    async def _faults(self) -> Faults:
        """Compare what the partner noted with what was planned, its order too."""
        book = await asyncio.to_thread(read_book, self.setting.book)
        # A delivery sent again under its key is no second one.
        accepted = [one.number for one in book if one.result == ACCEPTED and not one.repeated]
        seen = await self._observed.seen(Counter(accepted))
        found = faults(self.load, seen)
        overtaken = disorder(self.load.planned, accepted)
        return Faults(found.lost, found.duplicated, max(found.out_of_order, overtaken))

    async def _send(self, name: str, load: Load, rate: float) -> list[Sent]:
        """Let the sender post a load."""
        setting, folder = self.setting, self.setting.stage.folder
        plan = Plan(
            setting.door, PATH, str(setting.ca), setting.token, self.wanted.connections,
            _posts(load), rate,
        )  # fmt: skip
        paper, result = folder / f"{name}.plan.json", folder / f"{name}.sent.json"
        await asyncio.to_thread(paper.write_bytes, msgspec.json.encode(plan))
        program = await setting.stage.start(
            "sender", python("hub.bench.https.sender", str(paper), str(result))
        )
        await program.wait()
        return msgspec.json.decode(await asyncio.to_thread(result.read_bytes), type=list[Sent])

    async def _cost(self) -> tuple[float, float]:
        """Return the hub's processor time in seconds and its durable commits so far."""
        cpu_s = await asyncio.to_thread(cpu_seconds, root=self.hub)
        reader, writer = await asyncio.open_connection("127.0.0.1", self.setting.stage.ports.ops)
        writer.write(written("GET /metrics HTTP/1.1", {"Host": "127.0.0.1"}))
        text = (await read(reader)).body.decode()
        writer.close()
        found = [line for line in text.splitlines() if line.startswith("aktenhub_commit_groups ")]
        return cpu_s, float(found[0].split()[1]) if found else 0.0

    async def _filed_ns(self) -> int:
        """Return when the last document was filed, on the monotonic clock."""
        apart_ns = CLOCK.now_us() * 1000 - time.monotonic_ns()
        last_us = await self._observed.last_us("filed")
        return last_us * 1000 - apart_ns if last_us else time.monotonic_ns()


def _posts(load: Load) -> tuple[Message, ...]:
    """Return what is posted, mixed; what comes twice has a key of its own the second time."""
    keys: Counter[str] = Counter()
    posts = []
    for one in load.mixed:
        keys[one.business_id] += 1
        again = f"-{keys[one.business_id]}" if keys[one.business_id] > 1 else ""
        posts.append(Message(f"{one.business_id}{again}", one.case_id, one.data.decode()))
    return tuple(posts)
