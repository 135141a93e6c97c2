"""``bench messages --preload``: what a message costs when the journal already holds very many.

Two installations side by side, one that has seen a thousand messages and one that has seen as many
as was wished, get the same loads in turn, so that the mood of the machine strikes both.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from hub.bench.figures import Figures
from hub.bench.load import Load
from hub.bench.machine import Limits, what_it_can
from hub.bench.messages import PATIENCE_S, Course
from hub.core.errors import Unavailable
from hub.demo.stage import Stage, python, set_stage

FEW = 1000
"""Messages in the journal of the young installation."""
ROUNDS = 3
"""Loads for each; the middle one counts."""
APART = 1_000_000
"""Each round has cases of its own, numbered so far apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GrowthFigures:
    """The cost of a message in a young and in an old installation; the keys are stable."""

    mode: str
    store: str
    messages: int
    """Per round."""
    rounds: int
    few: int
    """Messages in the journal of the young installation before the first round."""
    preloaded: int
    """The same of the old one."""
    preload_seconds: float
    database_mb: float
    """Of the old installation."""
    cpu_ms_few: float
    """Processor time per message in the young installation; the middle of all rounds."""
    cpu_ms_preloaded: float
    cost_ratio: float
    """The second as a multiple of the first."""
    rss_mb: float
    """Peak of the old installation's process and its children."""
    bare_limit_per_second: float
    fsync_per_second: float
    lost: int
    duplicated: int
    out_of_order: int
    balanced: bool

    def to_dict(self) -> dict[str, object]:
        """Return the stable keys of ``bench messages --preload --json``."""
        return asdict(self)

    @property
    def good(self) -> bool:
        """Whether nothing was lost, doubled or out of order."""
        return self.balanced and not (self.lost or self.duplicated or self.out_of_order)


async def measure_growth(
    folder: Path, count: int, preloaded: int, patience_s: float = PATIENCE_S
) -> GrowthFigures:
    """Fill two installations, give both the same loads in turn and compare."""
    first = Load(count)
    async with AsyncExitStack() as stack:
        young, _ = await _filled(stack, folder / "young", first, FEW)
        old, seconds = await _filled(stack, folder / "old", first, preloaded)
        limits = await what_it_can(folder, old.place, first)
        courses = [Course(stage, limits, Load(0)) for stage in (young, old)]
        rounds = []
        for number in range(ROUNDS):
            load = Load(count, number * APART)
            rounds.append([await course.run(load, patience_s) for course in courses])
        return _compared(rounds, Past(preloaded, seconds, _database_mb(old)), limits)


async def _filled(
    stack: AsyncExitStack, folder: Path, load: Load, count: int
) -> tuple[Stage, float]:
    """Set a stage with a past of so many messages and return how long that took, in seconds.

    Raises:
        Unavailable: the past could not be written.
    """
    stage = await set_stage(folder, 0)
    stack.push_async_callback(stage.stop)
    begin = time.monotonic()
    program = await stage.start(
        "preload",
        python("hub.bench.preload", str(stage.settings_file), load.office.id, str(count)),
    )
    if await program.wait():
        log = await asyncio.to_thread((folder / "logs" / "preload.log").read_text, "utf-8")
        raise Unavailable(
            "bench_preload_failed", "Das Journal der Messung ließ sich nicht füllen.",
            place=str(folder), remedy=f"Plattenplatz prüfen. {log[-500:]}",
        )  # fmt: skip
    return stage, time.monotonic() - begin


@dataclass(frozen=True, slots=True)
class Past:
    """What was written before the first round."""

    messages: int
    seconds: float
    database_mb: float


def _database_mb(stage: Stage) -> float:
    path = stage.place.database_file
    return path.stat().st_size / 1_000_000


def _compared(rounds: Sequence[Sequence[Figures]], past: Past, limits: Limits) -> GrowthFigures:
    young, old = zip(*rounds, strict=True)
    few, many = (median(one.cpu_ms_per_message for one in part) for part in (young, old))
    both = (*young, *old)
    return GrowthFigures(
        mode="preload",
        store=old[0].store,
        messages=old[0].messages,
        rounds=len(rounds),
        few=FEW,
        preloaded=past.messages,
        preload_seconds=round(past.seconds, 1),
        database_mb=round(past.database_mb, 1),
        cpu_ms_few=round(few, 3),
        cpu_ms_preloaded=round(many, 3),
        cost_ratio=round(many / few, 3),
        rss_mb=max(one.rss_mb for one in old),
        bare_limit_per_second=round(limits.bare, 1),
        fsync_per_second=round(limits.fsync, 1),
        lost=max(one.lost for one in both),
        duplicated=max(one.duplicated for one in both),
        out_of_order=max(one.out_of_order for one in both),
        balanced=all(one.balanced for one in both),
    )
