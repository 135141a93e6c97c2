"""An index made from extracts is the one that grew, on either engine and either store."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

import pytest

from efile import FilingRequest, LookedAt, Misfiled, Part, index_differences
from efile.objects import layout, pack
from tests.efile_house import EFileHouse, message, open_house, pdf, request
from tests.ending_files import TODAY, approved_run, by, carry_out, due_file
from tests.engines import AnyDatabase, Engine, engine_named

LENGTHY = "<Fall>" + "Unterhaltsvorschuss und Kindergeld. " * 2000 + "</Fall>"
"""Too long for a pack, and more than everything else together."""


def letter(number: int) -> FilingRequest:
    page = Part("original", "brief.pdf", "application/pdf", pdf([[f"Brief {number} an Müller"]]))
    return request(number, aktenzeichen=f"AZ {number % 2}", parts=(page,))


def lengthy(number: int) -> FilingRequest:
    data = f"{LENGTHY}<!-- {number} -->".encode()
    part = Part("message", "a.xml", "application/xml", data)
    return message(number, aktenzeichen=f"AZ {number % 2}", parts=(part,))


@pytest.fixture(autouse=True)
def _short_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "EXTRACT_RUN", 3)


@pytest.fixture
async def house(either_house: EFileHouse) -> EFileHouse:
    """Nine documents in three extracts, and one no head covers."""
    efile = either_house.efile
    await efile.file_all([letter(1), letter(2), lengthy(3)])
    await efile.file_all([message(n, aktenzeichen=f"AZ {n % 2}") for n in (4, 5, 6)])
    await efile.file_all([lengthy(7), lengthy(8), letter(9)])
    await efile.proof.sign("muster")
    assert [3, 3, 3, 0] == [await efile.extracts.make("muster") for _ in range(4)]
    await efile.file(message(10, aktenzeichen="AZ 1"))
    return either_house


@pytest.fixture
def elsewhere(
    engine: Engine, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[AnyDatabase]:
    """Another database on the same engine, empty."""
    with ExitStack() as opened:
        address = None
        if engine.name == "postgresql":
            server = request.getfixturevalue("postgres_server")
            address = opened.enter_context(server.database())
        yield engine_named(engine.name, tmp_path / "elsewhere.sqlite", address).open()


@asynccontextmanager
async def rebuilt(
    house: EFileHouse, database: AnyDatabase, folder: Path
) -> AsyncIterator[tuple[EFileHouse, LookedAt]]:
    """Yield an index built from the house's storage, and what was read of that."""
    store = LookedAt(house.objects)
    async with open_house(folder / "elsewhere", store, database) as built:
        assert () == (await built.efile.rebuild("muster")).faults
        yield built, store


async def differences(house: EFileHouse, built: EFileHouse, store: LookedAt) -> list[str]:
    found = await index_differences("muster", house.database, built.database, store)
    return [f"{fault.what} {fault.where}" for fault in found]


async def test_an_empty_index_is_made_from_extracts_without_a_difference(
    house: EFileHouse, elsewhere: AnyDatabase, tmp_path: Path
) -> None:
    async with rebuilt(house, elsewhere, tmp_path) as (built, store):
        assert len(LENGTHY) > store.bytes
        assert [] == await differences(house, built, store)
        assert house.snapshot() == built.snapshot()
        for word in ("Kindergeld", "Vorschuss", "Müller", "Brief 9", '"Unterhaltsvorschuss und"'):
            grown, made = [
                [one.document_id for one in await each.efile.search("muster", word)]
                for each in (house, built)
            ]
            assert grown
            assert grown == made


async def test_an_index_that_lost_its_rows_gets_them_back_from_extracts(house: EFileHouse) -> None:
    grown, log = house.snapshot(), house.log()
    await house.tamper(
        "DELETE FROM efile_texts", "DELETE FROM efile_parts", "DELETE FROM efile_documents",
        "DELETE FROM efile_akten", "DELETE FROM efile_log",
    )  # fmt: skip

    assert () == (await house.efile.rebuild("muster")).faults
    assert (grown, log) == (house.snapshot(), house.log())


async def test_extracts_a_misfiled_document_was_in_are_made_again_without_it(
    house: EFileHouse, elsewhere: AnyDatabase, tmp_path: Path
) -> None:
    before = await extracts(house)
    view = await house.efile.akte("muster", "AZ 1")
    misfiled = next(one.id for one in view.documents if one.title == "Bescheid 1")
    room, found = house.efile.disposal, Misfiled(misfiled, "AZ 0", "person", "Namensgleiche Kinder")
    run = await room.misfiled("muster", found, TODAY, by(100))
    await room.approve("muster", run.id, TODAY, by(101, "a.sommer"))
    await carry_out(house.efile)
    assert before.keys() > (await extracts(house)).keys()

    while await house.efile.extracts.make("muster"):
        pass

    after = await extracts(house)
    assert before.keys() == after.keys()
    assert not any(misfiled in names for names in after.values())
    async with rebuilt(house, elsewhere, tmp_path) as (built, store):
        assert [] == await differences(house, built, store)


async def extracts(house: EFileHouse) -> dict[str, list[str]]:
    """Return the names of the documents in each extract, by its key."""
    pages = house.objects.pages("muster", layout.EXTRACTS_ROOT)
    keys = [one.key async for page in pages for one in page]
    return {
        key: [name for name, _ in pack.named(await house.objects.get("muster", key))]
        for key in keys
    }


async def test_a_destroyed_file_is_not_brought_back_by_its_extract(
    house: EFileHouse, elsewhere: AnyDatabase, tmp_path: Path
) -> None:
    akte = await due_file(house)
    await house.efile.file(message(11))
    await house.efile.proof.sign("muster")
    while await house.efile.extracts.make("muster"):
        pass
    await approved_run(house, akte)
    await carry_out(house.efile)

    async with rebuilt(house, elsewhere, tmp_path) as (built, store):
        assert [] == await differences(house, built, store)
        assert akte not in {row["id"] for row in built.snapshot()["akten"]}
        assert house.snapshot() == built.snapshot()
