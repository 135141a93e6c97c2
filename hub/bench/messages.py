"""``bench messages``: from the drop folder to receipt and e-file, measured end to end.

The whole way runs on its real parts: folder, journal with full sync, XSD, XSLT, decision,
receipt in the outbox, document in the e-file on a loopback S3 server. The bare limit is
parsing, checking and mapping the same documents in a loop on one core and nothing else.
"""

from __future__ import annotations

import asyncio
import os
import resource
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import quantiles

from hub.app import Place, open_house
from hub.bench.load import Load, Planned
from hub.core.record import Record
from hub.demo.stage import Stage, set_stage
from hub.formats.catalog import Catalog
from hub.mapping.catalog import Mappings
from hub.pipeline.balance import Balance, balance
from hub.pipeline.house import House
from hub.store.database import Row, Transaction
from hub.workers.loops import Workers

TICK_S = 0.2
PATIENCE_S = 600.0
FORMAT, MAPPING = "fachverfahren/Falldaten-1.0", "fachverfahren-to-hub/Falldaten"


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
    cores: int
    bare_limit_per_second: float
    ratio_per_core: float
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


async def measure(folder: Path, count: int) -> Figures:
    """Run ``count`` messages from the drop folder to the e-file and return the figures."""
    stage = await set_stage(folder, 0)
    try:
        load = Load(count)
        fsync = await asyncio.to_thread(fsync_rate, folder)
        bare = await asyncio.to_thread(bare_limit, stage.place, load.documents(500))
        load.drop(stage.inbox(load.office))
        return await _run(stage, load, fsync, bare)
    finally:
        await stage.stop()


async def _run(stage: Stage, load: Load, fsync: float, bare: float) -> Figures:
    async with open_house(stage.place) as house:
        workers = Workers(house)
        begin_us = house.clock.now_us()
        running = asyncio.create_task(workers.run())
        total = await asyncio.wait_for(_finished(house, load), PATIENCE_S)
        workers.stop()
        await running
        return await _figures(house, load, total, Measured(begin_us, fsync, bare))


@dataclass(frozen=True, slots=True)
class Measured:
    """What was known before the messages were through."""

    begin_us: int
    fsync: float
    bare: float


async def _finished(house: House, load: Load) -> Balance:
    """Wait until every file is received and nothing is in progress."""
    while True:
        total = await balance(house.database, None)
        waiting = await house.database.read(_open_promises)
        if total.received >= load.files and total.in_progress == 0 and waiting == 0:
            return total
        await asyncio.sleep(TICK_S)


def _open_promises(tx: Transaction) -> int:
    row = tx.one("SELECT count(*) AS n FROM promise WHERE state IN ('waiting', 'leased', 'sent')")
    return row["n"] if row else 0


async def _figures(house: House, load: Load, total: Balance, measured: Measured) -> Figures:
    rows = await house.database.read(_messages)
    waits = [(row["closed_us"] - row["received_us"]) / 1000 for row in rows if row["closed_us"]]
    cuts = quantiles(waits, n=100)
    answered_s = await _seconds_until("delivered", house, measured.begin_us)
    filed_s = await _seconds_until("filed", house, measured.begin_us)
    rate = load.files / answered_s
    cores = os.cpu_count() or 1
    figures = getattr(house.database, "figures", None)
    return Figures(
        mode="folder",
        store=house.settings.database,
        messages=load.files,
        seconds=round(answered_s, 2),
        messages_per_second=round(rate, 1),
        filed_per_second=round(load.files / filed_s, 1),
        cores=cores,
        bare_limit_per_second=round(measured.bare, 1),
        ratio_per_core=round(rate / cores / measured.bare, 4),
        fsync_per_second=round(measured.fsync, 1),
        commits_per_message=round(figures.groups / load.files, 2) if figures else 0.0,
        p50_ms=round(cuts[49], 1),
        p99_ms=round(cuts[98], 1),
        rss_mb=round(peak_rss_mb(), 1),
        balanced=total.balanced,
        **asdict(await _faults(house, load, rows)),
    )


async def _seconds_until(action: str, house: House, begin_us: int) -> float:
    row = await house.database.read(
        lambda tx: tx.one("SELECT max(at_us) AS last FROM journal WHERE action = :a", a=action)
    )
    last_us: int = row["last"] if row else begin_us
    return (last_us - begin_us) / 1_000_000


def _messages(tx: Transaction) -> list[Row]:
    return tx.all("SELECT id, business_id, case_key, state, received_us, closed_us FROM message")


@dataclass(frozen=True, slots=True)
class _Faults:
    lost: int
    duplicated: int
    out_of_order: int


async def _faults(house: House, load: Load, rows: Sequence[Row]) -> _Faults:
    """Count what is missing, double or out of order, by what lies in the outbox."""
    outbox = house.outbox / load.office.id / "fachverfahren"
    answered = await asyncio.to_thread(_receipts, outbox)
    expected = {planned.business_id for planned in load.planned if planned.valid}
    decided = await house.database.read(_decided)
    return _Faults(
        lost=len(expected - set(answered)) + max(0, load.files - len(rows)),
        duplicated=sum(n - 1 for n in answered.values() if n > 1),
        out_of_order=_disorder(load.planned, [row["business_id"] for row in decided]),
    )


def _decided(tx: Transaction) -> list[Row]:
    return tx.all(
        "SELECT message.business_id FROM journal JOIN message ON message.id = journal.message_id "
        "WHERE journal.action = 'decided' ORDER BY journal.seq"
    )


def _receipts(outbox: Path) -> Counter[str]:
    """Return how often each sender's number was answered with *accepted*."""
    answered: Counter[str] = Counter()
    for path in outbox.glob("Quittung_*.xml"):
        text = path.read_text(encoding="utf-8")
        number = text.partition("<bezugsnummer>")[2].partition("<")[0]
        if number:
            answered[number] += 1
    return answered


def _disorder(planned: Sequence[Planned], decided: Sequence[str]) -> int:
    """Count messages decided before an earlier one of the same case."""
    place = {one.business_id: (one.case_id, one.number) for one in planned}
    last: dict[str, int] = {}
    wrong = 0
    for business_id in decided:
        case_id, number = place[business_id]
        wrong += number < last.get(case_id, -1)
        last[case_id] = max(number, last.get(case_id, -1))
    return wrong


def bare_limit(place: Place, documents: Sequence[bytes]) -> float:
    """Return how many documents per second one core parses, checks and maps."""
    formats = Catalog.load(place.schemas)
    reader, mapping = (
        formats.format(FORMAT),
        Mappings.load(place.mappings, formats).mapping(MAPPING),
    )

    def once(data: bytes) -> list[Record]:
        return mapping.to_records(reader.read(data).document)

    once(documents[0])
    begin = time.perf_counter()
    for data in documents:
        once(data)
    return len(documents) / (time.perf_counter() - begin)


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


def peak_rss_mb() -> float:
    """Return the peak memory of this process and of its largest ended child, in MiB."""
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return own / 1024
