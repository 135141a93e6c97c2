"""Files are destroyed with four eyes, for good, on either engine and either store."""

from __future__ import annotations

import json

import pytest

from efile import (
    Conflict,
    InvalidRequest,
    NotFound,
    Wanted,
)
from efile.index.ending import erasing
from efile.objects import layout
from efile.ports import Transaction
from tests.efile_house import EFileHouse, message
from tests.ending_files import TODAY, approved_run, by, carry_out, due_file

TABLES = (
    "efile_akten", "efile_vorgaenge", "efile_documents", "efile_parts", "efile_texts", "efile_words",
    "efile_akte_names", "efile_keys", "efile_guards", "efile_competence", "efile_scans",
    "efile_first_pages", "efile_renditions",
)  # fmt: skip


@pytest.fixture
def house(either_house: EFileHouse) -> EFileHouse:
    return either_house


async def stored(house: EFileHouse, prefix: str) -> list[str]:
    return [item.key async for page in house.objects.pages("muster", prefix) for item in page]


async def rows(house: EFileHouse) -> dict[str, int]:
    return await house.database.read(
        lambda tx: {
            table: int((tx.one(f"SELECT count(*) AS n FROM {table}") or {})["n"])  # noqa: S608  fixed names
            for table in TABLES
        }
    )


async def test_nothing_of_a_destroyed_file_is_left_and_its_neighbours_stay(
    house: EFileHouse,
) -> None:
    kept = await due_file(house, 1)
    before, whole = await rows(house), house.snapshot()
    akte = await due_file(house, 2)
    await house.efile.proof.sign("muster")

    run = await approved_run(house, akte)
    await carry_out(house.efile)

    assert before == await rows(house)
    assert {**whole, "akten": []} == {**house.snapshot(), "akten": []}
    for prefix in (f"v1/a/{akte}/", f"v1/k/{akte}/", f"v1/r/{akte}/"):
        assert [] == await stored(house, prefix)
    assert [f"v1/t/{akte}.json"] == await stored(house, layout.TOMBSTONES_ROOT)
    assert [f"v1/b/{run}.json"] == await stored(house, layout.CERTIFICATES_ROOT)
    with pytest.raises(NotFound, match="akte_missing"):
        await house.efile.akte("muster", akte)
    assert [] == [hit for hit in await house.efile.search("muster", "Text 200") if hit.document_id]
    assert 5 == len((await house.efile.akte("muster", kept)).documents)
    assert () == (await house.efile.verify("muster")).faults


async def test_no_table_names_a_destroyed_file_but_those_that_say_so(house: EFileHouse) -> None:
    """A table somebody adds later is found here, too."""
    akte = await due_file(house)
    tables = await house.database.read(naming_files)
    before = await house.database.read(lambda tx: holding(tx, tables, akte))
    await approved_run(house, akte)
    await carry_out(house.efile)

    assert {"efile_vorgaenge", "efile_documents", "efile_keys"} <= before
    cleared = {table for table, _ in erasing._TABLES} | {"efile_documents", "efile_keys"}
    assert {"efile_destroyed", "efile_disposal_items"} == set(tables) - cleared
    assert {"efile_destroyed", "efile_disposal_items"} == await house.database.read(
        lambda tx: holding(tx, tables, akte)
    )


def naming_files(tx: Transaction) -> list[str]:
    """Return the tables of the index with a column for a file's identifier."""
    if tx.dialect == "postgresql":
        rows = tx.all(
            "SELECT table_name AS name FROM information_schema.columns WHERE column_name = 'akte_id'"
        )
        return [row["name"] for row in rows]
    names = [row["name"] for row in tx.all("SELECT name FROM sqlite_master WHERE type = 'table'")]
    columns = {n: tx.all(f"SELECT name FROM pragma_table_info('{n}')") for n in names}  # noqa: S608  names of our own tables
    return [n for n, found in columns.items() if "akte_id" in {row["name"] for row in found}]


