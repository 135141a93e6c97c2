"""Fixed-width files: lengths, padding, characters and totals are checked."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from hub.core.errors import RuleViolation, Undecodable
from hub.core.findings import Finding, Verdict
from hub.formats.base import Table
from hub.formats.encoding import is_utf8
from tests.unit.hub.formats.tables.small_tables import fixed_width

SAETZE = fixed_width()
HEAD = "HTEST0001".ljust(40)
ROW = ("D" + "Groß".ljust(10) + "0001050" + " " + "20260201").ljust(40)
TAIL = ("T" + "0001" + "0000001050").ljust(40)


def lines(*texts: str) -> bytes:
    return "".join(text + "\r\n" for text in texts).encode("iso8859-15")


def faults(data: bytes) -> list[Finding]:
    reading = SAETZE.read(data)
    assert reading.verdict is Verdict.FAILED
    return list(reading.findings)


def test_a_good_file_becomes_values() -> None:
    reading = SAETZE.read(lines(HEAD, ROW, TAIL))

    assert reading.verdict is Verdict.PASSED
    assert reading.document.head["Folge"] == 1
    assert reading.document.rows == (
        {"@row": 1, "@type": "D", "Satz": "D", "Name": "Groß", "Betrag": 1050, "Tag": "2026-02-01"},
    )
    assert reading.document.tail["Summe"] == 1050


def test_a_blank_date_is_absent() -> None:
    reading = SAETZE.read(lines(HEAD, ROW.replace("20260201", " " * 8), TAIL))

    assert "Tag" not in reading.document.rows[0]


@pytest.mark.parametrize(
    ("row", "rule", "field"),
    [
        (ROW[:-1], "line_length_wrong", None),
        (ROW + " ", "line_length_wrong", None),
        (ROW.replace("Groß ", " Groß"), "padding_wrong", "Name"),
        (ROW.replace("Groß", "    "), "value_missing", "Name"),
        (ROW.replace("Groß", "Gr\x85ß"), "character_forbidden", "Name"),
        (ROW.replace("Groß", "Gr\0ß"), "character_forbidden", None),
        (ROW.replace("0001050", "   1050"), "amount_wrong", "Betrag"),
        (ROW.replace("0001050", "1050   "), "amount_wrong", "Betrag"),
        (ROW.replace("20260201", "20260230"), "date_wrong", "Tag"),
        (ROW.replace("20260201", "2026 201"), "date_wrong", "Tag"),
        (ROW[:18] + "x" + ROW[19:], "surplus_value", None),
        (ROW[:39] + "x", "surplus_value", None),
        ("X" + ROW[1:], "record_unknown", "Satz"),
        (HEAD, "record_misplaced", None),
    ],
)
def test_a_fault_is_found_with_row_and_field(row: str, rule: str, field: str | None) -> None:
    first = faults(lines(HEAD, row, TAIL))[0]

    assert (rule, 1, 2, field) == (first.rule, first.row, first.line, first.field)


@pytest.mark.parametrize(
    ("texts", "rule"),
    [
        ((HEAD, ROW, ROW, TAIL), "count_wrong"),
        ((HEAD, ROW, TAIL.replace("1050", "1051")), "sum_wrong"),
        ((HEAD, ROW), "trailer_missing"),
        ((ROW, TAIL), "header_missing"),
        ((HEAD, TAIL, ROW), "record_misplaced"),
        ((HEAD, HEAD, ROW, TAIL), "record_misplaced"),
    ],
)
def test_the_whole_must_tie_out(texts: tuple[str, ...], rule: str) -> None:
    assert rule in [finding.rule for finding in faults(lines(*texts))]


def test_a_truncated_file_is_found() -> None:
    assert faults(lines(HEAD, ROW, TAIL)[:-2])[0].rule == "line_truncated"


def test_bare_line_feeds_are_no_line_ends() -> None:
    data = lines(HEAD, ROW, TAIL).replace(b"\r\n", b"\n")

    assert SAETZE.read(data).verdict is Verdict.FAILED


def test_utf_8_is_refused() -> None:
    with pytest.raises(Undecodable, match="encoding_wrong"):
        SAETZE.read("".join(t + "\r\n" for t in (HEAD, ROW, TAIL)).encode())


def test_a_file_is_recognised_by_its_header() -> None:
    assert SAETZE.matches(lines(HEAD), "")
    assert not SAETZE.matches(lines(HEAD.replace("TEST", "TOST")), "")
    assert not SAETZE.matches(b"", "")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"Name": "länger als zehn"}, "Name"),
        ({"Name": "Łukasz"}, "Name"),
        ({"Name": None}, "Name"),
        ({"Betrag": 10**7}, "Betrag"),
        ({"Betrag": -1}, "Betrag"),
        ({"Betrag": "1"}, "Betrag"),
        ({"Tag": "01.02.2026"}, "Tag"),
    ],
)
def test_a_value_that_does_not_fit_is_named(changes: dict[str, object], field: str) -> None:
    row = {"@type": "D", "Satz": "D", "Name": "Groß", "Betrag": 1} | changes

    with pytest.raises(RuleViolation) as caught:
        SAETZE.write(_table(row))

    assert ("value_not_writable", field) == (caught.value.code, caught.value.place)


def _table(*rows: dict[str, object]) -> Table:
    total = sum(int(row["Betrag"]) for row in rows)
    head = {"Satz": "H", "Marke": "TEST", "Folge": 1}
    return Table(head, rows, {"Satz": "T", "Anzahl": len(rows), "Summe": max(total, 0)})


NAMES = (
    st.text(st.characters(codec="iso8859-15", exclude_categories=["Cc"]), min_size=1, max_size=10)
    .map(lambda text: text.strip(" "))
    .filter(bool)
)
ROWS = st.fixed_dictionaries(
    {"Name": NAMES, "Betrag": st.integers(0, 9_999_999)}, optional={"Tag": st.dates().map(str)}
)


@given(st.lists(ROWS, max_size=5))
def test_what_was_written_reads_the_same(values: list[dict[str, object]]) -> None:
    rows = [{"@row": n, "@type": "D", "Satz": "D", **value} for n, value in enumerate(values, 1)]
    data = SAETZE.write(_table(*rows))

    # Bytes that happen to be UTF-8 are refused when they come from outside.
    assume(not is_utf8(data))

    assert {40} == {len(line) for line in data.split(b"\r\n")[:-1]}
    assert tuple(rows) == SAETZE.read(data).document.rows
