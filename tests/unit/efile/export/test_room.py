"""Exports in the background: their state, who may fetch them, and that they go after a day."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest

from efile import EFile, ExportOrder, ExportRow, NotFound, Part
from efile.export import orders
from efile.export.room import KEPT_US
from hub.core.clock import FixedClock
from tests.efile_house import SECRET, EFileHouse, open_house, request
from tests.foreign_files import LETTER

ORDER = ExportOrder("muster", "51.3-0001", date(2026, 11, 22))


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[EFileHouse]:
    async with open_house(tmp_path) as opened:
        await opened.efile.file(
            request(1, parts=(Part("original", "a.pdf", "application/pdf", LETTER),))
        )
        yield opened


async def ended(efile: EFile, akte: str, export: str) -> ExportRow:
    async with asyncio.timeout(60):
        while True:
            row = await efile.exports.state("muster", akte, export, "ahrens")
            if row.state != "running":
                return row
            await asyncio.sleep(0.02)


async def test_an_export_is_made_and_fetched_by_whoever_asked(house: EFileHouse) -> None:
    akte = (await house.efile.akte("muster", "51.3-0001")).akte.id
    export = await house.efile.exports.begin(ORDER, "ahrens")
    row = await ended(house.efile, akte, export)
    data = await house.efile.exports.volume("muster", akte, export, "ahrens", 1)

    assert ("done", "", 1, 1) == (row.state, row.fault, row.done, row.total)
    assert ((1, 2, len(data), 0),) == row.volumes
    assert data.startswith(b"%PDF-")
    (stored,) = house.folder.rglob("*.pdf")
    assert b"PDF" not in stored.read_bytes()[:100]
    for tenant, other, actor, number in (
        ("andere", akte, "ahrens", 1), ("muster", "x", "ahrens", 1), ("muster", akte, "fremd", 1),
        ("muster", akte, "ahrens", 2),
    ):  # fmt: skip
        with pytest.raises(NotFound, match="export_missing"):
            await house.efile.exports.volume(tenant, other, export, actor, number)


async def test_what_goes_wrong_is_told(house: EFileHouse) -> None:
    akte = (await house.efile.akte("muster", "51.3-0001")).akte.id
    house.blob().write_bytes(b"altered")
    export = await house.efile.exports.begin(ORDER, "ahrens")
    row = await ended(house.efile, akte, export)

    assert ("failed", "stored_bytes_differ") == (row.state, row.fault)


async def test_an_export_nobody_touches_has_failed(house: EFileHouse) -> None:
    row = ExportRow("muster", "e", "a", "ahrens", 1, 5, touched_at_us=1)

    assert "running" == row.seen_at(60_000_001).state
    assert ("failed", "export_stopped") == (
        row.seen_at(60_000_002).state, row.seen_at(60_000_002).fault,
    )  # fmt: skip


async def test_exports_go_after_a_day_with_their_bytes(house: EFileHouse) -> None:
    clock = FixedClock()
    efile = EFile(house.database, house.objects, clock, SECRET)
    akte = (await efile.akte("muster", "51.3-0001")).akte.id
    export = await efile.exports.begin(ORDER, "ahrens")
    await ended(efile, akte, export)

    assert 0 == await efile.exports.sweep()
    clock.advance(KEPT_US // 1_000_000 + 1)
    assert 1 == await efile.exports.sweep()
    assert [] == list(house.folder.rglob("*.pdf"))
    assert [] == await house.database.read(lambda tx: orders.old(tx, 2**60))
    await efile.close()


async def test_closing_ends_what_is_under_way(house: EFileHouse) -> None:
    efile = EFile(house.database, house.objects, FixedClock(), SECRET)
    akte = (await efile.akte("muster", "51.3-0001")).akte.id
    export = await efile.exports.begin(ORDER, "ahrens")
    await efile.close()

    row = await house.efile.exports.state("muster", akte, export, "ahrens")
    assert ("failed", "export_stopped") == (row.state, row.fault)
