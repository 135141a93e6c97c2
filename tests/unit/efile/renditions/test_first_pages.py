"""First pages: their shape and size, when they are drawn, and what has none."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image

from efile import EFile, FilingRequest, Host, NotFound, Part
from efile.index.queues import first_pages as queue
from efile.renditions import drawing
from hub.core.clock import FixedClock
from tests.efile_house import SECRET, EFileHouse, open_house, pdf, request
from tests.foreign_files import picture

LINES = [f"Zeile {number}: Unterhaltsvorschuss nach § 1 UVG, 299,00 Euro" for number in range(20)]
LETTER = pdf([LINES])


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[EFileHouse]:
    async with open_house(tmp_path) as opened:
        yield opened


def filed(number: int, data: bytes, name: str) -> FilingRequest:
    return request(number, parts=(Part("original", name, "", data),))


def drawn(kind: str, data: bytes) -> tuple[int, int, int]:
    """Return width, height and bytes of a first page."""
    _, webp = drawing.first({"kind": kind, "width": 928}, data)
    image = Image.open(io.BytesIO(webp))
    assert "WEBP" == image.format
    return (*image.size, len(webp))


def plain(width: int, height: int) -> bytes:
    """Return a grey picture."""
    stream = io.BytesIO()
    Image.new("L", (width, height), 170).save(stream, "PNG")
    return stream.getvalue()


def noise(width: int, height: int) -> bytes:
    """Return a picture that nothing makes small."""
    stream = io.BytesIO()
    Image.effect_noise((width, height), 90).save(stream, "PNG")
    return stream.getvalue()


def test_a_letter_has_the_shape_of_its_page_and_few_bytes() -> None:
    width, height, size = drawn("pdf", LETTER)

    assert (928, 928 * 842 // 595) == (width, height)
    assert size < 40_000


def test_a_turned_page_lies_as_it_is_shown() -> None:
    assert (928, 928 * 595 // 842) == drawn("pdf", pdf([LINES], rotation=90))[:2]


def test_a_scan_is_made_small_and_a_small_one_stays() -> None:
    assert (928, 1237) == drawn("image", plain(1500, 2000))[:2]
    assert (300, 400) == drawn("image", plain(300, 400))[:2]


def test_what_is_hard_to_press_gets_coarser() -> None:
    assert drawn("image", noise(928, 1312))[2] < 300_000


async def test_what_cannot_be_drawn_is_not_tried_again(house: EFileHouse) -> None:
    torn = await house.efile.file(filed(1, b"%PDF-1.7 torn", "a.pdf"))
    text = await house.efile.file(request(2))
    room = house.efile.first_pages
    rounds = [await room.round(), await room.round()]

    reasons = await house.database.read(lambda tx: queue.given_up(tx, "muster", [torn.id, text.id]))
    assert [1, 0] == rounds
    assert {torn.id: "document_unreadable"} == reasons
    assert {torn.id} == await room.lacking("muster", [torn.id, text.id])
    for name in (torn.id, text.id, "none"):
        with pytest.raises(NotFound):
            await room.picture("muster", name)


async def test_one_that_nobody_opened_may_wait_or_never_be_drawn(house: EFileHouse) -> None:
    letter = await house.efile.file(filed(1, LETTER, "a.pdf"))
    scan = await house.efile.file(filed(2, picture("PNG"), "b.png"))
    store = house.objects
    opened, never = (
        EFile(house.database, store, FixedClock(), SECRET, Host(first_pages=when))
        for when in ("opened", "never")  # type: ignore[arg-type]  # the words of the type
    )
    with pytest.raises(NotFound):
        await never.first_pages.picture("muster", letter.id)
    assert {letter.id} == await never.first_pages.lacking("muster", [letter.id])
    assert [0, 0] == [await room.first_pages.round() for room in (opened, never)]
    assert not list(house.folder.rglob("p/*.webp"))

    webp = await opened.first_pages.picture("muster", letter.id)
    assert b"WEBP" == webp[8:12]
    assert 1 == len(list(house.folder.rglob("p/*.webp")))
    assert b"WEBP" == (await house.efile.first_pages.picture("muster", scan.id))[8:12]
    assert 0 == await house.efile.first_pages.round()
    await opened.close()
    await never.close()


async def test_whoever_may_not_see_a_document_sees_no_picture(house: EFileHouse) -> None:
    letter = await house.efile.file(filed(1, LETTER, "a.pdf"))
    await house.efile.first_pages.round()

    with pytest.raises(NotFound):
        await house.efile.behind([]).first_pages.picture("muster", letter.id)
    with pytest.raises(NotFound):
        await house.efile.first_pages.picture("andere", letter.id)
