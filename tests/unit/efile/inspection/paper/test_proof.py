"""A word left anywhere in a finished copy is found, wherever it hides."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pikepdf
import pypdf
import pytest
from PIL import Image

from efile.inspection.paper import proof
from efile.inspection.subjects import term
from tests.efile_house import pdf
from tests.inspected import scan, told

SECRET = term("other_parent", "name", "Krause", "A")
CLEAN = pdf([["Sehr geehrte Damen und Herren, hier steht nichts."]])
Plant = Callable[[pikepdf.Pdf], None]


def clean() -> bytes:
    """Return a copy as this program makes it: without what readers add."""
    return changed(lambda _: None)


def changed(plant: Plant, data: bytes = CLEAN) -> bytes:
    stream = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as document:
        plant(document)
        document.save(stream, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return stream.getvalue()


def ways(data: bytes, *, boxes: dict[str, Any] | None = None, **more: Any) -> set[str]:
    """Return the ways in which something was found."""
    params = {
        "first": 1, "last": 1, "terms": told(SECRET), "boxes": boxes or {}, "allowed": {},
        "free": [], "spoken": [],
    } | more  # fmt: skip
    return {
        hit["way"]
        for job in (proof.texts, proof.pictures, proof.raw)
        for hit in job(params, data)[0]["hits"]
    }


def drawn(content: bytes, **resources: pikepdf.Object) -> Plant:
    """Put more content on the page."""

    def plant(document: pikepdf.Pdf) -> None:
        page = document.pages[0]
        font = pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica,
            Encoding=pikepdf.Name.WinAnsiEncoding,
        )  # fmt: skip
        page.obj.Resources.Font["/Z"] = document.make_indirect(font)
        for name, thing in resources.items():
            page.obj.Resources[f"/{name}"] = thing
        page.contents_add(b"Q", prepend=False)
        page.contents_add(b"q", prepend=True)
        page.contents_add(content)

    return plant


TEXT = b"BT /Z 20 Tf 72 500 Td (Herr Krause) Tj ET"


def under_a_box(document: pikepdf.Pdf) -> None:
    drawn(TEXT + b" 0 0 0 rg 60 480 300 50 re f")(document)


def unseen(document: pikepdf.Pdf) -> None:
    drawn(b"BT 3 Tr /Z 20 Tf 72 500 Td (Krau) Tj (se) Tj ET")(document)


def annotation(document: pikepdf.Pdf) -> None:
    note = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Text, Rect=[1, 1, 20, 20],
        Contents=pikepdf.String("Herr Krause, siehe oben"),
    )  # fmt: skip
    document.pages[0].obj.Annots = pikepdf.Array([document.make_indirect(note)])


def xmp(document: pikepdf.Pdf) -> None:
    with document.open_metadata() as told_of_it:
        told_of_it["dc:title"] = "Krause"


def described(document: pikepdf.Pdf) -> None:
    document.docinfo["/Subject"] = "Akte Krause"


def attachment(document: pikepdf.Pdf) -> None:
    document.attachments["liste.txt"] = b"1. Krause, 2. andere"


def form_field(document: pikepdf.Pdf) -> None:
    field = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Widget, FT=pikepdf.Name.Tx, T="name",
        V=pikepdf.String("Krause"), Rect=[1, 1, 50, 20],
    )  # fmt: skip
    made = document.make_indirect(field)
    document.Root.AcroForm = pikepdf.Dictionary(Fields=[made])
    document.pages[0].obj.Annots = pikepdf.Array([made])


def hidden_layer(document: pikepdf.Pdf) -> None:
    layer = document.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.OCG, Name="Entwurf"))
    off = pikepdf.Dictionary(OCGs=[layer], D=pikepdf.Dictionary(OFF=[layer]))
    document.Root.OCProperties = off
    drawn(b"/OC /L BDC " + TEXT + b" EMC", Properties=pikepdf.Dictionary({"/L": layer}))(document)


def actual_text(document: pikepdf.Pdf) -> None:
    said = "Krause".encode("utf-16-be").hex().encode()
    content = (
        b"/Span << /ActualText <FEFF" + said + b"> >> BDC BT /Z 20 Tf 72 500 Td (xx) Tj ET EMC"
    )
    drawn(content)(document)


def odd_font(document: pikepdf.Pdf) -> None:
    """The letters look like the name; who asks the font is told others."""
    meaning = (
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def"
        b" 1 begincodespacerange <00> <FF> endcodespacerange"
        b" 1 beginbfrange <20> <7E> <0041> endbfrange endcmap end end"
    )
    drawn(TEXT.replace(b"/Z", b"/Y"))(document)
    font = pikepdf.Dictionary(
        Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica,
        ToUnicode=document.make_stream(meaning),
    )  # fmt: skip
    document.pages[0].obj.Resources.Font["/Y"] = document.make_indirect(font)


def picture(document: pikepdf.Pdf) -> None:
    shown = Image.open(io.BytesIO(scan(["Sehr geehrter Herr Krause"]))).convert("L")
    stream = document.make_stream(
        shown.tobytes(), Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=shown.width,
        Height=shown.height, ColorSpace=pikepdf.Name.DeviceGray, BitsPerComponent=8,
    )  # fmt: skip
    drawn(b"q 500 0 0 350 40 300 cm /B Do Q", XObject=pikepdf.Dictionary({"/B": stream}))(document)


@pytest.mark.parametrize(
    ("plant", "by"),
    [
        (under_a_box, {"pypdf", "pdfium", "pdftotext", "raw"}),
        (unseen, {"pypdf", "pdfium", "pdftotext", "raw"}),
        (annotation, {"raw", "build"}),
        (xmp, {"raw", "build"}),
        (described, {"raw"}),
        (attachment, {"raw", "build"}),
        (form_field, {"raw", "build"}),
        (hidden_layer, {"pypdf", "raw", "build"}),
        (actual_text, {"raw"}),
        (odd_font, {"ocr"}),
        (picture, {"ocr"}),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_planted_word_is_found(plant: Plant, by: set[str]) -> None:
    assert by <= ways(changed(plant))


def test_nothing_is_found_where_nothing_is() -> None:
    assert set() == ways(clean())


@pytest.mark.parametrize("mode", ["disable", "generate"])
def test_a_word_in_an_earlier_revision_is_found(mode: str) -> None:
    packed = mode == "generate"
    first, later = io.BytesIO(), io.BytesIO()
    with pikepdf.open(io.BytesIO(changed(under_a_box))) as document:
        document.save(
            first, object_stream_mode=pikepdf.ObjectStreamMode[mode], compress_streams=packed
        )
    writer = pypdf.PdfWriter(first, incremental=True)
    empty = pypdf.generic.DecodedStreamObject()
    writer.pages[0][pypdf.generic.NameObject("/Contents")] = writer._add_object(empty)
    writer.write(later)

    assert later.getvalue().startswith(first.getvalue())
    assert {"raw", "build"} == ways(later.getvalue())


@pytest.mark.parametrize(
    "said", ["Krause"[::-1], b"Krause".hex(), "KRAUSE".encode("utf-16-be").hex()]
)
def test_a_word_written_otherwise_in_the_bytes_is_found(said: str) -> None:
    def plant(document: pikepdf.Pdf) -> None:
        document.Root["/Rest"] = pikepdf.String(said)

    assert "raw" in ways(changed(plant))


@pytest.mark.parametrize("window", [1, 7, 64])
def test_a_word_is_found_wherever_the_window_on_the_bytes_ends(
    monkeypatch: pytest.MonkeyPatch, window: int
) -> None:
    wide = b"\0\0".join(bytes([sign]) for sign in b"Krause")
    monkeypatch.setattr(proof, "_WINDOW", window)

    def plant(document: pikepdf.Pdf) -> None:
        document.Root["/Rest"] = pikepdf.String("." * 11 + "Krause")

    assert "raw" in ways(changed(plant))
    assert "raw" in ways(clean() + wide)
    assert "raw" not in ways(clean() + wide[1:])


def test_a_word_in_a_burnt_box_and_a_box_that_is_not_black_are_found() -> None:
    params = {
        "first": 1, "last": 1, "terms": [], "boxes": {"1": [[0.1, 0.08, 0.5, 0.03, "A"]]},
        "allowed": {}, "free": [], "spoken": [],
    }  # fmt: skip
    text = proof.texts(params, clean())[0]["hits"]
    seen = proof.pictures(params, clean())[0]["hits"]

    assert [("pdfium", "Wort im geschwärzten Feld")] == [(h["way"], h["note"]) for h in text]
    assert [("ocr", "Feld nicht ganz geschwärzt")] == [(h["way"], h["note"]) for h in seen]


def test_what_people_decided_to_leave_may_stand_as_often_as_they_decided() -> None:
    data = changed(drawn(TEXT))
    kept = {"spoken": [SECRET.id]}

    assert set() == ways(data, allowed={"1": {SECRET.id: 1}}, **kept)
    assert {"pypdf", "pdfium", "pdftotext", "ocr"} == ways(
        data, allowed={"2": {SECRET.id: 1}}, **kept
    )
