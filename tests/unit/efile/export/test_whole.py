"""The whole file as one PDF, read back by another library."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from pypdf.generic import Destination

from efile import EFile, InvalidRequest, Part, Volume
from efile.export.whole import LEAST_VOLUME_BYTES, Order, chosen, cut
from tests import foreign_files as files
from tests.efile_house import EFileHouse, message, open_house, pdf, request

AKTE = "51.3-0001"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[EFileHouse]:
    async with open_house(tmp_path) as opened:
        yield opened


async def put(efile: EFile, number: int, data: bytes, name: str, **changes: Any) -> str:
    part = Part("original", name, "", data)
    return (await efile.file(request(number, parts=(part,), **changes))).id


async def volumes(efile: EFile, **changes: Any) -> list[Volume]:
    order = Order("muster", AKTE, date(2026, 11, 22), **changes)
    return [one async for one in efile.exports.whole_file(order)]


def read(volume: Volume) -> PdfReader:
    return PdfReader(io.BytesIO(volume.pdf))


def texts(reader: PdfReader) -> list[str]:
    return [page.extract_text() for page in reader.pages]


def outline(items: Sequence[Any], reader: PdfReader) -> list[tuple[str, int | None]]:
    return [
        (str(item.title), reader.get_destination_page_number(item))
        for item in items
        if isinstance(item, Destination)
    ]


async def test_documents_come_by_time_with_cover_contents_and_leaves(house: EFileHouse) -> None:
    later = pdf([["Zuletzt eingegangen"]], rotation=90)
    of_the_file = {"received_at_us": 9_000_000, "vorgang": "Sonstiges"}
    await put(house.efile, 2, later, "b.pdf", title="Später", **of_the_file)
    await put(house.efile, 1, files.LETTER, "a.pdf", title="Früher")
    (volume,) = await volumes(house.efile)
    reader = read(volume)
    cover, contents, *pages = texts(reader)

    assert (1, 3, ()) == (volume.first, volume.last, volume.lost)
    assert all(word in cover for word in ("Müller, Anna", AKTE, "2 Dokumente, Blatt 1 bis 3"))
    assert contents.index("Früher") < contents.index("Später")
    assert [["Blatt 1"], ["Blatt 2"], ["Blatt 3"]] == [
        [line for line in page.splitlines() if line.startswith("Blatt")] for page in pages
    ]
    assert "Zuletzt eingegangen" in pages[2]
    assert ["i", "ii", "1", "2", "3"] == reader.page_labels
    assert [
        ("Inhalt", 0), ("Früher", 2), ("Später", 4), ("Teilakte Anspruch und Leistung", 2),
    ] == outline(reader.outline, reader)  # fmt: skip
    assert [("Früher", 2)] == outline(reader.outline[-1], reader)
    assert "Anspruch und Leistung › Bewilligung" in contents
    assert 2 == len(reader.pages[1]["/Annots"])


async def test_one_bad_document_becomes_a_page_with_the_original_attached(
    house: EFileHouse,
) -> None:
    await put(house.efile, 1, files.locked_pdf(), "gesperrt.pdf", title="Gesperrt")
    await put(house.efile, 2, files.LETTER[:400], "kaputt.pdf", title="Kaputt")
    await put(house.efile, 3, files.swelling_package(), "bombe.docx", title="Bombe")
    await put(house.efile, 4, files.LETTER, "gut.pdf", title="Gut")
    (volume,) = await volumes(house.efile)
    reader = read(volume)

    assert ("Gesperrt", "Kaputt", "Bombe") == volume.lost
    _, _, locked, broken, bomb, good, _ = texts(reader)
    assert "Mit einem Kennwort geschützt" in locked
    assert "Die Datei ist beschädigt" in broken
    assert "unzulässig groß" in bomb
    assert "Bescheid für Anna Müller" in good
    attached = {name: data[0] for name, data in reader.attachments.items()}
    assert {
        "Blatt 1 gesperrt.pdf": files.locked_pdf(), "Blatt 2 kaputt.pdf": files.LETTER[:400],
        "Blatt 3 bombe.docx": files.swelling_package(),
    }.keys() == attached.keys()  # fmt: skip
    assert files.LETTER[:400] == attached["Blatt 2 kaputt.pdf"]


async def test_every_kind_of_file_has_pages(house: EFileHouse) -> None:
    post = files.mail(lohn_pdf=files.LETTER, zahlen_xlsx=files.xlsx())
    await put(house.efile, 1, post, "post.eml", title="E-Mail")
    await put(house.efile, 2, files.picture("TIFF", frames=3), "scan.tif", title="Scan")
    await put(house.efile, 3, "Łukasz Yıldız, 5 €".encode(), "notiz.txt", title="Notiz")
    await put(house.efile, 4, files.docx("Antrag auf Leistung"), "a.docx", title="Antrag")
    await house.efile.file(message(5))
    (volume,) = await volumes(house.efile)
    reader = read(volume)
    pages = texts(reader)[2:]

    assert () == volume.lost
    assert 1 + 2 + 1 + 3 + 1 + 1 + 1 == len(pages) == volume.last
    assert "anbei die Gehaltsabrechnung" in pages[0]
    assert "Lohn Müller" in pages[3]
    assert "Łukasz Yıldız, 5 €" in pages[7]
    assert "Antrag auf Leistung" in pages[8]
    assert "nummer: N-5" in pages[9]


async def test_what_acts_does_not_leave_with_the_file(house: EFileHouse) -> None:
    await put(house.efile, 1, files.pdf_with("launch"), "a.pdf")
    await put(house.efile, 2, files.pdf_with("script"), "b.pdf")
    (volume,) = await volumes(house.efile)

    assert not any(sign in volume.pdf for sign in (b"Launch", b"calc.exe", b"JavaScript"))
    assert [] == [
        page["/Annots"][0].get("/A")
        for page in read(volume).pages[2:3]
        if page["/Annots"][0].get("/A")
    ]


async def test_a_choice_is_all_that_leaves(house: EFileHouse) -> None:
    await put(house.efile, 1, files.LETTER, "a.pdf", title="Eins")
    wanted = await put(house.efile, 2, files.LETTER, "b.pdf", title="Zwei")
    (volume,) = await volumes(house.efile, documents=frozenset({wanted}))

    assert 2 == volume.last
    assert "Eins" not in "".join(texts(read(volume)))


async def test_nothing_chosen_is_refused(house: EFileHouse) -> None:
    await put(house.efile, 1, files.LETTER, "a.pdf")

    with pytest.raises(InvalidRequest, match="nothing_to_export"):
        await volumes(house.efile, documents=frozenset({"x"}))


async def test_volumes_are_cut_between_documents_and_leaves_go_on(house: EFileHouse) -> None:
    large = files.LETTER + b"\n%" + b"x" * (LEAST_VOLUME_BYTES - len(files.LETTER) - 500)
    for number in (1, 2):
        await put(house.efile, number, large, f"{number}.pdf", title=f"Dokument {number}")
    first, second = await volumes(house.efile, volume_bytes=1)

    assert [(1, 1, 2), (2, 3, 4)] == [(v.number, v.first, v.last) for v in (first, second)]
    assert "Teil 2 von 2" in texts(read(second))[0]
    assert "Blatt 3" in texts(read(second))[2]


async def test_a_large_document_has_a_volume_to_itself_and_order_is_kept(house: EFileHouse) -> None:
    for number in range(3):
        await put(house.efile, number, files.LETTER, f"{number}.pdf")
    documents = chosen((await house.efile.akte("muster", AKTE)).documents, None)
    parts = [len(group) for group in cut(documents, 10**12)]

    assert [3] == parts
