"""What must be the same in the whole file, and what a file of faults costs."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.formats.catalog import Catalog
from tests.unit.hub.formats.tables.small_tables import fixed_width

ROOT = Path(__file__).parents[5]
RUECK = Catalog.load(ROOT / "schemas").format("kasse/RUECK-1.0")
EXAMPLE = (ROOT / "mappings/kasse-to-hub/examples/RUECK/01.in.csv").read_bytes()


@pytest.mark.parametrize("field", ["Mandant", "Lauf"])
def test_every_row_belongs_to_the_same_file(field: str) -> None:
    other = {"Mandant": b"D;4712;3;SOLL", "Lauf": b"D;4711;2;SOLL"}[field]
    findings = RUECK.read(EXAMPLE.replace(b"D;4711;3;SOLL", other)).findings

    assert [("value_differs", 3, field)] == [(f.rule, f.row, f.field) for f in findings]


def test_a_column_of_another_record_type_must_be_empty() -> None:
    findings = RUECK.read(EXAMPLE.replace(b"FEHLER;F01;;", b"FEHLER;F01;KZ;")).findings

    assert ["surplus_value"] == [finding.rule for finding in findings]


def test_a_missing_header_is_told_once() -> None:
    row = ("D" + "Groß".ljust(10) + "0001050" + " " + "20260201").ljust(40) + "\r\n"
    reading = fixed_width().read((row * 50).encode("iso8859-15"))

    assert {"record_misplaced": 1, "header_missing": 1, "trailer_missing": 1} == reading.counts
