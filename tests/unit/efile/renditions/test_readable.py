"""Mails, tables and texts laid out plainly."""

from __future__ import annotations

from typing import Any

import pytest

from efile.capture import content
from efile.capture.fault import Unreadable
from efile.renditions.readable import readable
from tests.foreign_files import docx, mail, xlsx


def read(kind: str, data: bytes) -> dict[str, Any]:
    return readable({"kind": kind}, data)[0]


def test_a_mail_has_a_head_and_paragraphs() -> None:
    said = read(content.MAIL, mail(a_pdf=b"x"))

    assert ("Betreff", "Unterlagen für Anna") in said["head"]
    assert ("Datum", "02.11.2026, 09:15 Uhr (+0100)") in said["head"]
    assert ["Guten Tag,", "anbei die Gehaltsabrechnung."] == said["paragraphs"]


def test_a_workbook_has_its_sheets_with_empty_cells_in_place() -> None:
    table = {"name": "Einkommen", "rows": [["Monat", "", "Lohn Müller"], ["10", "", "1234.5"]]}

    assert [table] == read(content.XLSX, xlsx())["tables"]


@pytest.mark.parametrize(
    ("data", "rows"),
    [
        (b"a;b;c\n1;2\n", [["a", "b", "c"], ["1", "2", ""]]),
        (b'a,"b\nc"\n', [["a", "b\nc"]]),
        ("Müller\tAnna\n".encode("cp1252"), [["Müller", "Anna"]]),
        (b"", []),
    ],
)
def test_a_csv_file_is_a_table_with_even_rows(data: bytes, rows: list[list[str]]) -> None:
    tables = read(content.CSV, data)["tables"]

    assert rows == (tables[0]["rows"] if tables else [])


def test_long_texts_and_tables_are_cut_and_say_so() -> None:
    assert read(content.PLAIN, b"x" * 400_001)["cut"]
    assert read(content.CSV, b"1;2\n" * 2_001)["cut"]
    assert not read(content.CSV, b"1;2\n" * 2_000)["cut"]


def test_a_word_document_has_its_paragraphs() -> None:
    assert ["Eins", "Zwei"] == read(content.DOCX, docx("Eins", "", "Zwei"))["paragraphs"]


def test_what_is_no_package_is_told() -> None:
    with pytest.raises(Unreadable, match="document_unreadable"):
        read(content.DOCX, b"PK\x03\x04")
