"""Behind a wall there is nothing: lists, search, addresses and retention agree, on either engine."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from efile import Author, InvalidRequest, NotFound
from tests.efile_house import EFileHouse, message, open_house
from tests.engines import Engine

TODAY = date(2026, 11, 22)


@pytest.fixture
async def house(engine: Engine, tmp_path: Path) -> AsyncIterator[EFileHouse]:
    async with open_house(tmp_path, index=engine.open()) as opened:
        await opened.efile.file_all(
            [
                message(1, aktenzeichen="A"),
                message(2, aktenzeichen="B", kind="beistandschaft"),
                message(3, aktenzeichen="C", kind="uvg-rueckgriff"),
                message(4, aktenzeichen="D"),
            ]
        )
        yield opened


@pytest.mark.parametrize(
    ("walls", "seen"),
    [(("uvg",), "AD"), (("uvg", "beistandschaft"), "ABD"), (("uvg-rueckgriff",), "C"), ((), "")],
)
async def test_lists_and_search_show_what_is_seen(
    house: EFileHouse, walls: tuple[str, ...], seen: str
) -> None:
    room = house.efile.behind(walls)

    akten = [akte.aktenzeichen for akte in await room.akten("muster")]
    paged = [akte.aktenzeichen for akte in await room.akten("muster", after="A", limit=1)]
    named = [akte.aktenzeichen for akte in await room.akten("muster", "Müller")]
    hits = sorted(hit.aktenzeichen for hit in await room.search("muster", "falldaten"))
    kept = [one.akte.aktenzeichen for one in await room.retention.outlooks("muster", TODAY)]

    assert [list(seen)] * 4 == [akten, named, hits, kept]
    assert list(seen.replace("A", ""))[:1] == paged


async def test_a_known_address_leads_nowhere(house: EFileHouse) -> None:
    view = await house.efile.akte("muster", "B")
    document, room = view.documents[0].id, house.efile.behind(("uvg",))
    by = Author("k.winter", 7, "key-1")
    ways: list[Any] = [
        room.akte("muster", "B"),
        room.akte("muster", view.akte.id),
        room.document("muster", document),
        room.fetch("muster", document),
        room.form("muster", document),
        room.page_count("muster", document),
        room.retention.outlook("muster", "B", TODAY),
        room.retention.hold("muster", "B", "x", TODAY, None, by),
        room.retention.lift("muster", "B", "x", "x", by),
        room.retention.record_day("muster", "B", "ended", TODAY, "x", by),
    ]

    for way in ways:
        with pytest.raises(NotFound):
            await way
    assert [] == await room.retention.outlooks_of("muster", ["B"], TODAY)
    with pytest.raises(InvalidRequest, match="unknown_file_kind"):
        await room.retention.open("muster", "beistandschaft", "x", 2026, by)
    assert view == await house.efile.behind(("beistandschaft",)).akte("muster", "B")


async def test_what_was_narrowed_stays_apart_from_the_whole(house: EFileHouse) -> None:
    house.efile.behind(())

    assert 4 == len(await house.efile.akten("muster"))
    assert 4 == len(await house.efile.retention.outlooks("muster", TODAY))
