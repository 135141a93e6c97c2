"""A faulty row refuses only itself where the office agreed on it, and is told by row and field."""

import csv
import io
import json
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hub.app import SHIPPED
from hub.core.findings import Finding
from hub.demo import drops
from hub.demo.cast import MUSTERSTADT
from hub.pipeline.balance import balance
from hub.pipeline.decision.quarantine import RefusedRows, _table
from tests.message_house import CORE, OFFICE, World, open_world

TABLE = drops.case_table(MUSTERSTADT)
ROWS = TABLE.count(b"\r\n") - 1


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A house that takes tables record by record."""
    mappings = tmp_path / "mappings"
    shutil.copytree(SHIPPED / "mappings", mappings)
    routes = mappings / "routes.toml"
    text = routes.read_text(encoding="utf-8")
    routes.write_text(text.replace("split = true\nanswers", 'split = true\nrecords = "per_record"\nanswers'))  # fmt: skip
    async with open_world(tmp_path, children=True, mappings=mappings) as world:
        yield world


def spoilt(row: int, old: bytes, new: bytes) -> bytes:
    """Return the table with one row changed; row 0 is the line of the columns."""
    lines = TABLE.split(b"\r\n")
    assert old in lines[row]
    lines[row] = lines[row].replace(old, new, 1)
    return b"\r\n".join(lines)


async def take(world: World, data: bytes) -> list[dict[str, object]]:
    world.drop("Tabelle.csv", data, office=OFFICE)
    await world.run_once()
    return await world.messages()


def report(world: World) -> list[dict[str, str]]:
    [path] = world.house.inboxes[OFFICE, CORE].path.rglob("*.satzbericht.csv")
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig")), delimiter=";"))


async def test_good_rows_go_on_and_the_bad_one_is_refused(world: World) -> None:
    found = await take(world, spoilt(2, b";000;", b";00x;"))

    parts = [m for m in found if m["part_of"]]
    refused = [m for m in parts if m["state"] == "refused"]
    assert ROWS == len(parts)
    assert ["Tabelle.csv (Satz 2)"] == [m["original_name"] for m in refused]
    assert {"closed"} == {m["state"] for m in parts if m not in refused}


async def test_the_report_names_row_line_field_and_rule(world: World) -> None:
    await take(world, spoilt(1, b";000;", b";00x;"))

    [line] = report(world)

    assert ("1", "2", "Kind_Geburtsstaat") == (line["Satz"], line["Zeile"], line["Feld"])
    assert line["Regel"]
    assert "Staatsschlüssel" in line["Meldung"]


async def test_its_reason_file_counts_both_kinds(world: World) -> None:
    await take(world, spoilt(1, b";000;", b";00x;"))

    [path] = world.house.inboxes[OFFICE, CORE].path.rglob("*.grund.json")

    said = json.loads(path.read_text("utf-8"))
    assert ("records_refused", ROWS - 1, 1) == (said["code"], said["angenommen"], said["abgelehnt"])


async def test_the_receipt_says_partly_and_the_balance_ties_out(world: World) -> None:
    await take(world, spoilt(1, b";000;", b";00x;"))

    outbox = world.house.outbox / OFFICE / CORE
    receipts = [p.read_bytes().decode("cp1252") for p in outbox.glob("Quittung_*.csv")]
    whole = await balance(world.house.database, None)

    assert 1 == sum(";teilweise;" in text for text in receipts)
    assert (True, ROWS + 1, 1) == (whole.balanced, whole.received, whole.refused)


async def test_a_row_with_two_faults_is_refused_once(world: World) -> None:
    found = await take(world, spoilt(1, b";W;Musterstadt;000;", b";Q;Musterstadt;00x;"))

    assert ["1", "1"] == [line["Satz"] for line in report(world)]
    assert 1 == sum(m["state"] == "refused" for m in found)


@pytest.mark.parametrize(
    "data",
    [
        TABLE[:-40],
        TABLE.replace(b"Fallnummer", b"Fallnr", 1),
        spoilt(1, b";000;", b';"000;'),
        TABLE.replace(b"\r\n", b"\n"),
    ],
    ids=["cut", "columns", "open quote", "line ends"],
)
async def test_what_no_row_can_be_blamed_for_refuses_the_file(world: World, data: bytes) -> None:
    found = await take(world, data)

    assert ["refused"] == [m["state"] for m in found]


async def test_a_file_of_bad_rows_only_is_refused_as_a_file(world: World) -> None:
    found = await take(world, TABLE.replace(b";000;", b";00x;"))

    assert [("refused", None)] == [(m["state"], m["part_of"]) for m in found]


def test_rows_beyond_the_bound_of_findings_are_named_with_their_rule() -> None:
    refused = RefusedRows({7: "b", 3: "a"}, [Finding("a", "=böse; so", row=3, field="x")])

    assert 'Satz;Zeile;Feld;Regel;Meldung\r\n3;;x;a;"\'=böse; so"\r\n7;;;b;\r\n' == _table(refused)
