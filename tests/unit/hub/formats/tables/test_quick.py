"""The quick look and the full check agree on what is right."""

from __future__ import annotations

import io
from collections import Counter
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hub.core.findings import Verdict
from hub.formats.base import Reading
from hub.formats.tables.cells import compile_reader
from hub.formats.tables.layout import Field, Layout
from hub.formats.tables.quick import compile_glance, compile_look, stays_inside
from hub.formats.tables.table import TableFormat
from hub.formats.tally import Fault
from tests.unit.hub.formats.tables.small_tables import (
    DELIMITED,
    FIXED,
    HEADER,
    delimited,
    fixed_width,
)

CSV, FIXED_WIDTH = msgspec.convert(DELIMITED, Layout), msgspec.convert(FIXED, Layout)
CELLS = st.text(alphabet="01239-,.; AZäß\t\"'", max_size=12) | st.sampled_from(
    [
        "",
        "29.02.2024",
        "29.02.2023",
        "31.04.2026",
        "01.01.0000",
        "20260230",
        "20260101",
        "0,00",
        "0",
    ]
)
FIELDS = st.builds(
    Field,
    name=st.just("F"),
    type=st.sampled_from("ANDM"),
    required=st.booleans(),
    enum=st.sampled_from([(), ("A", "ZZ")]),
    pattern=st.sampled_from([None, "[A-Z]+", "[0-9]{2}", "A|Z", "(A)(Z)?", ".+", "[^1]*"]),
    max=st.sampled_from([None, 3]),
    multiline=st.booleans(),
)
NUMBERS = st.builds(
    Field, name=st.just("F"), type=st.sampled_from("NM"), minimum=st.sampled_from([0, 1, 2])
)


def is_right(field: Field, layout: Layout, cell: str) -> bool:
    try:
        compile_reader(field, layout)(cell)
    except Fault:
        return False
    return True


@given(FIELDS | NUMBERS, st.sampled_from([CSV, FIXED_WIDTH]), CELLS)
def test_what_looks_right_is_right(field: Field, layout: Layout, cell: str) -> None:
    if compile_look(field, layout)(cell):
        assert is_right(field, layout, cell)


@given(FIELDS | NUMBERS, CELLS, CELLS)
def test_a_line_that_is_right_at_a_glance_has_right_cells(
    field: Field, first: str, second: str
) -> None:
    other = msgspec.structs.replace(field, name="G")
    record = msgspec.structs.replace(CSV.records[0], fields=(field, other))
    layout = msgspec.structs.replace(CSV, columns=("F", "G"), records=(record,))
    glance = compile_glance(record, layout, ["F"])

    line = f"{first};{second}"
    if glance and glance.fullmatch(line):
        cells = line.split(";")
        assert 2 == len(cells)
        assert all(is_right(field, layout, cell) for cell in cells)


@pytest.mark.parametrize(
    ("pattern", "stays"),
    [
        ("[A-Z]{2}[0-9]{2}", True),
        ("[A-Za-z0-9][A-Za-z0-9.-]{0,49}", True),
        (r"\d\d\.\d", True),
        (".+", False),
        ("[^A]", False),
        ("[ -~]", False),
        (r"\S+", False),
        ("A;B", False),
        ("(?i)a", False),
    ],
)
def test_an_expression_stays_inside_its_cell(pattern: str, *, stays: bool) -> None:
    assert stays == stays_inside(pattern, ";")


def compared(table: TableFormat, data: bytes) -> tuple[Reading, Reading]:
    return table.read(data), table.verify(io.BytesIO(data))


ROWS = st.lists(
    st.sampled_from(
        [
            "D;1;Müller;10,00;01.02.2026",
            "D;2;;0,05;",
            "D;2;X;0,05;",
            "D;3;X;0,05;31.02.2026",
            'D;4;"a\r\nb";1,00;03.02.2026',
            'D;5;"offen;1,00;',
            "X;1;;1,00;",
            "E;2;;10,05;",
            "D;;;;",
            "",
            "D;1",
        ]
    ),
    max_size=6,
)


@given(ROWS)
@example(["D;1;Müller;10,00;01.02.2026", "D;2;;0,05;", "E;2;;10,05;"])
def test_checking_piece_by_piece_finds_what_reading_finds(rows: list[str]) -> None:
    read, verified = compared(delimited(), ("\r\n".join([HEADER, *rows]) + "\r\n").encode("cp1252"))

    assert (read.verdict, read.findings, read.counts) == (
        verified.verdict,
        verified.findings,
        verified.counts,
    )
    assert verified.document is None


@given(st.permutations(["H", "D", "D", "T"]), st.sampled_from(["0001050", "000105A"]))
def test_fixed_width_files_too(order: list[str], amount: str) -> None:
    lines = {
        "H": "HTEST0001".ljust(40),
        "D": ("D" + "Groß".ljust(10) + amount + " 20260201").ljust(40),
        "T": "T00020000002100".ljust(40),
    }
    data = "".join(lines[kind] + "\r\n" for kind in order).encode("iso8859-15")
    read, verified = compared(fixed_width(), data)

    assert (read.verdict, read.findings, read.counts) == (
        verified.verdict,
        verified.findings,
        verified.counts,
    )


def test_a_file_of_faults_is_told_up_to_a_bound_and_counted_to_the_end() -> None:
    rows = "D;1;Müller;zehn;31.02.2026\r\n" * 3000
    reading = delimited().verify(io.BytesIO(f"{HEADER}\r\n{rows}".encode("cp1252")))

    assert reading.verdict is Verdict.FAILED
    assert 1000 == len(reading.findings)
    assert Counter(
        amount_wrong=3000,
        date_wrong=3000,
        value_missing=3000,
        value_repeated=2999,
        trailer_missing=1,
    ) == (reading.counts)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty_file"),
        (f"{HEADER}\r\nD;1;Müller;1,00;\r\n".encode(), "encoding_wrong"),
        (f"{HEADER}\r\n".encode() + b"D;1;M\x81;1,00;\r\n", "encoding_wrong"),
    ],
)
def test_another_encoding_is_refused_wherever_it_shows(data: bytes, code: str) -> None:
    filler = b"D;1;;1,00;\r\n" * 60_000

    for content in (data, data + filler if data.strip() else data):
        with pytest.raises(Exception, match=code):
            delimited().verify(io.BytesIO(content))


def test_an_open_quotation_mark_does_not_swallow_the_file() -> None:
    rows = 'D;1;"offen;1,00;\r\n' + "D;2;;1,00;\r\n" * 30_000
    reading = delimited().verify(io.BytesIO(f"{HEADER}\r\n{rows}".encode("cp1252")))

    assert {"quote_unterminated": 1, "trailer_missing": 1} == reading.counts


def test_a_file_without_line_ends_does_not_fill_the_memory() -> None:
    class Endless(io.RawIOBase):
        """Hands out one line that never ends."""

        given = 0

        def read(self, size: int = -1) -> bytes:
            self.given += size
            return b"x" * size

    source: Any = Endless()
    reading = delimited().verify(source)

    assert "line_end_wrong" in reading.counts
    assert source.given < 3_000_000
