"""Text of parts: PDFs in a child, the rest at hand, failures as a state."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest

from efile import Part
from efile.capture import content
from efile.index import text as document_text
from efile.index.text import READING, WORKER, decoded, text_of
from efile.integrity.digest import sha256_hex
from efile.isolation.pool import LimitedPool
from tests.efile_house import XML, pdf
from tests.read_documents import DOCUMENTS

READ_AS = (
    "2",
    {
        content.PDF: "82aaca5a92acd884",
        content.DOCX: "a8a318d1e6626cd5",
        content.XLSX: "737504cdbfa96d30",
        content.MAIL: "b5927f8f75d24f55",
        content.HTML: "26535cb00447effb",
        content.XML: "f5118e3773ae6de7",
        content.JSON: "9b221358b4ccabb3",
        content.CSV: "bac05bd4a16ac979",
        content.PLAIN: "295282545885ca71",
        content.PNG: "2ee1a273b834b8ab",
        "many parts": "cb98cbe7bd444bc1",
        "broken": "c279524f16186fc0",
    },
)
"""The number of the reading, and digests of what is read out of each document with it."""
WHAT_TO_DO = """\
What is read out of these documents is not what it was: {changed}.
Extracts in storage hold what was read before, and a rebuild believes them. If what is read now is
to be found in every file, raise READING in efile/index/text.py: extracts are then made again, each
document read once more. If the difference is worth that to nobody (a library that reads them was
updated and sets a space elsewhere), leave the number. Either way, enter the number and the digests
into READ_AS here: ("{number}", {found})"""


@pytest.fixture
async def readers() -> AsyncIterator[LimitedPool]:
    pool = LimitedPool(WORKER, workers=1)
    yield pool
    await pool.close()


def part(mime: str, data: bytes) -> Part:
    return Part("original", "name", mime, data)


async def test_a_pdf_has_the_text_of_all_pages(readers: LimitedPool) -> None:
    data = pdf([["Erste Seite für Müller"], ["Zweite Seite"]])

    text, state = await text_of([part("application/pdf", data)], readers)

    assert "extracted" == state
    assert "Erste Seite für Müller" in text
    assert "Zweite Seite" in text


async def test_what_is_read_changes_with_the_number_of_the_reading(readers: LimitedPool) -> None:
    found = {
        kind: sha256_hex(json.dumps(await text_of(parts, readers)).encode())[:16]
        for kind, parts in DOCUMENTS.items()
    }

    number, digests = READ_AS
    changed = sorted(kind for kind in found | digests if found.get(kind) != digests.get(kind))
    told = WHAT_TO_DO.format(changed=", ".join(changed), number=READING, found=found)
    assert (number, []) == (READING, changed), told


def test_every_kind_text_is_read_out_of_is_among_them() -> None:
    kinds = {*document_text._IN_CHILD, *document_text._PLAIN, content.XML, content.JSON}

    assert kinds <= DOCUMENTS.keys()


async def test_xml_json_and_plain_text_are_read_together(readers: LimitedPool) -> None:
    parts = [
        part("application/xml", XML),
        part("application/json; charset=utf-8", b'{"a": "Wert"}'),
        part("text/plain", "Größe".encode("cp1252")),
    ]

    text, state = await text_of(parts, readers)

    assert ("extracted", "Müller\n\nWert\n\nGröße") == (state, text)


async def test_cells_of_a_table_in_html_are_words_of_their_own(readers: LimitedPool) -> None:
    table = b"<table><tr><th>Monat</th><td>Betrag</td></tr><tr><td>Mai<td>12</table>"

    assert ("Monat Betrag\n\nMai 12", "extracted") == await text_of(
        [part("text/html", table)], readers
    )


async def test_what_no_database_takes_is_left_out(readers: LimitedPool) -> None:
    data = rb'{"a": "vor\u0000nach", "b": "halb\ud800es"}'

    assert ("vor nach\nhalb?es", "extracted") == await text_of(
        [part("application/json", data)], readers
    )


async def test_a_picture_has_no_text(readers: LimitedPool) -> None:
    assert ("", "none") == await text_of([part("image/png", b"\x89PNG")], readers)


@pytest.mark.parametrize(
    "data", [b"", b"%PDF-1.4", b"not a pdf", b"%PDF-1.7\n" + b"\x00" * 5000], ids=range(4)
)
async def test_a_broken_pdf_is_a_state_and_the_rest_is_read(
    readers: LimitedPool, data: bytes
) -> None:
    parts = [part("application/pdf", data), part("text/plain", b"lesbar")]

    assert ("lesbar", "failed") == await text_of(parts, readers)


def test_plain_text_is_utf8_or_windows() -> None:
    assert "ä" == decoded("ä".encode())
    assert "ä" == decoded(b"\xef\xbb\xbf" + "ä".encode())
    assert "ä€" == decoded("ä€".encode("cp1252"))
