"""What works in the background of the e-file, on both engines."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from efile import ExportRow, Part
from efile.export import orders
from efile.export.orders import Finished
from efile.index import scans
from tests.efile_house import EFileHouse, open_house, request
from tests.engines import Engine
from tests.foreign_files import locked_pdf, picture

HOUR_US = 3_600_000_000


@pytest.fixture
async def house(engine: Engine, tmp_path: Path) -> AsyncIterator[EFileHouse]:
    async with open_house(tmp_path, index=engine.open()) as opened:
        yield opened


async def test_a_scan_is_taken_once_at_a_time_and_again_when_nobody_finished(
    house: EFileHouse,
) -> None:
    filed = await house.efile.file(request(parts=(Part("original", "a.png", "", picture("PNG")),)))
    write = house.database.write
    taken = [await write(lambda tx: scans.take(tx, 0)) for _ in range(2)]
    later = await write(lambda tx: scans.take(tx, HOUR_US))
    await write(lambda tx: scans.give_up(tx, "muster", filed.id, "document_too_slow"))
    left = await write(lambda tx: scans.take(tx, 2 * HOUR_US))
    (lacking,) = await house.efile.legibility.lacking("muster", "scan", "", 9)
    counts = await house.efile.legibility.shortfalls("muster")
    await house.efile.legibility.try_again("muster")
    again = await write(lambda tx: scans.take(tx, 0))
    await write(lambda tx: scans.done(tx, "muster", filed.id))

    assert [("muster", filed.id), None] == taken
    assert ("muster", filed.id) == later == again
    assert (None, "document_too_slow", 1, 0) == (left, lacking.code, counts.scan, counts.waiting)
    assert "zu lange gedauert" in lacking.reason
    assert await write(lambda tx: scans.take(tx, 9 * HOUR_US)) is None


async def test_what_cannot_be_drawn_or_read_says_why_and_is_tried_again(house: EFileHouse) -> None:
    room, unseen = house.efile.legibility, house.efile.behind([]).legibility
    parts = [(Part("original", "a", "", data),) for data in (b"Unterhalt", locked_pdf())]
    letter, locked = [
        (await house.efile.file(request(number, parts=part))).id
        for number, part in enumerate(parts)
    ]
    await house.efile.first_pages.round()
    counts, lists = await room.shortfalls("muster"), {}
    for what in ("picture", "words", "scan"):
        found = await room.lacking("muster", what, "", 9)
        lists[what] = [(one.id, one.code) for one in found]
        assert [] == await unseen.lacking("muster", what, "", 9)
        assert [] == await room.lacking("muster", what, found[-1].cursor if found else "", 9)
    of = [await house.efile.document("muster", one) for one in (letter, locked)]
    said = [[one.what for one in await room.of_document(each)] for each in of]
    again = await room.try_again("muster")
    risky = await room.at_risk("muster", "application/pdf", "locked", "", 9)

    assert [(locked, False)] == [(one.id, one.has_rendition) for one in risky]
    assert [] == await room.at_risk("muster", "text/plain", "locked", "", 9)
    why = [(locked, "document_locked")]
    assert {"picture": why, "words": why, "scan": []} == lists
    assert ((1, 1, 0), [[], ["picture", "words"]]) == (
        (counts.picture, counts.words, counts.scan), said,
    )  # fmt: skip
    assert (1, 0) == (again, (await room.shortfalls("muster")).picture)


async def test_a_row_tells_how_far_an_export_is(house: EFileHouse) -> None:
    row = ExportRow("muster", "e", "a", "ahrens", 5, 3, touched_at_us=5)
    finished = Finished(((1, 9, 100, 0),), "")
    write, read = house.database.write, house.database.read
    await write(lambda tx: orders.enter(tx, row))
    await write(lambda tx: orders.touch(tx, row, 2, 7))
    under_way = await read(lambda tx: orders.find(tx, "muster", "e"))
    await write(lambda tx: orders.end(tx, row, finished, 9))
    ended = await read(lambda tx: orders.find(tx, "muster", "e"))
    old = await read(lambda tx: (orders.old(tx, 5), orders.old(tx, 6)))

    assert under_way is not None
    assert ("running", 2, 3, 7) == (
        under_way.state, under_way.done, under_way.total, under_way.touched_at_us,
    )  # fmt: skip
    assert ended is not None
    assert ("done", ((1, 9, 100, 0),)) == (ended.state, ended.volumes)
    assert ([], [ended]) == old
    assert await read(lambda tx: orders.find(tx, "andere", "e")) is None


async def test_of_many_who_begin_the_same_at_once_one_does(house: EFileHouse) -> None:
    row = ExportRow("muster", "e", "a", "ahrens", 5, 3)
    late = replace(row, begun_at_us=5 + 60_000_001)

    async def begun(one: ExportRow) -> int:
        write = house.database.write
        return sum(
            await asyncio.gather(*(write(lambda tx: orders.enter(tx, one)) for _ in range(8)))
        )

    assert 1 == await begun(row)
    # Nobody touched it for a minute: whoever began it is dead.
    assert (0, 1) == (await begun(replace(row, begun_at_us=60_000_005)), await begun(late))
    await house.database.write(lambda tx: orders.end(tx, late, Finished((), "export_failed"), 9))
    assert 1 == await begun(row)
