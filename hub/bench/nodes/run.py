"""``bench messages --store postgresql --workers 1,2,4``: the same load for more and more nodes.

Every node is a process of its own; all share one PostgreSQL, one S3 server, one pair of folders and
the cores of this machine. The load is spread over several offices: within one the journal's
chain lets nodes take turns.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path

from hub.app import CLOCK, open_database
from hub.bench.figures import NodeFigures
from hub.bench.load import PER_CASE, Load
from hub.bench.machine import Limits, cpu_seconds, peak_rss_mb, what_it_can
from hub.bench.messages import wait_ms
from hub.bench.nodes.cluster import Cluster, new_offices, running
from hub.bench.nodes.server import Server, throw_away_server
from hub.bench.observed import Observed
from hub.bench.tally import Faults, accepted_receipts, faults, percentile
from hub.core.ids import uuid7
from hub.demo.stage import Stage, set_stage
from hub.pipeline.balance import balance
from hub.store.database import Database

OFFICES = 4
WARM_CASE = 20_000_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be measured."""

    messages: int
    workers: tuple[int, ...]
    dsn: str = ""
    """An empty database; without one a server is started for the time of the measurement."""
    patience_s: float = 600.0
    """After this long whatever is not through counts as lost."""


async def measure_nodes(folder: Path, wanted: Wanted) -> list[NodeFigures]:
    """Run the same load with each number of nodes and return the figures."""
    async with AsyncExitStack() as stack:
        if wanted.dsn:
            server = Server(wanted.dsn)
        else:
            server = await stack.enter_async_context(throw_away_server())
        stage = await set_stage(folder, 0)
        stack.push_async_callback(stage.stop)
        limits = await what_it_can(folder, stage.place, Load(2 * PER_CASE))
        return [await _run(stage, server, wanted, count, limits) for count in wanted.workers]


async def _run(
    stage: Stage, server: Server, wanted: Wanted, count: int, limits: Limits
) -> NodeFigures:
    offices = new_offices(OFFICES)
    share = max(wanted.messages // OFFICES, 1)
    warm = [Load(PER_CASE, WARM_CASE, office) for office in offices]
    loads = [Load(share, 0, office) for office in offices]
    async with (
        running(stage, server.dsn, offices, count) as cluster,
        open_database(cluster.place) as database,
    ):
        await _through(stage, cluster, database, warm, wanted)
        run = Run(cluster, database, loads, server, CLOCK.now_us())
        begin = await run.cost()
        await _through(stage, cluster, database, loads, wanted, run.since_id)
        hub_s, server_s = (end - start for end, start in zip(await run.cost(), begin, strict=True))
        return await run.figures(limits, warm, hub_s, server_s)


async def _through(
    stage: Stage,
    cluster: Cluster,
    database: Database,
    loads: Sequence[Load],
    wanted: Wanted,
    since_id: str = "",
) -> None:  # fmt: skip
    """Drop loads and wait until all of them are through, or for too long."""
    for load in loads:
        await asyncio.to_thread(load.drop, stage.inbox(load.office))
    with suppress(TimeoutError):
        async with asyncio.timeout(wanted.patience_s):
            for load in loads:
                await Observed(cluster.place, database, load, since_id).at_rest()


@dataclass
class Run:
    """Nodes at work on loads."""

    cluster: Cluster
    database: Database
    loads: Sequence[Load]
    server: Server
    begin_us: int

    @property
    def since_id(self) -> str:
        """Ids of the run's messages are greater."""
        return uuid7(self.begin_us)[:13]

    async def cost(self) -> tuple[float, float]:
        """Return the processor time of all nodes and of the server, in seconds."""
        roots = [node.pid for node in self.cluster.nodes]
        hub_s = sum([await asyncio.to_thread(cpu_seconds, root=root) for root in roots])
        if self.server.process is None:
            return hub_s, 0.0
        return hub_s, await asyncio.to_thread(cpu_seconds, root=self.server.process)

    async def figures(
        self, limits: Limits, warm: Sequence[Load], hub_s: float, server_s: float
    ) -> NodeFigures:
        """Return what the run comes to."""
        files = sum(load.files for load in self.loads)
        rows = list(chain.from_iterable([await self._observed(one).rows() for one in self.loads]))
        waits = [wait_ms(row) for row in rows if row["state"] == "closed"]
        answered_s, filed_s = await self._seconds("delivered"), await self._seconds("filed")
        roots = [node.pid for node in self.cluster.nodes]
        peaks = [await asyncio.to_thread(peak_rss_mb, root=root) for root in roots]
        return NodeFigures(
            mode="folder",
            store="postgresql",
            workers=len(self.cluster.nodes),
            offices=len(self.loads),
            messages=files,
            seconds=round(answered_s, 2),
            messages_per_second=round(files / answered_s, 1),
            filed_per_second=round(files / filed_s, 1),
            cores=round(hub_s / filed_s, 2),
            bare_limit_per_second=round(limits.bare, 1),
            ratio_per_core=round(files / hub_s / limits.bare, 4),
            cpu_ms_per_message=round(hub_s / files * 1000, 3),
            database_cpu_ms_per_message=round(server_s / files * 1000, 3),
            fsync_per_second=round(limits.fsync, 1),
            p50_ms=round(percentile(waits, 50), 1),
            p99_ms=round(percentile(waits, 99), 1),
            rss_mb=round(max(peaks), 1),
            balanced=all([await self._balanced(load) for load in self.loads]),
            **asdict(await self._faults(warm)),
        )

    def _observed(self, load: Load) -> Observed:
        return Observed(self.cluster.place, self.database, load, self.since_id)

    async def _seconds(self, action: str) -> float:
        last = [await self._observed(load).last_us(action) for load in self.loads]
        end_us = max((one for one in last if one), default=CLOCK.now_us())
        return max(end_us - self.begin_us, 1) / 1_000_000

    async def _balanced(self, load: Load) -> bool:
        return (await balance(self.database, load.office.id)).balanced

    async def _faults(self, warm: Sequence[Load]) -> Faults:
        """Compare, office by office, everything it ever got with what was planned."""
        found = [
            await self._faults_of(mine + first)
            for mine, first in zip(self.loads, warm, strict=True)
        ]
        return Faults(
            sum(one.lost for one in found),
            sum(one.duplicated for one in found),
            sum(one.out_of_order for one in found),
        )

    async def _faults_of(self, load: Load) -> Faults:
        outbox = self.cluster.stage.outbox(load.office)
        accepted: Counter[str] = await asyncio.to_thread(accepted_receipts, outbox)
        seen = await Observed(self.cluster.place, self.database, load).seen(accepted)
        return faults(load, seen)
