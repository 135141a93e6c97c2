"""Scans become findable: read away from filing, once, and again after a rebuild without reading."""

from __future__ import annotations

import io
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from PIL import Image

from efile import EFile, FilingRequest, Part
from efile.renditions.recognition import PROGRAM
from tests.efile_house import EFileHouse, open_house, pdf, request
from tests.foreign_files import picture

SHEET = pdf([["Verdienstbescheinigung", "Sonnenblumenweg 17"]])

needs_tesseract = pytest.mark.skipif(shutil.which(PROGRAM) is None, reason="needs Tesseract")


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[EFileHouse]:
    async with open_house(tmp_path) as opened:
        yield opened


def scanned(form: str) -> bytes:
    """Return a picture of the sheet."""
    with pdfium.PdfDocument(SHEET) as document:
        image: Image.Image = document[0].render(scale=2.5, grayscale=True).to_pil()
    stream = io.BytesIO()
    image.save(stream, form)
    return stream.getvalue()


def filed(number: int, data: bytes, name: str) -> FilingRequest:
    return request(number, parts=(Part("original", name, "", data),))


async def hits(efile: EFile) -> list[str | None]:
    return [hit.document_id for hit in await efile.search("muster", "Sonnenblumenweg")]


@needs_tesseract
async def test_pictures_and_pdf_of_pictures_are_found_after_they_were_read(
    house: EFileHouse,
) -> None:
    scan = await house.efile.file(filed(1, scanned("TIFF"), "a.tif"))
    sheet = await house.efile.file(filed(2, scanned("PDF"), "b.pdf"))
    await house.efile.file(filed(3, SHEET, "c.pdf"))
    before = set(await hits(house.efile))
    rounds = [await house.efile.scans.round() for _ in range(3)]

    assert [1, 1, 0] == rounds
    assert {scan.id, sheet.id} == set(await hits(house.efile)) - before


@needs_tesseract
async def test_a_rebuilt_index_reads_what_lies_in_storage(house: EFileHouse) -> None:
    await house.efile.file(filed(1, scanned("PNG"), "a.png"))
    await house.efile.scans.round()
    text = next(house.folder.rglob("t/*.txt"))
    assert b"Sonnenblumenweg" not in text.read_bytes()
    text.write_text("Sonnenblumenweg aus dem Speicher")
    before = await house.efile.rebuild("muster")
    gone = await hits(house.efile)
    await house.efile.scans.round()

    assert () == before.faults
    assert ([], 1) == (gone, len(await hits(house.efile)))
    assert (await house.efile.verify("muster")).intact


@needs_tesseract
async def test_what_cannot_be_read_waits_for_nobody_and_says_why(house: EFileHouse) -> None:
    broken = await house.efile.file(filed(1, picture("PNG")[:80], "kaputt.png"))

    assert [1, 0] == [await house.efile.scans.round() for _ in range(2)]
    (lacking,) = await house.efile.legibility.lacking("muster", "scan", "", 9)
    assert (broken.id, "document_unreadable") == (lacking.id, lacking.code)
    await house.efile.legibility.try_again("muster")
    assert [1, 0] == [await house.efile.scans.round() for _ in range(2)]


async def test_a_text_is_no_scan(house: EFileHouse) -> None:
    await house.efile.file(filed(1, SHEET, "a.pdf"))

    assert 0 == await house.efile.scans.round()
