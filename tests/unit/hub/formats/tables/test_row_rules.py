from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import msgspec
import pytest

from hub.core.errors import Misconfigured
from hub.core.findings import Level, Verdict
from hub.formats.rules import Rule, RuleFile
from hub.formats.tables.csv import Csv
from hub.formats.tables.layout import Layout
from hub.formats.tables.row_rules import RowRules
from hub.formats.tables.table import TableFormat

LAYOUT = msgspec.convert(
    {
        "notation": "csv",
        "title": "Posten",
        "encoding": "cp1252",
        "date": "DD.MM.YYYY",
        "money": "comma",
        "columns": ["Art", "Betrag", "Beginn", "Ende"],
        "records": [
            {
                "type": "Zeile",
                "fields": [
                    {"name": "Art", "type": "A", "required": True},
                    {"name": "Betrag", "type": "M"},
                    {"name": "Beginn", "type": "D"},
                    {"name": "Ende", "type": "D"},
                ],
            }
        ],
    },
    Layout,
)
HEADER = "Art;Betrag;Beginn;Ende\r\n"


def table(**rule: Any) -> TableFormat:
    file = RuleFile(rules=(Rule(id="row_odd", text="Ungereimt.", **rule),))
    rules = RowRules(Path("Posten-1.0.rules.toml"), file, LAYOUT)
    return TableFormat("test/Posten-1.0", LAYOUT, Csv(LAYOUT), rules)


def broken(form: TableFormat, *rows: str) -> list[int | None]:
    """Return the rows with findings; reading and verifying must agree."""
    data = (HEADER + "".join(f"{row}\r\n" for row in rows)).encode("cp1252")
    read, verified = form.read(data), form.verify(io.BytesIO(data))

    assert (read.verdict, read.findings, read.counts) == (
        verified.verdict,
        verified.findings,
        verified.counts,
    )
    return [finding.row for finding in read.findings]


@pytest.mark.parametrize(
    ("require", "rows", "faulty"),
    [
        ([("Beginn", "<=", "Ende")], ["A;;01.02.2026;31.01.2026", "A;;01.02.2026;"], [1]),
        ([("Betrag", ">", 0)], ["A;0,00;;", "A;0,01;;", "A;;;"], [1]),
        ([("Art", "in", ["A", "B"])], ["A;;;", "C;;;"], [2]),
        ([("Betrag", "given")], ["A;1,00;;", "A;;;"], [2]),
        ([("Ende", "absent")], ["A;;;01.01.2026", "A;;;"], [1]),
        ([("Beginn", "!=", "Ende"), ("Betrag", "=", 100)], ["A;1,00;;", "A;2,00;;"], [2]),
    ],
)
def test_conditions_on_the_fields_of_a_row(
    require: list[Any], rows: list[str], faulty: list[int]
) -> None:
    assert faulty == broken(table(require=tuple(require)), *rows)


def test_a_rule_is_only_for_the_rows_it_names() -> None:
    form = table(when=(("Art", "in", ["A"]),), require=(("Betrag", "given"),))

    assert [1] == broken(form, "A;;;", "B;;;")


def test_a_warning_lets_the_file_pass_with_its_rows() -> None:
    data = f"{HEADER}A;;;\r\n".encode("cp1252")
    reading = table(require=(("Betrag", "given"),)).read(data, {"row_odd": Level.WARNING})

    assert (Verdict.PASSED, 1, {"row_odd": 1}) == (
        reading.verdict,
        len(reading.document.rows),
        reading.counts,
    )


def test_only_the_rows_that_break_a_rule_are_left_out_where_rows_may_be() -> None:
    data = f"{HEADER}A;;;\r\nA;1,00;;\r\n".encode("cp1252")
    reading = table(require=(("Betrag", "given"),)).read(data)

    assert reading.good_rows is not None
    assert ([2], {1: "row_odd"}) == (
        [row["@row"] for row in reading.good_rows.rows],
        reading.faulty_rows,
    )


@pytest.mark.parametrize(
    "rule",
    [
        {"require": (("Nichts", "given"),), "record": "Zeile"},
        {"require": (("Art", "<", 5),)},
        {"require": (("Art", "=", "Betrag"),)},
        {"require": (("Betrag", "like", 5),)},
        {"require": (("Betrag", "=", ["x"]),)},
        {"context": "//a", "test": "true()"},
        {},
    ],
)
def test_a_faulty_rule_is_the_operators_matter(rule: dict[str, Any]) -> None:
    with pytest.raises(Misconfigured, match="rules_invalid"):
        table(**rule)
