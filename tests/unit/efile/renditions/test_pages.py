"""Pages of letters and scans, drawn and read in a child."""

from __future__ import annotations

import hashlib
import io
from collections.abc import AsyncIterator

import pytest
from PIL import Image

from efile import DocumentPart, NotDisplayable, NotFound, Part
from efile.isolation.pool import LimitedPool
from efile.objects.manifest import describe
from efile.renditions.pages import WORKER, PageRoom, shown_part
from tests.efile_house import SECRET, pdf, request

LETTER = pdf([["Bescheid für Anna", "Zweite Zeile"], ["Seite zwei"]])


@pytest.fixture
async def room() -> AsyncIterator[PageRoom]:
    drawers = LimitedPool(WORKER, workers=1)
    yield PageRoom(drawers)
    await drawers.close()


def part(mime: str, data: bytes) -> DocumentPart:
    return DocumentPart(0, "original", "name", mime, hashlib.sha256(data).hexdigest(), 1, "key")


def picture(kind: str, frames: int = 1, size: tuple[int, int] = (300, 200)) -> bytes:
    stream = io.BytesIO()
    first, *others = [Image.new("RGB", size, (number, 9, 9)) for number in range(frames)]
    more = {"save_all": True, "append_images": others} if others else {}
    first.save(stream, kind, **more)
    return stream.getvalue()


async def test_pages_are_counted(room: PageRoom) -> None:
    assert 2 == await room.count(part("application/pdf", LETTER), LETTER)


async def test_a_page_is_drawn_in_the_wanted_width(room: PageRoom) -> None:
    image = await room.image(part("application/pdf", LETTER), LETTER, 1, 500)

    with Image.open(io.BytesIO(image.png)) as drawn:
        assert ("PNG", (500, image.height)) == (drawn.format, drawn.size)
        assert 1.40 < image.height / image.width < 1.43
        assert len(drawn.convert("L").getcolors() or []) > 2


async def test_width_has_bounds(room: PageRoom) -> None:
    assert 50 == (await room.image(part("application/pdf", LETTER), LETTER, 1, 1)).width
    assert 2400 == (await room.image(part("application/pdf", LETTER), LETTER, 1, 9999)).width


async def test_text_comes_in_reading_order_with_boxes(room: PageRoom) -> None:
    text = await room.text(part("application/pdf", LETTER), LETTER, 1)

    assert ["Bescheid für Anna", "Zweite Zeile"] == text.text.strip().split("\n")
    assert ["Bescheid", "für", "Anna", "Zweite", "Zeile"] == [word.text for word in text.words]
    first, anna, second = text.words[0], text.words[2], text.words[3]
    assert first.x < anna.x
    assert first.y < second.y
    assert pytest.approx(72 / 595, abs=0.01) == first.x
    assert pytest.approx((842 - 760) / 842, abs=0.02) == first.y + first.height
    assert all(
        0 <= w.x <= w.x + w.width <= 1 and 0 <= w.y <= w.y + w.height <= 1 for w in text.words
    )


async def test_boxes_follow_a_turned_page(room: PageRoom) -> None:
    turned = pdf([["Oben links"]], rotation=90)
    word = (await room.text(part("application/pdf", turned), turned, 1)).words[0]

    assert word.x > 0.85
    assert word.y < 0.2
    assert word.height > word.width / 3


@pytest.mark.parametrize("page", [0, -1, 3, 10**9])
async def test_a_page_that_is_not_there_is_not_found(room: PageRoom, page: int) -> None:
    with pytest.raises(NotFound, match="page_missing"):
        await room.image(part("application/pdf", LETTER), LETTER, page, 100)
    with pytest.raises(NotFound, match="page_missing"):
        await room.text(part("application/pdf", LETTER), LETTER, page)


@pytest.mark.parametrize(("kind", "mime"), [("PNG", "image/png"), ("JPEG", "image/jpeg")])
async def test_a_picture_is_one_page(room: PageRoom, kind: str, mime: str) -> None:
    data = picture(kind)

    image = await room.image(part(mime, data), data, 1, 150)

    assert (1, 150, 100) == (image.pages, image.width, image.height)
    assert ("", ()) == ((t := await room.text(part(mime, data), data, 1)).text, t.words)


async def test_a_scan_of_several_pages_is_several_pages(room: PageRoom) -> None:
    data = picture("TIFF", frames=3)

    assert 3 == await room.count(part("image/tiff", data), data)
    assert 3 == (await room.image(part("image/tiff", data), data, 3, 100)).page
    with pytest.raises(NotFound, match="page_missing"):
        await room.image(part("image/tiff", data), data, 4, 100)


@pytest.mark.parametrize("mime", ["application/pdf", "image/png", "image/tiff"])
@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"%PDF-1.7",
        LETTER[: len(LETTER) // 3],
        b"\x89PNG\r\n\x1a\n" + b"\x00" * 100,
        b"MM\x00*",
    ],
    ids=range(5),
)
async def test_a_broken_document_is_a_typed_error(room: PageRoom, mime: str, data: bytes) -> None:
    with pytest.raises(NotDisplayable):
        await room.image(part(mime, data), data, 1, 100)


async def test_a_picture_that_would_fill_the_memory_is_refused(room: PageRoom) -> None:
    bomb = picture("PNG", size=(9000, 9000))

    with pytest.raises(NotDisplayable):
        await room.image(part("image/png", bomb), bomb, 1, 100)


async def test_a_page_seen_before_needs_no_child(room: PageRoom) -> None:
    described = part("application/pdf", LETTER)
    first = await room.image(described, LETTER, 1, 300)
    await room._drawers.close()

    assert first == await room.image(described, b"not even the bytes", 1, 300)


async def test_the_memory_of_pages_is_bounded() -> None:
    drawers = LimitedPool(WORKER, workers=1)
    room = PageRoom(drawers, cache_bytes=20_000)
    for width in range(100, 160, 5):
        await room.image(part("application/pdf", LETTER), LETTER, 1, width)
    await drawers.close()

    assert room._kept_bytes <= 20_000
    assert 0 < len(room._kept) < 12


def test_the_part_with_pages_is_shown_first() -> None:
    parts = (
        Part("message", "a.xml", "application/xml", b"<a/>"),
        Part("rendition", "a.pdf", "application/pdf", LETTER),
    )
    with_pages, _ = describe(request(parts=parts), SECRET.names)
    without, _ = describe(request(parts=parts[:1]), SECRET.names)

    assert (1, 0) == (shown_part(with_pages).position, shown_part(without).position)
