"""After an update texts are analysed anew from the index alone."""

from __future__ import annotations

from pathlib import Path

from efile.index import fulltext
from efile.index.words.engines import ANALYSIS
from efile.ports import Transaction
from tests.efile_house import EFileHouse, open_house, request
from tests.engines import Engine


async def found(house: EFileHouse) -> list[str]:
    hits = await house.database.read(lambda tx: fulltext.search(tx, "muster", "bescheid", 50))
    return [hit.title for hit in hits]


def as_before_the_update(tx: Transaction) -> None:
    """Leave what the migration leaves: texts nobody has analysed."""
    tx.run("DELETE FROM efile_words")
    tx.run("UPDATE efile_texts SET analysis = ''")


async def test_what_an_update_made_unfindable_is_found_again(
    engine: Engine, tmp_path: Path
) -> None:
    async with open_house(tmp_path, index=engine.open()) as house:
        for number in range(3):
            await house.efile.file(request(number))
        before = await found(house)
        await house.database.write(as_before_the_update)
        lost = await found(house)

        assert 3 == await house.efile.finding.analyse_anew("muster")
        assert ["Bescheid 2", "Bescheid 1", "Bescheid 0"] == before == await found(house)
        assert [] == lost
        assert 0 == await house.efile.finding.analyse_anew("muster")


async def test_an_office_looks_after_its_own_texts(engine: Engine, tmp_path: Path) -> None:
    async with open_house(tmp_path, index=engine.open()) as house:
        await house.efile.file(request())
        await house.database.write(as_before_the_update)

        assert 0 == await house.efile.finding.analyse_anew("andere")


async def test_a_new_document_carries_todays_analysis(engine: Engine, tmp_path: Path) -> None:
    async with open_house(tmp_path, index=engine.open()) as house:
        await house.efile.file(request())
        rows = await house.database.read(lambda tx: tx.all("SELECT analysis FROM efile_texts"))

        assert [{"analysis": ANALYSIS}] == rows
