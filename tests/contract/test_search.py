"""Both full text engines find the same documents, whatever is filed and asked."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from efile import Part
from efile.index import fulltext
from hub.store.engines.session import Address
from tests.efile_house import EFileHouse, open_house, request
from tests.engines import engine_named

pytestmark = pytest.mark.postgresql
VOCABULARY = [
    "Unterhaltsvorschuss",
    "Vorschuss",
    "Unterhalt",
    "Müller",
    "Mueller",
    "Bescheid",
    "Bescheide",
    "Gesetz",
    "Straße",
    "Strasse",
    "2026",
    "299,00",
    "Überzahlung",
    "Rückforderung",
    "Kind",
    "Kinder",
    "Kindergeld",
    "é",
    "naïve",
    "A1",
    "x",
]
Pair = tuple[EFileHouse, EFileHouse]


@pytest.fixture
async def pair(tmp_path: Path, postgres_address: Address) -> AsyncIterator[Pair]:
    one = engine_named("sqlite", tmp_path / "index.sqlite", None).open()
    two = engine_named("postgresql", tmp_path, postgres_address).open()
    async with (
        open_house(tmp_path / "one", index=one) as first,
        open_house(tmp_path / "two", index=two) as second,
    ):
        yield first, second


async def file(pair: Pair, number: int, text: str, **changes: object) -> None:
    part = Part("original", "d.txt", "text/plain", text.encode())
    for house in pair:
        await house.efile.file(request(number, title=f"Nr {number}", parts=(part,), **changes))


async def titles(house: EFileHouse, query: str, tenant: str = "muster") -> list[str]:
    hits = await house.database.read(lambda tx: fulltext.search(tx, tenant, query, 100))
    return [hit.title for hit in hits]


def question(chance: random.Random) -> str:
    """Return words, beginnings and words in quotes, in any mixture."""
    asked = []
    for _ in range(chance.randint(1, 3)):
        words = chance.sample(VOCABULARY, chance.randint(1, 3))
        kind = chance.randrange(3)
        asked.append(
            [" ".join(words), f'"{" ".join(words[:2])}"', words[0][: chance.randint(1, 9)] + "*"][
                kind
            ]
        )
    return " ".join(asked)


async def test_the_same_documents_are_found_in_the_same_order(pair: Pair) -> None:
    chance = random.Random(20261122)  # noqa: S311  no secret
    for number in range(25):
        length = 900 if number == 0 else chance.randint(1, 30)
        await file(pair, number, " ".join(chance.choices(VOCABULARY, k=length)))
    found = 0
    for _ in range(150):
        query = question(chance)
        first, second = [await titles(house, query) for house in pair]
        assert first == second, query
        found += len(first)

    assert found > 100


@pytest.mark.parametrize("ahead", [0, 198, 199, 200, 248, 249, 250, 20_000])
async def test_what_stands_in_quotes_is_found_wherever_it_stands(pair: Pair, ahead: int) -> None:
    await file(pair, 1, "Vorrede " * ahead + "Anna Berta Cäsar " + "Nachrede " * 300)

    for house in pair:
        assert ["Nr 1"] == await titles(house, '"anna berta cäsar"')
        assert ["Nr 1"] == await titles(house, "nachrede cäsar vorr*" if ahead else "nachrede")
        assert [] == await titles(house, '"berta anna"')


async def test_who_speaks_of_it_most_comes_first(pair: Pair) -> None:
    await file(pair, 1, "Ein Wort zum Kindergeld. " + "Sonst nichts weiter. " * 20)
    await file(pair, 2, "Kindergeld, Kindergeld und noch einmal Kindergeld.")

    assert [["Nr 2", "Nr 1"]] * 2 == [await titles(house, "kindergeld") for house in pair]


@pytest.mark.parametrize(
    "query",
    ["DE89370400440532013000", "de89 3704 0044 0532 0130 00", "01.03.2026", "2026-03-01",
     "1. März 2026", "1234567890", "1234.567.890", "1.3.26 1234567890", "51.3-0001/2"],
)  # fmt: skip
async def test_exact_values_are_found_however_they_are_written(pair: Pair, query: str) -> None:
    text = "Am 1. März 2026 auf DE89 3704 0044 0532 0130 00, Kassenzeichen 1234 567 890"
    await file(pair, 1, text, aktenzeichen="51.3-0001/2")
    await file(pair, 2, "Am 2. März 2026 auf DE89 3704 0044 0532 0131 00, 1234 567 891")

    assert [["Nr 1"]] * 2 == [await titles(house, query) for house in pair]


async def test_one_file_can_be_looked_through(pair: Pair) -> None:
    await file(pair, 1, "Kindergeld", aktenzeichen="51.3-0001")
    await file(pair, 2, "Kindergeld", aktenzeichen="51.3-0002")
    for house in pair:
        akte = (await house.efile.akte("muster", "51.3-0002")).akte.id
        hits = await house.database.read(
            lambda tx, akte=akte: fulltext.search(tx, "muster", "kindergeld", 9, akte=akte)
        )

        assert ["Nr 2"] == [hit.title for hit in hits]


async def test_titles_come_first_then_what_speaks_of_it_much_then_the_newest(pair: Pair) -> None:
    await file(pair, 1, "Kindergeld, und was man über Kindergeld wissen muss")
    await file(pair, 2, "Ein Wort zum Kindergeld")
    for house in pair:
        part = Part("original", "d.txt", "text/plain", b"Ohne das Wort")
        await house.efile.file(request(3, title="Kindergeld", parts=(part,)))
    await file(pair, 4, "Noch ein Wort zum Kindergeld")

    expected = ["Kindergeld", "Nr 1", "Nr 4", "Nr 2"]
    assert [expected] * 2 == [await titles(house, "kindergeld") for house in pair]


async def test_offices_find_their_own_only(pair: Pair) -> None:
    await file(pair, 1, "Kindergeld")
    await file(pair, 2, "Kindergeld", tenant="andere")

    for house in pair:
        assert ["Nr 1"] == await titles(house, "kindergeld")
        assert ["Nr 2"] == await titles(house, "kindergeld", "andere")


async def test_signs_no_engine_can_keep_are_no_hindrance(pair: Pair) -> None:
    await file(pair, 1, "vor nach 'quote' \\ back" + "x" * 5000)

    for house in pair:
        assert ["Nr 1"] == await titles(house, "quote vor")
        assert ["Nr 1"] == await titles(house, "back" + "x" * 5000)


@pytest.mark.parametrize("query", ["uv-2026", "UV-2026", "uv-2026-0", "müller", "MUELLER an", "x"])
async def test_files_are_found_by_name_and_number(pair: Pair, query: str) -> None:
    for number, (sign, title) in enumerate(
        [("UV-2026-01", "Müller, Anna"), ("uv-2026-00", "Ärger"), ("AZ 3 UV", "Mueller, Ben")]
    ):
        await file(pair, number, "", aktenzeichen=sign, akte_title=title)
    first, second = [
        [akte.aktenzeichen for akte in await house.efile.akten("muster", query)] for house in pair
    ]

    assert first == second
    assert bool(first) == (query != "x")
