"""Files come in portions, as they are and as they were, alike on both engines."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from efile import Author, BlockSet, Competence, NotFound, Portion
from efile.contents.room import ContentsRoom
from tests.efile_house import EFileHouse, message, open_house
from tests.engines import Engine


@pytest.fixture
async def house(engine: Engine, tmp_path: Path) -> AsyncIterator[EFileHouse]:
    async with open_house(tmp_path, index=engine.open()) as opened:
        named = {"aktenzeichen": "A", "doc_type": "Antrag"}
        requests = [
            message(n, **named, vorgang=f"V{n % 2}", akte_title=f"Titel {n // 4}") for n in range(8)
        ]
        await opened.efile.file_all([*requests, message(20, aktenzeichen="B", akte_title="B")])
        yield opened


def contents(house: EFileHouse, person: str = "winter") -> ContentsRoom:
    return house.efile.behind(("uvg",), person=person).contents


async def test_an_outline_holds_the_newest_of_each_matter_and_counts_the_rest(
    house: EFileHouse,
) -> None:
    found = await contents(house).outline("muster", "A", 2)

    assert [
        ("V1", 4, ["Falldaten 7", "Falldaten 5"]),
        ("V0", 4, ["Falldaten 6", "Falldaten 4"]),
    ] == [(one.title, one.documents, [head.title for head in one.heads]) for one in found.matters]
    assert [("Antrag", "Falldaten 0", 8)] == [
        (one.first.doc_type, one.first.title, one.documents) for one in found.types
    ]


@pytest.mark.parametrize("oldest_first", [False, True])
async def test_a_list_goes_on_behind_its_cursor_and_misses_nothing(
    house: EFileHouse, *, oldest_first: bool
) -> None:
    seen: list[str] = []
    after = ""
    while True:
        wanted = Portion(after=after, limit=3, oldest_first=oldest_first)
        _, found = await contents(house).documents("muster", "A", wanted)
        seen += [one.title for one in found]
        if len(found) < 3:
            break
        after = found[-1].cursor

    expected = [f"Falldaten {n}" for n in range(8)]
    assert (expected if oldest_first else expected[::-1]) == seen


async def test_a_list_is_narrowed_to_a_matter_and_a_stretch_of_time(house: EFileHouse) -> None:
    room = contents(house)
    matter = (await room.outline("muster", "A", 1)).matters[0].id
    wanted = Portion(vorgang=matter, since_us=2_001, until_us=2_005)
    akte, found = await room.documents("muster", "A", wanted)

    assert ["Falldaten 5", "Falldaten 3"] == [one.title for one in found]
    assert 2 == await room.count_since(akte, 2_005)
    since = await room.filed_since("muster", [akte.id, "x"], 2_005, 9)
    assert ["Falldaten 6", "Falldaten 7"] == [one.title for one in since]
    assert [] == await room.filed_since("muster", [], 0, 9)


async def test_a_file_stands_as_it_stood_at_any_time(house: EFileHouse) -> None:
    room = contents(house)
    then = [await room.as_of("muster", "A", at_us, 9) for at_us in (1_999, 2_000, 2_003, 2_004)]

    assert [None, ("Titel 0", 1), ("Titel 0", 4), ("Titel 1", 5)] == [
        (one.akte.title, one.akte.documents) if one else None for one in then
    ]
    assert [1, 2, 2] == [len(one.matters) for one in then if one]


async def test_what_is_not_seen_is_in_no_portion(house: EFileHouse) -> None:
    whole = await house.efile.akte("muster", "A")
    secret = whole.documents[7]
    block = BlockSet(id="1", ground="bias", reason="x", persons=("bauer",), document=secret.id)
    await house.efile.access.block("muster", "A", block, Author("bauer", 9_000, "k"))
    await house.efile.access.assign(
        "muster", "B", Competence(unit="uv1", persons=("bauer",)), "x", Author("x", 9_001, "l")
    )
    room, named = contents(house), contents(house, "bauer")

    then = await room.as_of("muster", "A", 9_999, 9)
    _, listed = await room.documents("muster", "A", Portion())
    assert then is not None
    assert (7, 7) == (then.akte.documents, len(listed))
    assert 9 == len((await named.documents("muster", "A", Portion()))[1])
    assert [] == await room.filed_since("muster", [whole.akte.id], 2_006, 9)
    assert {"A"} == {
        one.aktenzeichen
        for one in (await room.known("muster", [whole.akte.id, secret.id])).values()
    }
    with pytest.raises(NotFound):
        await room.akte("muster", "B")
    assert ([], "") == await room.assigned("muster", ["bauer"], [], "", 9)
    akten, following = await named.assigned("muster", ["bauer"], ["uv1"], "", 1)
    assert (["B"], "B") == ([one.aktenzeichen for one in akten], following)