def holding(tx: Transaction, tables: list[str], akte: str) -> set[str]:
    """Return those of the tables that name a file."""
    return {
        table
        for table in tables
        if tx.one(f"SELECT 1 FROM {table} WHERE akte_id = :akte LIMIT 1", akte=akte)  # noqa: S608  names of our own tables
    }


async def test_verification_reconciliation_and_rebuild_know_what_was_destroyed(
    house: EFileHouse,
) -> None:
    await due_file(house, 1)
    akte = await due_file(house, 2)
    await house.efile.proof.sign("muster")
    await approved_run(house, akte)
    await carry_out(house.efile)
    grown, log = house.snapshot(), house.log()

    assert 6 == len(await stored(house, layout.PACK_ROOT))
    assert () == (await house.efile.reconcile("muster")).faults
    assert 3 == len(await stored(house, layout.PACK_ROOT)), "packs of nothing but what is gone"
    assert grown == house.snapshot()
    for table in (*TABLES, "efile_log", "efile_heads", "efile_destroyed"):
        await house.tamper(f"DELETE FROM {table}")  # noqa: S608  fixed names
    report = await house.efile.rebuild("muster")
    await carry_out(house.efile)

    assert ((), 1) == (report.faults, report.akten)
    assert grown == house.snapshot()
    # The tombstone came after the last head: its leaf is entered again.
    assert log["leaves"][:-1] == house.log()["leaves"][: len(log["leaves"]) - 1]
    assert () == (await house.efile.verify("muster")).faults


async def test_an_index_from_before_forgets_what_was_destroyed_since(house: EFileHouse) -> None:
    akte = await due_file(house)
    old = await house.database.read(
        lambda tx: {t: tx.all(f"SELECT * FROM {t}") for t in TABLES[:4]}  # noqa: S608  fixed names
    )
    await approved_run(house, akte)
    await carry_out(house.efile)
    for table, lines in old.items():
        columns = list(lines[0])
        sql = f"INSERT INTO {table} ({', '.join(columns)}) VALUES (:{', :'.join(columns)})"  # noqa: S608  fixed names
        await house.database.write(lambda tx, sql=sql, lines=lines: tx.many(sql, lines))  # type: ignore[misc]  # bound at once
    await house.tamper("DELETE FROM efile_destroyed")

    await house.efile.reconcile("muster")
    await carry_out(house.efile)

    assert 0 == sum((await rows(house)).values())
    assert () == (await house.efile.verify("muster")).faults


async def test_nothing_is_filed_in_a_destroyed_file_any_more(house: EFileHouse) -> None:
    akte = await due_file(house)
    name = (await house.efile.akte("muster", akte)).akte.aktenzeichen
    await approved_run(house, akte)
    await carry_out(house.efile)
    later = message(900, aktenzeichen=name, kind="beistandschaft")

    with pytest.raises(Conflict, match="akte_destroyed"):
        await house.efile.file(later)
    assert [] == await stored(house, f"v1/k/{akte}/")
    left = await house.efile.disposal.gone("muster", name)
    assert left is not None
    assert left.settled
    assert await house.efile.disposal.gone("andere", name) is None


async def test_what_was_said_since_the_proposal_keeps_a_file(house: EFileHouse) -> None:
    room = house.efile.disposal
    held, free = await due_file(house, 1), await due_file(house, 2)
    run = await approved_run(house, held, free)
    await house.efile.retention.hold("muster", held, "Klage", TODAY, None, by(500))

    await carry_out(house.efile)

    found = await room.run("muster", run, TODAY)
    assert {held: "kept", free: "destroyed"} == {
        line.item.akte_id: line.item.state for line in found.lines
    }
    assert "done" == found.run.state
    assert 6 == len((await house.efile.akte("muster", held)).documents)
    said = json.loads(await room.certificate("muster", run))["certificate"]
    assert (1, [free]) == (said["kept"], [one["akte"] for one in said["destroyed"]])


