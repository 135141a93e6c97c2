"""Text of parts: PDFs in a child, the rest at hand, failures as a state."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from efile import Part
from efile.index.text import WORKER, decoded, text_of
from efile.isolation.pool import LimitedPool
from tests.efile_house import XML, pdf


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


async def test_xml_json_and_plain_text_are_read_together(readers: LimitedPool) -> None:
    parts = [
        part("application/xml", XML),
        part("application/json; charset=utf-8", b'{"a": "Wert"}'),
        part("text/plain", "Größe".encode("cp1252")),
    ]

    text, state = await text_of(parts, readers)

    assert ("extracted", "Müller\n\nWert\n\nGröße") == (state, text)


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
