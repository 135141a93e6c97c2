"""Pictures of first pages: drawn away from filing, sealed, gone with what they show."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from efile import Misfiled, NotFound, Part
from tests.efile_house import EFileHouse, pdf, request
from tests.ending_files import TODAY, approved_run, by, carry_out, drawn_letter, due_file

LETTER = (Part("original", "brief.pdf", "application/pdf", pdf([["Sehr geehrte Frau Müller"]])),)


@pytest.fixture
def house(either_house: EFileHouse) -> EFileHouse:
    return either_house


async def pictures(house: EFileHouse, akte: str) -> list[str]:
    prefix = f"v1/r/{akte}/p/"
    return [one.key async for page in house.objects.pages("muster", prefix) for one in page]


async def waiting(house: EFileHouse) -> list[str]:
    sql = "SELECT document_id FROM efile_first_pages ORDER BY filed_at_us"
    return [row["document_id"] for row in await house.database.read(lambda tx: tx.all(sql))]


async def test_a_page_is_drawn_once_and_again_only_when_its_picture_is_not_ours(
    house: EFileHouse,
) -> None:
    filed = [await house.efile.file(request(number, parts=LETTER)) for number in range(6)]
    await house.efile.file(request(7))
    room, akte = house.efile.first_pages, filed[0].akte_id
    rounds = [await room.round()]
    left = await waiting(house)
    rounds += [await room.round(), await room.round()]
    (first, *_) = keys = await pictures(house, akte)
    lying = [await house.objects.get("muster", key) for key in keys]
    shown = [await room.picture("muster", each.id) for each in filed]
    await house.objects.destroy("muster", first)
    await house.objects.put_once("muster", first, shown[0])
    again = [await room.picture("muster", each.id) for each in filed]
    await house.efile.rebuild("muster")

    assert [4, 2, 0] == rounds
    assert [filed[0].id, filed[1].id] == left, "the newest come first"
    assert 6 == len(keys)
    assert not [one for one in lying if one.startswith(b"RIFF")], "they are sealed"
    assert {(928, 1313)} == {Image.open(io.BytesIO(one)).size for one in shown}
    assert shown == again
    assert shown[0] != await house.objects.get("muster", first), "what was planted is gone"
    assert 6 == len(await waiting(house))
    assert () == (await house.efile.verify("muster")).faults


async def test_a_picture_goes_with_its_document_and_with_its_file(house: EFileHouse) -> None:
    wrong, right = await due_file(house, 1), await due_file(house, 2)
    moved, kept = [await drawn_letter(house, wrong, number) for number in (50, 51)]
    before = await pictures(house, wrong)
    room = house.efile.disposal
    found = Misfiled(moved, right, "person", "Namensgleich")
    run = await room.misfiled("muster", found, TODAY, by(8000))
    await room.approve("muster", run.id, TODAY, by(8001, "a.sommer"))
    await carry_out(house.efile)
    after = await pictures(house, wrong)
    with pytest.raises(NotFound):
        await house.efile.first_pages.picture("muster", moved)
    assert await house.efile.first_pages.picture("muster", kept)

    await approved_run(house, wrong)
    await carry_out(house.efile)

    assert (2, 1, []) == (len(before), len(after), await pictures(house, wrong))
    assert moved not in await waiting(house)
    with pytest.raises(NotFound):
        await house.efile.first_pages.picture("muster", kept)