async def test_only_what_may_be_destroyed_is_proposed_and_once(house: EFileHouse) -> None:
    room = house.efile.disposal
    unasked, due = await due_file(house, 1, answered=False), await due_file(house, 2)

    with pytest.raises(Conflict, match="disposal_not_ready") as refused:
        await room.propose("muster", Wanted({unasked: "x"}, "y"), TODAY, by(1))
    assert "Archiv anzubieten" in refused.value.message
    with pytest.raises(NotFound, match="akte_missing"):
        await room.propose("andere", Wanted({due: "x"}, "y"), TODAY, by(2))
    with pytest.raises(InvalidRequest, match="disposal_invalid"):
        await room.propose("muster", Wanted({}, "y"), TODAY, by(3))
    one = by(4)
    first = await room.propose("muster", Wanted({due: "x"}, "y"), TODAY, one)
    assert first == await room.propose("muster", Wanted({due: "x"}, "y"), TODAY, one)
    with pytest.raises(Conflict, match="disposal_in_another_run"):
        await room.propose("muster", Wanted({due: "x"}, "y"), TODAY, by(5))
    await room.decline("muster", first.id, "doch nicht", by(6))
    await room.propose("muster", Wanted({due: "x"}, "y"), TODAY, by(7))
    assert 0 == await room.round(TODAY)
    assert 5 == len((await house.efile.akte("muster", due)).documents)


async def test_a_second_person_decides_and_nobody_twice(house: EFileHouse) -> None:
    room, akte = house.efile.disposal, await due_file(house)
    run = (await room.propose("muster", Wanted({akte: "x"}, "y"), TODAY, by(1))).id

    with pytest.raises(Conflict, match="disposal_same_person"):
        await room.approve("muster", run, TODAY, by(2, "K.Winter"))
    with pytest.raises(NotFound, match="disposal_missing"):
        await room.approve("andere", run, TODAY, by(3, "a.sommer"))
    narrow = house.efile.behind(["uvg"], person="b.herbst").disposal
    assert ("y", "") == (
        (await room.runs("muster"))[0].reason,
        (await narrow.runs("muster"))[0].reason,
    )
    assert "" == (await narrow.run("muster", run, TODAY)).run.reason
    with pytest.raises(Conflict, match="disposal_not_all_seen"):
        await narrow.approve("muster", run, TODAY, by(4, "b.herbst"))
    approved = await room.approve("muster", run, TODAY, by(5, "a.sommer"))
    assert approved == await room.approve("muster", run, TODAY, by(6, "a.sommer"))
    with pytest.raises(Conflict, match="disposal_decided"):
        await room.decline("muster", run, "zu spät", by(7, "b.herbst"))
    with pytest.raises(NotFound):
        await room.certificate("muster", run)


async def test_the_certificate_says_what_was_done_and_nothing_of_people(
    house: EFileHouse,
) -> None:
    akte = await due_file(house)
    name = (await house.efile.akte("muster", akte)).akte.aktenzeichen
    run = await approved_run(house, akte)
    await carry_out(house.efile)

    stored_one = await house.efile.disposal.certificate("muster", run)
    said = json.loads(stored_one)["certificate"]

    (line,) = said["destroyed"]
    assert ("k.winter", "a.sommer") == (said["proposed_by"], said["approved_by"])
    assert (akte, 5, "Akten der Beistandschaft") == (line["akte"], line["documents"], line["rule"])
    assert "0-4" == line["places"]
    for secret in (name, "Müller", "Text", "2010", "Frist abgelaufen", "volljährig"):
        assert secret not in stored_one.decode()
    left = await house.database.read(
        lambda tx: str(
            tx.all("SELECT * FROM efile_disposal_items")
            + tx.all("SELECT * FROM efile_disposal_runs")
        )
    )
    assert name not in left
    assert "Frist abgelaufen" not in left
