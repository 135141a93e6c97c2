"""Filing in batches on either engine: the same rows, once each, whoever else files."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from efile import Conflict, EFile, FiledDocument, Part
from hub.core.clock import FixedClock
from tests.efile_house import SECRET, EFileHouse, message, open_house, request
from tests.engines import Engine

OTHER = (Part("message", "falldaten.xml", "application/xml", b"<Fall>other</Fall>"),)


@pytest.fixture
async def house(engine: Engine, tmp_path: Path) -> AsyncIterator[EFileHouse]:
    async with open_house(tmp_path, index=engine.open()) as opened:
        yield opened


async def test_a_batch_is_filed_found_and_rebuilt(house: EFileHouse) -> None:
    requests = [
        message(number, aktenzeichen=f"AZ {number % 4}", packable=number % 10 != 0)
        for number in range(120)
    ]
    for _ in range(2):
        outcomes = await house.efile.file_all([*requests, message(3, parts=OTHER), request(500)])
        assert [FiledDocument] * 120 + [Conflict, FiledDocument] == [
            type(each) for each in outcomes
        ]
    grown = house.snapshot()

    report = await house.efile.rebuild("muster")

    assert (121, 5, ()) == (report.documents, report.akten, report.faults)
    assert grown == house.snapshot()
    assert ["Falldaten 77"] == [hit.title for hit in await house.efile.search("muster", "N-77")]
    assert (await house.efile.verify("muster")).intact


async def test_nodes_that_file_the_same_at_the_same_time_agree(
    engine: Engine, house: EFileHouse
) -> None:
    database = engine.open() if engine.name == "postgresql" else house.database
    other = EFile(database, house.objects, FixedClock(), SECRET)
    for start in range(0, 60, 20):
        batch = [message(n, aktenzeichen=f"AZ {n % 3}") for n in range(start, start + 20)]
        one, two = await asyncio.gather(
            house.efile.file_all(batch), other.file_all([message(99), *batch[::-1]])
        )
        assert one == two[:0:-1]
        assert all(isinstance(each, FiledDocument) for each in one)
    if database is not house.database:
        await asyncio.to_thread(database.close)

    documents = {akte.aktenzeichen: akte.documents for akte in await house.efile.akten("muster")}
    assert {"51.3-0001": 1, "AZ 0": 20, "AZ 1": 20, "AZ 2": 20} == documents
    assert (await house.efile.verify("muster")).intact
