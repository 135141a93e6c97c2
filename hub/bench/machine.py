"""What the machine can do without us: the figures that stand beside our own."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Collection, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from hub.app import Place
from hub.bench.load import Load
from hub.core.record import Record
from hub.formats.catalog import Catalog
from hub.mapping.catalog import Mappings

FORMAT = "fachverfahren/Auszahlungsanordnung-1.0"
MAPPING = "fachverfahren-to-hub/Auszahlungsanordnung"
PROCESSES = Path("/proc")
_LOOK_S = 0.2


@dataclass(frozen=True, slots=True)
class Limits:
    """What the machine does without us."""

    fsync: float
    """Durable appends per second."""
    bare: float
    """Documents per second of one core's time."""


async def what_it_can(folder: Path, place: Place, load: Load) -> Limits:
    """Measure the machine in the run it stands beside."""
    fsync = await asyncio.to_thread(fsync_rate, folder)
    return Limits(fsync, await asyncio.to_thread(bare_limit, place, load.documents(500)))


def bare_limit(place: Place, documents: Sequence[bytes]) -> float:
    """Return how many documents one core parses, checks and maps in a second of its time.

    Processor time, not the clock: what else runs on the machine does not count.
    """
    formats = Catalog.load(place.schemas)
    reader = formats.format(FORMAT)
    mapping = Mappings.load(place.mappings, formats).mapping(MAPPING)

    def once(data: bytes) -> list[Record]:
        return mapping.to_records(reader.read(data).document)

    once(documents[0])
    begin = time.thread_time()
    for data in documents:
        once(data)
    return len(documents) / (time.thread_time() - begin)


def fsync_rate(folder: Path) -> float:
    """Return how many 4-KiB appends per second the disk makes durable."""
    path = folder / "fsync.probe"
    block = os.urandom(4096)
    with path.open("wb") as file:
        begin = time.perf_counter()
        count = 0
        while time.perf_counter() - begin < 1.0:
            file.write(block)
            file.flush()
            os.fdatasync(file.fileno())
            count += 1
        seconds = time.perf_counter() - begin
    path.unlink()
    return count / seconds


def cpu_seconds(
    others: Collection[int] = (), processes: Path = PROCESSES, root: int | None = None
) -> float:
    """Return the processor time of a process and its children, ended ones included, in seconds.

    Not counted are those in ``others``. ``root`` is the process; left out: this one.
    """
    tick = os.sysconf("SC_CLK_TCK")
    return sum(_ticks(processes / str(one)) for one in _family(others, processes, root)) / tick


def peak_rss_mb(
    others: Collection[int] = (), processes: Path = PROCESSES, root: int | None = None
) -> float:
    """Return the peak memory of a process and its living children, in MiB.

    Each one's own peak is added up: memory they share counts in each of them, and the peaks
    need not have come at the same time, so the truth is at most this. Not counted are
    children that have ended and those in ``others`` (the S3 server is not ours to measure).
    """
    family = _family(others, processes, root)
    return sum(_peak_kib(processes / str(one)) for one in family) / 1024


@dataclass(slots=True)
class Peak:
    """The most memory held at one moment, in MiB; what processes share counts in each."""

    whole: float = 0.0
    children: float = 0.0
    """Without the process itself."""


@asynccontextmanager
async def watched(others: Collection[int] = (), processes: Path = PROCESSES) -> AsyncIterator[Peak]:
    """Look several times a second how much memory this process and its children hold."""
    peak = Peak()

    async def watch() -> None:
        while True:
            await asyncio.to_thread(_see, peak, others, processes)
            await asyncio.sleep(_LOOK_S)

    eyes = asyncio.create_task(watch())
    try:
        yield peak
    finally:
        eyes.cancel()
        with suppress(asyncio.CancelledError):
            await eyes


def _see(peak: Peak, others: Collection[int], processes: Path) -> None:
    own, *children = (
        (_number(processes / str(one) / "status", "VmRSS") or 0) / 1024
        for one in _family(others, processes, None)
    )
    peak.whole = max(peak.whole, own + sum(children))
    peak.children = max(peak.children, sum(children))


def _family(others: Collection[int], processes: Path, root: int | None) -> list[int]:
    parents = dict(_parents(processes))
    family = [os.getpid() if root is None else root]
    for process in family:
        family += [p for p, parent in parents.items() if parent == process and p not in others]
    return family


def _ticks(process: Path) -> int:
    """Return user and system time with that of ended children; of a process that is gone, none."""
    try:
        fields = (process / "stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return 0
    times = fields.rpartition(")")[2].split()
    return sum(int(time) for time in times[11:15])


def _parents(processes: Path) -> Iterator[tuple[int, int]]:
    for status in processes.glob("[0-9]*/status"):
        if (parent := _number(status, "PPid")) is not None:
            yield int(status.parent.name), parent


def _peak_kib(process: Path) -> int:
    return _number(process / "status", "VmHWM") or 0


def _number(status: Path, name: str) -> int | None:
    """Return a number of a process; none when it has ended in between."""
    try:
        text = status.read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    found = text.partition(f"\n{name}:")[2].split(maxsplit=1)
    return int(found[0]) if found else None
