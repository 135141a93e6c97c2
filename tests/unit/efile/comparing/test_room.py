"""Documents of a file compared by their words."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from efile import EFile, NotDisplayable, NotFound, Part, WordDifference
from efile.objects import layout
from efile.sealing.store import SealedStore
from tests.efile_house import EFileHouse, message, open_house, pdf, request
from tests.foreign_files import mail, picture

OLD = pdf([["Bescheid", "monatlich 299,00 Euro"], ["Widerspruch binnen eines Monats"]])
NEW = pdf([["Bescheid", "monatlich 310,00 Euro"], ["Widerspruch binnen eines Monats"]])


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[EFileHouse]:
    async with open_house(tmp_path) as opened:
        yield opened


async def file(house: EFileHouse, number: int, name: str, data: bytes) -> str:
    part = Part("original", name, "", data)
    return (await house.efile.file(request(number, parts=(part,)))).id


def pieces(found: WordDifference) -> list[tuple[int, int, tuple[tuple[str, str], ...]]]:
    return [(one.old_page, one.new_page, one.pieces) for one in found.passages if not one.same]


async def test_the_words_of_two_letters_and_of_a_mail_and_a_text(house: EFileHouse) -> None:
    old, new = await file(house, 1, "a.pdf", OLD), await file(house, 2, "b.pdf", NEW)
    found = await house.efile.comparing.words("muster", old, new)

    amount = (("same", "monatlich"), ("removed", "299,00"), ("added", "310,00"), ("same", "Euro"))
    assert [(1, 1, amount)] == pieces(found)
    assert (False, (False, False)) == (found.cut, found.recognised)
    text = b"Guten Tag,\n\nanbei die letzte Gehaltsabrechnung.\n"
    sent, said = await file(house, 3, "a.eml", mail()), await file(house, 4, "b.txt", text)
    found = await house.efile.comparing.words("muster", sent, said)
    assert ("added", "letzte") in [piece for one in found.passages for piece in one.pieces]


async def test_a_scan_is_compared_by_what_was_read_off_it(house: EFileHouse) -> None:
    old, new = await file(house, 1, "a.pdf", OLD), await file(house, 2, "b.png", picture("PNG"))
    with pytest.raises(NotDisplayable, match="no_words"):
        await house.efile.comparing.words("muster", old, new)
    scan = await house.efile.document("muster", new)
    store = SealedStore(house.objects, house.efile.keys)
    text = b"Bescheid\nmonatlich 299,00 Euro"
    await store.put_once("muster", layout.recognised_key(scan.akte_id, scan.leaf), text)
    found = await house.efile.comparing.words("muster", old, new)

    assert (False, True) == found.recognised
    assert [(2, 0, (("removed", "Widerspruch binnen eines Monats"),))] == pieces(found)


async def test_structured_documents_are_compared_as_forms(house: EFileHouse) -> None:
    first, second = [await house.efile.file(message(number)) for number in (1, 2)]
    letter = await file(house, 3, "a.pdf", OLD)
    room = house.efile.comparing
    both = await room.forms("muster", first.id, second.id)

    assert both is not None
    assert ["N-1", "N-2"] == [one.children[0].value for one in both]
    assert await room.forms("muster", first.id, letter) is None
    with pytest.raises(NotDisplayable, match="no_words"):
        await room.words("muster", first.id, letter)


async def test_what_somebody_may_not_see_is_missing(house: EFileHouse) -> None:
    old, new = await file(house, 1, "a.pdf", OLD), await file(house, 2, "b.pdf", NEW)
    walled: EFile = house.efile.behind([])
    for room, tenant in ((walled.comparing, "muster"), (house.efile.comparing, "andere")):
        for method in (room.words, room.forms):
            with pytest.raises(NotFound):
                await method(tenant, old, new)
