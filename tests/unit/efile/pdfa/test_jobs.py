"""Renditions made of one part, as the limited child makes them."""

from __future__ import annotations

import io

import pikepdf
import pypdfium2 as pdfium
import pytest
from PIL import Image

from efile.capture import content
from efile.pdfa import checking
from efile.pdfa.jobs import Made, look_over, make
from tests.efile_house import pdf
from tests.foreign_files import LETTER, locked_pdf, mail, pdf_with, picture, xlsx

DIGEST = "ab" * 32


def made(mime: str, data: bytes) -> Made:
    return make({"mime": mime, "digest": DIGEST}, data)


def text_of(data: bytes) -> str:
    with pdfium.PdfDocument(data) as document:
        return " ".join(page.get_textpage().get_text_range() for page in document)


@pytest.mark.parametrize(
    ("mime", "data", "way", "pages", "says"),
    [
        (content.PDF, pdf_with("script"), "drawn", 2, "Anna Müller"),
        (content.PNG, picture("PNG"), "pictures", 1, ""),
        (content.JPEG, picture("JPEG"), "pictures", 1, ""),
        (content.TIFF, picture("TIFF", frames=3), "pictures", 3, ""),
        (content.MAIL, mail(), "set", 1, "Gehaltsabrechnung"),
        (content.XLSX, xlsx(), "set", 1, "Lohn Müller"),
        (content.PLAIN, "Grüße aus Köln".encode(), "set", 1, "Grüße aus Köln"),
        (content.XML, b"<fall><familyName>Kaya</familyName></fall>", "set", 1, "family name: Kaya"),
    ],
)
def test_what_is_made_was_proven_and_says_the_same(
    mime: str, data: bytes, way: str, pages: int, says: str
) -> None:
    facts, result = made(mime, data)

    assert (way, "2b", pages) == (facts["way"], facts["flavour"], facts["pages"])
    assert checking.passes(result, "2b")
    assert says in text_of(result).replace("\r\n", " ")
    with pikepdf.open(io.BytesIO(result)) as document:
        assert f"urn:sha256:{DIGEST}" in str(document.open_metadata())
        assert "/OpenAction" not in document.Root


@pytest.mark.parametrize(
    ("says", "hides"), [("1.235,50 EUR", False), ("#### Euro", True), ("Err:540", True)]
)
def test_a_laid_out_workbook_that_hides_a_value_is_told(says: str, hides: bool) -> None:  # noqa: FBT001  a case of the table
    facts, _ = look_over({}, pdf([[says]]))

    assert hides == facts["hides"]
    assert 700 < facts["side"] < 900


def test_what_is_pdf_a_already_is_left_alone() -> None:
    _, first = made(content.PLAIN, b"Text")
    facts, result = made(content.PDF, first)

    assert ("as_it_is", "2b", b"") == (facts["way"], facts["flavour"], result)


def test_a_claim_alone_is_not_believed() -> None:
    with pikepdf.open(io.BytesIO(LETTER)) as document:
        with document.open_metadata() as told:
            told["pdfaid:part"], told["pdfaid:conformance"] = "2", "B"
        stream = io.BytesIO()
        document.save(stream)
    facts, result = made(content.PDF, stream.getvalue())

    assert "drawn" == facts["way"]
    assert checking.passes(result, "2b")


def test_a_structure_that_needs_little_is_corrected_and_keeps_its_pages() -> None:
    _, first = made(content.PLAIN, b"Bleibt Text")
    with pikepdf.open(io.BytesIO(first)) as document:
        del document.Root.Metadata, document.Root.OutputIntents
        document.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
        stream = io.BytesIO()
        document.save(stream)
    facts, result = made(content.PDF, stream.getvalue())

    assert "corrected" == facts["way"]
    assert "Bleibt Text" in text_of(result)
    assert b"app.alert" not in result


def test_a_jpeg_goes_in_untouched_and_lies_as_the_camera_said() -> None:
    stream = io.BytesIO()
    turned = Image.Exif()
    turned[0x0112] = 6
    Image.new("RGB", (40, 20), "red").save(stream, "JPEG", exif=turned)
    _, result = made(content.JPEG, stream.getvalue())
    with pikepdf.open(io.BytesIO(result)) as document:
        [page] = document.pages

        assert stream.getvalue() == page.obj.Resources.XObject["/Bild"].read_raw_bytes()
        assert 90 == page.obj.Rotate


def test_letters_the_font_lacks_are_counted() -> None:
    facts, result = made(content.PLAIN, "Gut 👍".encode())

    assert 1 == facts["lost"]
    assert "Gut ?" in text_of(result)


@pytest.mark.parametrize(
    ("mime", "data", "code"),
    [
        (content.PDF, locked_pdf(), "document_locked"),
        (content.PDF, b"%PDF-1.7 nichts", "document_unreadable"),
        ("application/rtf", b"{\\rtf1}", "no_pages"),
        (content.PLAIN, b"Zeile\n" * 200_000, "rendition_too_long"),
    ],
)
def test_where_there_is_none_the_reason_is_told(mime: str, data: bytes, code: str) -> None:
    assert ({"refused": code}, b"") == made(mime, data)


def test_a_form_only_its_maker_draws_is_refused() -> None:
    with pikepdf.open(io.BytesIO(LETTER)) as document:
        document.Root.AcroForm = pikepdf.Dictionary(XFA=document.make_stream(b"<xdp/>"), Fields=[])
        stream = io.BytesIO()
        document.save(stream)

    assert "rendition_xfa" == made(content.PDF, stream.getvalue())[0]["refused"]
