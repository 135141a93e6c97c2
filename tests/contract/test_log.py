"""One log per office on either engine, whoever files at the same time; old indexes get theirs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from efile import EFile, Host, index_migrations
from hub.core.clock import FixedClock
from hub.store.migrate import migrate
from tests.efile_house import SECRET, EFileHouse, message, open_house, request
from tests.engines import Engine
from tests.signing import SIGNING

OFFICES = ("muster", "andere")


@pytest.fixture
async def house(engine: Engine, tmp_path: Path) -> AsyncIterator[EFileHouse]:
    async with open_house(tmp_path, index=engine.open()) as opened:
        yield opened


@pytest.fixture
async def other(engine: Engine, house: EFileHouse) -> AsyncIterator[EFile]:
    """A second node where the engine allows one, else one on the same database."""
    database = engine.open() if engine.name == "postgresql" else house.database
    room = EFile(database, house.objects, FixedClock(), SECRET, Host(signing=SIGNING))
    yield room
    await room.close()
    if database is not house.database:
        await asyncio.to_thread(database.close)


async def test_nodes_that_file_and_sign_at_the_same_time_keep_one_log(
    house: EFileHouse, other: EFile
) -> None:
    for start in range(0, 40, 10):
        mine = [message(n, tenant=OFFICES[n % 2]) for n in range(start, start + 6)]
        theirs = [message(n, tenant=OFFICES[n % 2]) for n in range(start + 4, start + 10)]
        await asyncio.gather(
            house.efile.file_all(mine),
            other.file_all(theirs[::-1]),
            house.efile.proof.sign("muster"),
            other.proof.sign("muster"),
        )
    for office in OFFICES:
        await asyncio.gather(house.efile.proof.sign(office), other.proof.sign(office))
        assert () == (await other.verify(office)).faults
    log = house.log()
    leaves = {(row["tenant"], row["leaf_index"]) for row in log["leaves"]}

    assert {(office, place) for office in OFFICES for place in range(20)} == leaves
    assert leaves == {(row["tenant"], row["leaf_index"]) for row in log["places"]}


async def test_both_engines_keep_the_same_log(house: EFileHouse) -> None:
    await house.efile.file_all([message(n, filed_at_us=9 - n) for n in range(5)])
    await house.efile.file_all([message(9, filed_at_us=1), request(8, filed_at_us=2)])
    await house.efile.proof.sign("muster")
    titles = await house.database.read(
        lambda tx: tx.all("SELECT title FROM efile_documents ORDER BY leaf_index")
    )

    expected = [*(f"Falldaten {n}" for n in (4, 3, 2, 1, 0)), "Falldaten 9", "Bescheid 8"]
    assert expected == [row["title"] for row in titles]


async def test_a_document_filed_again_stands_once_in_the_log(house: EFileHouse) -> None:
    for _ in range(3):
        await house.efile.file_all([message(1), message(2), message(1)])

    assert [0, 1] == [row["leaf_index"] for row in house.log()["leaves"]]


async def test_an_index_from_before_the_log_gets_one_in_a_fixed_order(house: EFileHouse) -> None:
    for number in (3, 1, 2):
        await house.efile.file(request(number))
        await house.efile.file(request(number, tenant="andere"))
    await house.tamper(
        "DROP TABLE efile_log", "DROP TABLE efile_heads", "DROP INDEX efile_documents_unlogged",
        "DROP INDEX efile_documents_by_place",
        "ALTER TABLE efile_documents DROP COLUMN leaf_index",
        "DELETE FROM migration WHERE name LIKE '%efile_log%'",
    )  # fmt: skip

    await migrate(house.database, index_migrations(house.database.dialect), 0)

    rows = await house.database.read(
        lambda tx: tx.all("SELECT * FROM efile_documents ORDER BY tenant, leaf_index")
    )
    assert [f"Bescheid {n}" for n in (1, 2, 3)] * 2 == [row["title"] for row in rows]
    by_place = {(row["tenant"], row["leaf_index"]): row["leaf"] for row in rows}
    assert by_place == {(r["tenant"], r["leaf_index"]): r["leaf"] for r in house.log()["leaves"]}
    await house.efile.proof.sign("muster")
    assert (await house.efile.verify("muster")).intact
