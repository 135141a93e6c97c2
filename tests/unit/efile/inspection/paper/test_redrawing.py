"""Pages made anew hold what is seen and nothing else."""

from __future__ import annotations

import io
from typing import Any

import pikepdf
import pypdfium2 as pdfium
import pytest
from PIL import Image

from efile.inspection.paper import redrawing
from tests.efile_house import pdf
from tests.inspected import LINES, letter, scan
from tests.unit.efile.inspection.paper import test_proof as planted

BOX = [0.1, 0.12, 0.7, 0.03, "B"]


def remade(data: bytes, last: int = 1, **boxes: list[Any]) -> tuple[list[int], bytes]:
    params = {"first": 1, "last": last, "boxes": {name[1:]: box for name, box in boxes.items()}}
    answer, made = redrawing.remake(params, data)
    return answer["pictured"], made


def text(data: bytes, page: int = 0) -> str:
    with pdfium.PdfDocument(data) as document:
        return str(document[page].get_textpage().get_text_range())


def test_a_page_with_a_box_becomes_a_picture_and_the_others_stay_text() -> None:
    pictured, made = remade(letter(), 2, p1=[BOX])

    assert [1] == pictured
    assert LINES[0] in text(made)
    assert "Gartenstra" not in text(made)
    assert "[geschwärzt B]" in text(made)
    assert "Diese Seite nennt niemanden" in text(made, 1)
    with pikepdf.open(io.BytesIO(made)) as document:
        assert [True, False] == [
            "/Seite" in p.resources.get("/XObject", {}) for p in document.pages
        ]


def test_what_is_under_the_box_is_black() -> None:
    _, made = remade(letter(), p1=[BOX])
    with pdfium.PdfDocument(made) as document:
        picture = document[0].render(scale=2).to_pil().convert("L")
    across, down = picture.size
    left = picture.crop(
        (int(0.12 * across), int(0.125 * down), int(0.4 * across), int(0.145 * down))
    )

    assert max(left.tobytes()) < 20


@pytest.mark.parametrize(
    "plant",
    [
        planted.under_a_box,
        planted.unseen,
        planted.annotation,
        planted.hidden_layer,
        planted.drawn(b"1 1 1 rg BT /Z 20 Tf 72 500 Td (Herr Krause) Tj ET"),
        planted.drawn(b"BT /Z 1 Tf 72 500 Td (Herr Krause) Tj ET"),
        planted.drawn(b"BT /Z 20 Tf 72 5000 Td (Herr Krause) Tj ET"),
        planted.drawn(b"q 0 0 10 10 re W n BT /Z 20 Tf 72 500 Td (Herr Krause) Tj ET Q"),
        planted.drawn(b"0 0 0 rg 60 480 300 50 re f BT /Z 20 Tf 72 500 Td (Herr Krause) Tj ET"),
    ],
    ids=range(9),
)
def test_a_page_that_hides_something_becomes_a_picture_without_it(plant: planted.Plant) -> None:
    pictured, made = remade(planted.changed(plant))

    assert [1] == pictured
    assert "Krause" not in text(made)
    assert "Damen und Herren" in text(made)


def link(document: pikepdf.Pdf) -> None:
    """Lead somewhere, in an address that names somebody."""
    planted.annotation(document)
    note = document.pages[0].obj.Annots[0]
    note.Subtype = pikepdf.Name.Link
    note.A = pikepdf.Dictionary(S=pikepdf.Name.URI, URI="mailto:Krause@example.org")


@pytest.mark.parametrize(
    "plant",
    [
        link,
        planted.xmp,
        planted.described,
        planted.attachment,
        planted.actual_text,
        planted.drawn(b"/P << /MCID 0 /E (Krause) >> BDC BT /Z 9 Tf 72 500 Td (x) Tj ET EMC"),
    ],
    ids=range(6),
)
def test_what_is_only_said_of_a_page_stays_behind(plant: planted.Plant) -> None:
    pictured, made = remade(planted.changed(plant))

    assert [] == pictured
    assert set() == planted.ways(made)
    assert "Damen und Herren" in text(made)


def test_a_page_that_shows_a_word_openly_stays_and_is_found_by_the_proof() -> None:
    pictured, made = remade(planted.changed(planted.drawn(planted.TEXT)))

    assert [] == pictured
    assert "pdfium" in planted.ways(made)


def test_a_scan_becomes_a_picture_whose_words_are_read_off_it() -> None:
    with Image.open(io.BytesIO(scan())) as picture:
        stream = io.BytesIO()
        picture.save(stream, "PDF", resolution=200)
    pictured, made = remade(stream.getvalue(), p1=[[0.05, 0.15, 0.9, 0.06, "A"]])

    assert [1] == pictured
    assert "Sabine" in text(made)
    assert "Gartenstra" not in text(made)


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_turned_page_is_seen_as_before(turn: int) -> None:
    data = pdf([LINES], rotation=turn)
    for boxes in ({}, {"p1": [[0.4, 0.4, 0.01, 0.01, "A"]]}):
        _, made = remade(data, **boxes)
        with pdfium.PdfDocument(data) as before, pdfium.PdfDocument(made) as after:
            assert before[0].get_size() == pytest.approx(after[0].get_size(), abs=0.1)
        assert set(" ".join(LINES).split()) <= set(text(made).split())


def test_a_jpeg_loses_what_the_camera_wrote_into_it() -> None:
    stream, note = io.BytesIO(), Image.Exif()
    note[0x010E] = "Krause"
    Image.new("RGB", (60, 40), (200, 30, 30)).save(stream, "JPEG", exif=note, comment=b"Krause")

    bare = redrawing._bare_jpeg(stream.getvalue())

    assert b"Krause" in stream.getvalue()
    assert b"Krause" not in bare
    with Image.open(io.BytesIO(bare)) as picture:
        assert (60, 40) == picture.size
        assert picture.convert("RGB").getpixel((30, 20))[0] > 180
