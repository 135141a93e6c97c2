"""Delimited files are read strictly and written so that they read the same."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from hub.core.errors import Misconfigured, RuleViolation, Undecodable
from hub.core.findings import Finding, Verdict
from hub.formats.base import Table
from hub.formats.encoding import is_utf8
from tests.unit.hub.formats.tables.small_tables import HEADER, delimited

POSTEN = delimited()
GOOD = "D;1;Müller;10,00;01.02.2026"


def table(*rows: str, header: str = HEADER) -> bytes:
    return ("\r\n".join([header, *rows]) + "\r\n").encode("cp1252")


def faults(data: bytes) -> list[Finding]:
    reading = POSTEN.read(data)
    assert reading.verdict is Verdict.FAILED
    assert reading.document is None
    return list(reading.findings)


def test_a_good_file_becomes_values() -> None:
    reading = POSTEN.read(table(GOOD, 'D;2;"a;""b""\r\nc";0,05;03.02.2026', "E;2;;10,05;"))
    first = {"@row": 1, "@type": "D", "Satz": "D", "Nr": 1, "Name": "Müller"}

    assert reading.verdict is Verdict.PASSED
    assert reading.document.rows[0] == first | {"Betrag": 1000, "Tag": "2026-02-01"}
    assert reading.document.rows[1]["Name"] == 'a;"b"\nc'
    assert reading.document.tail["Betrag"] == 1005


def test_an_empty_cell_is_absent() -> None:
    reading = POSTEN.read(table("D;1;;10,00;", "E;1;;10,00;"))

    assert set(reading.document.rows[0]) == {"@row", "@type", "Satz", "Nr", "Betrag"}


@pytest.mark.parametrize(
    ("row", "rule", "field"),
    [
        ("D;2;x;1,00", "row_ragged", None),
        ("D;2;x;1,00;01.02.2026;;", "row_ragged", None),
        ("", "row_blank", None),
        ("D;2;\0;1,00;01.02.2026", "nul_bytes", "Name"),
        ('D;2;a"b"c;1,00;01.02.2026', "quote_misplaced", "Name"),
        ('D;2;"a"b;1,00;01.02.2026', "quote_misplaced", "Name"),
        ("D;2;a\rb;1,00;01.02.2026", "line_end_wrong", "Name"),
        ("D;2;a;1,00;01.02.2026\nD;3;a;1,00;01.02.2026", "line_end_wrong", "Tag"),
        ("D;2;a\tb;1,00;01.02.2026", "character_forbidden", "Name"),
        ("D;zwei;a;1,00;01.02.2026", "number_wrong", "Nr"),
        ("D;2;a;1.00;01.02.2026", "amount_wrong", "Betrag"),
        ("D;2;a;1,0;01.02.2026", "amount_wrong", "Betrag"),
        ("D;2;a;1.000,00;01.02.2026", "amount_wrong", "Betrag"),
        ("D;2;a;;01.02.2026", "value_missing", "Betrag"),
        ("D;2;a;1,00;2026-02-01", "date_wrong", "Tag"),
        ("D;2;a;1,00;31.02.2026", "date_wrong", "Tag"),
        ("D;2;a;1,00;", "value_missing", "Tag"),
        ("D;2;abcdefghijklmnopqrstuvwxyz;1,00;01.02.2026", "value_too_long", "Name"),
        ("D;1;a;1,00;01.02.2026", "value_repeated", "Nr"),
        ("X;2;a;1,00;01.02.2026", "record_unknown", "Satz"),
    ],
)
def test_a_fault_is_found_with_row_and_field(row: str, rule: str, field: str | None) -> None:
    first = faults(table(GOOD, row, "E;2;;11,00;"))[0]

    assert (rule, 2, 3, field) == (first.rule, first.row, first.line, first.field)


def test_an_unterminated_quote_is_found_where_it_opens() -> None:
    found = faults(table(GOOD, 'D;2;"a;1,00;01.02.2026', "E;2;;11,00;"))

    assert ("quote_unterminated", 2, 3) == (found[0].rule, found[0].row, found[0].line)


def test_a_truncated_file_is_found() -> None:
    rules = [f.rule for f in faults(table(GOOD, "E;1;;10,00;")[:-6])]

    assert {"line_truncated", "trailer_missing"} == set(rules)


@pytest.mark.parametrize(
    ("trailer", "rule"),
    [
        ("E;2;;10,00;", "count_wrong"),
        ("E;1;;10,01;", "sum_wrong"),
        ("E;1;x;10,00;", "surplus_value"),
    ],
)
def test_a_trailer_must_tie_out(trailer: str, rule: str) -> None:
    assert [rule] == [f.rule for f in faults(table(GOOD, trailer))]


def test_nothing_may_follow_the_trailer() -> None:
    found = faults(table("E;1;;10,00;", GOOD))

    assert "record_misplaced" in [f.rule for f in found]


def test_other_line_ends_are_told() -> None:
    data = table(GOOD, "E;1;;10,00;").replace(b"\r\n", b"\n")

    assert POSTEN.matches(data, "")
    assert ["line_end_wrong"] == [f.rule for f in faults(data) if f.line == 1]


def test_a_sum_that_is_wrong_is_told_in_euro() -> None:
    (found,) = faults(table(GOOD, "E;1;;10,01;"))

    assert found.message == "Schlusssatz, Feld „Betrag“: „10,01 €“ angegeben, „10,00 €“ gezählt."


@pytest.mark.parametrize("header", [HEADER + ";", HEADER.lower(), HEADER.replace(";", ","), "x"])
def test_other_columns_are_refused(header: str) -> None:
    data = table(GOOD, header=header)

    assert not POSTEN.matches(data, "Posten.csv")
    assert faults(data)[0].rule == "columns_wrong"


def test_a_file_is_recognised_by_its_first_line() -> None:
    assert POSTEN.matches(table(), "")
    assert not POSTEN.matches(b"", "")
    assert not POSTEN.matches(b"<a/>", "")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-8-sig"])
def test_another_encoding_is_refused(encoding: str) -> None:
    data = table(GOOD, "E;1;;10,00;").decode("cp1252").encode(encoding)

    if encoding == "utf-16":
        assert POSTEN.read(data).verdict is Verdict.FAILED
        return
    with pytest.raises(Undecodable) as caught:
        POSTEN.read(data)
    assert caught.value.code == "encoding_wrong"
    assert caught.value.findings[0].line in (1, 2)


def test_an_undefined_byte_is_refused() -> None:
    with pytest.raises(Undecodable, match="encoding_wrong"):
        POSTEN.read(table(GOOD).replace(b"M", b"\x81"))


def test_an_empty_file_is_refused() -> None:
    with pytest.raises(Undecodable, match="empty_file"):
        POSTEN.read(b"\r\n")


def test_faults_in_every_row_stay_cheap() -> None:
    reading = POSTEN.read(table(*[f"D;{number};a;x;y" for number in range(5000)]))

    assert len(reading.findings) == 1000
    assert reading.counts["amount_wrong"] == 5000
    assert reading.counts["date_wrong"] == 5000


def test_a_value_that_does_not_fit_is_named() -> None:
    row = {"@type": "D", "Satz": "D", "Nr": 1, "Name": "Łukasz", "Betrag": 1}

    with pytest.raises(RuleViolation) as caught:
        POSTEN.write(Table(rows=(row,), tail={"Satz": "E", "Nr": 1, "Betrag": 1}))

    assert ("value_not_writable", "Name") == (caught.value.code, caught.value.place)
    assert "Ł" in caught.value.message


def test_what_we_write_is_read_back() -> None:
    row = {"@type": "D", "Satz": "D", "Nr": 1, "Betrag": 1}

    with pytest.raises(Misconfigured, match="own_output_invalid"):
        POSTEN.write(Table(rows=(row,), tail={"Satz": "E", "Nr": 2, "Betrag": 1}))


NAMES = st.text(
    st.characters(codec="cp1252", exclude_categories=["Cc", "Zs"]) | st.sampled_from('"; \n'),
    min_size=1, max_size=20,
).map(lambda text: text.strip(" ")).filter(lambda text: text and len(text.replace("\n", "\r\n")) <= 20)  # fmt: skip
ROWS = st.fixed_dictionaries(
    {"Name": NAMES, "Betrag": st.integers(-(10**9), 10**9), "Tag": st.dates().map(str)}
)


@given(st.lists(ROWS, max_size=5))
def test_what_was_written_reads_the_same(values: list[dict[str, object]]) -> None:
    rows = tuple(
        {"@row": n, "@type": "D", "Satz": "D", "Nr": n, **value}
        for n, value in enumerate(values, 1)
    )
    total = sum(row["Betrag"] for row in rows)
    data = POSTEN.write(Table(rows=rows, tail={"Satz": "E", "Nr": len(rows), "Betrag": total}))

    # Bytes that happen to be UTF-8 are refused when they come from outside.
    assume(not is_utf8(data))

    assert rows == POSTEN.read(data).document.rows
