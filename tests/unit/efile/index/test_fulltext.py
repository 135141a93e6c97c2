"""Searching as clerks do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from efile import Part
from efile.index import fulltext
from tests.efile_house import EFileHouse, open_house, request
from tests.engines import Engine

TEXTS = [
    "Bescheid über Unterhaltsvorschuss für Anna Müller",
    "Mitteilung an Frau Mueller wegen der Einkommens-\nverhältnisse",
    "Rückforderung der Überzahlung, Straße der Jugend 5",
    "Anhörung zur Überzahlung",
]


@pytest.fixture
async def house(engine: Engine, tmp_path: Path) -> AsyncIterator[EFileHouse]:
    async with open_house(tmp_path, index=engine.open()) as opened:
        for number, text in enumerate(TEXTS):
            part = Part("original", f"datei{number}.txt", "text/plain", text.encode())
            await opened.efile.file(
                request(number, title=f"Titel {number}", akte_title="Akte", parts=(part,))
            )
        yield opened


async def found(house: EFileHouse, text: str) -> set[str]:
    hits = await house.database.read(lambda tx: fulltext.search(tx, "muster", text, 50))
    return {hit.title.removeprefix("Titel ") for hit in hits}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("müller", "01"),
        ("Mueller", "01"),
        ("MÜLLER anna", "0"),
        ("überzahlungen", "23"),
        ("Ueberzahlung", "23"),
        ("überzahlung straße", "2"),
        ("strasse", "2"),
        ("einkommensverhältnis", "1"),
        ('"anna müller"', "0"),
        ('"müller anna"', ""),
        ("unterhalts*", "0"),
        ("überz*", "23"),
        ("ueberz*", "23"),
        ("überzahlun*", "23"),
        ("einkommensverhältniss*", "1"),
        ("vorsch*", "0"),
        ("rück* jug*", "2"),
        ("vorschuss", "0"),
        ("Unterhaltsvorschussbescheid", ""),
        ("einkommen", "1"),
        ("einkommen verhältnisse", "1"),
        ('"vorschuss"', ""),
        ("rechnung", ""),
        ("gibtesnicht", ""),
        ("datei2", "2"),
    ],
)
async def test_a_query_finds_these_documents(house: EFileHouse, query: str, expected: str) -> None:
    assert set(expected) == await found(house, query)


@pytest.mark.parametrize(
    "query", ["", " ", '"', "***", "AND", "tenant : x", "a OR", "NEAR(", "'--"]
)
async def test_a_query_is_never_taken_as_the_engines_language(
    house: EFileHouse, query: str
) -> None:
    assert set() == await found(house, query)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(query=st.text(max_size=40))
async def test_any_text_may_be_searched_for(house: EFileHouse, query: str) -> None:
    assert await found(house, query) <= set("0123")


async def test_an_excerpt_shows_the_word_and_marks_it(house: EFileHouse) -> None:
    hits = await house.database.read(lambda tx: fulltext.search(tx, "muster", "mueller", 50))

    marked = {hit.excerpt[start:end] for hit in hits for start, end in hit.marks}

    assert {"Müller", "Mueller"} == marked


async def test_a_compound_is_found_by_its_pieces_and_within_a_longer_one(
    house: EFileHouse,
) -> None:
    part = Part("original", "g.txt", "text/plain", b"Unterhaltsvorschussgesetz")
    await house.efile.file(request(9, title="Titel 9", parts=(part,)))

    assert {"0", "9"} == await found(house, "Unterhaltsvorschuss")
    assert {"9"} == await found(house, "gesetz")
    hits = await house.database.read(lambda tx: fulltext.search(tx, "muster", "gesetz", 50))
    assert ((0, 25),) == hits[0].marks


async def test_the_excerpt_of_a_long_text_surrounds_the_find(house: EFileHouse) -> None:
    text = "Vorrede " * 500 + "Kindergeld " + "Nachrede " * 500
    part = Part("original", "lang.txt", "text/plain", text.encode())
    await house.efile.file(request(9, parts=(part,)))

    hits = await house.database.read(lambda tx: fulltext.search(tx, "muster", "kindergeld", 50))

    assert "Kindergeld" in hits[0].excerpt
    assert len(hits[0].excerpt) <= 200


async def test_a_forgotten_document_is_not_found(house: EFileHouse) -> None:
    hits = await house.database.read(lambda tx: fulltext.search(tx, "muster", "anhörung", 50))
    name = ("muster", hits[0].document_id or "")
    await house.database.write(lambda tx: fulltext.forget(tx, [name]))

    assert set() == await found(house, "anhörung")
