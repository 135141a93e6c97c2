"""An index built from storage is compared with the one in use, on both engines; nothing changes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from efile import Fault, FolderStore, LookedAt, StorageMisconfigured, index_differences
from tests.efile_house import EFileHouse, message, open_house, request
from tests.engines import Engine


@pytest.fixture
async def house(engine: Engine, tmp_path: Path) -> AsyncIterator[EFileHouse]:
    async with open_house(tmp_path, index=engine.open()) as opened:
        requests = [message(n, aktenzeichen=f"A{n % 3}") for n in range(9)]
        await opened.efile.file_all([*requests, *(request(n) for n in range(10, 13))])
        yield opened


@pytest.fixture
def scratch_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "scratch"
    folder.mkdir()
    return folder


@asynccontextmanager
async def built(house: EFileHouse, folder: Path) -> AsyncIterator[tuple[EFileHouse, LookedAt]]:
    """Yield an index built from the house's storage, and what it was read through."""
    store = LookedAt(FolderStore(house.folder))
    async with open_house(folder, store) as scratch:
        report = await scratch.efile.rebuild("muster")
        assert (12, ()) == (report.documents, report.faults)
        yield scratch, store


async def compared(house: EFileHouse, folder: Path) -> list[Fault]:
    async with built(house, folder) as (scratch, store):
        return await index_differences("muster", house.database, scratch.database, store)


async def test_a_sound_index_has_no_differences_and_nothing_is_written(
    house: EFileHouse, scratch_folder: Path
) -> None:
    before = {path: path.read_bytes() for path in house.folder.rglob("*") if path.is_file()}
    rows = house.snapshot()

    assert [] == await compared(house, scratch_folder)

    assert before == {p: p.read_bytes() for p in house.folder.rglob("*") if p.is_file()}
    assert rows == house.snapshot()


@pytest.mark.parametrize(
    ("tampering", "what"),
    [
        ("UPDATE efile_documents SET title = 'anders' WHERE title = 'Bescheid 10'",
         {"index_differs"}),
        ("UPDATE efile_akten SET title = 'anders' WHERE aktenzeichen = 'A1'", {"index_differs"}),
        ("UPDATE efile_parts SET size = 1 WHERE name = 'bescheid.txt'", {"index_differs"}),
        ("DELETE FROM efile_documents WHERE title = 'Bescheid 11'",
         {"index_lacks"}),
        ("DELETE FROM efile_akten WHERE aktenzeichen = 'A2'", {"index_differs"}),
        ("INSERT INTO efile_guards SELECT tenant, id, '', 'p:fremd' FROM efile_akten",
         {"index_differs"}),
        ("DELETE FROM efile_keys", {"index_differs"}),
    ],
)  # fmt: skip
async def test_each_difference_is_found(
    house: EFileHouse, scratch_folder: Path, tampering: str, what: set[str]
) -> None:
    async with built(house, scratch_folder) as (scratch, store):
        await house.tamper(tampering)

        found = await index_differences("muster", house.database, scratch.database, store)

    assert what <= {fault.what for fault in found}


async def test_what_is_filed_meanwhile_is_no_difference(
    house: EFileHouse, scratch_folder: Path
) -> None:
    async with built(house, scratch_folder) as (scratch, store):
        await house.efile.file(request(50))
        await house.efile.file(request(51, aktenzeichen="neu"))

        assert [] == await index_differences("muster", house.database, scratch.database, store)


async def test_a_document_only_the_index_has_is_a_difference(
    house: EFileHouse, scratch_folder: Path
) -> None:
    filed = await house.efile.file(request(50))
    house.manifests()[0].parent.parent.joinpath(filed.id, "0001.json").unlink()
    async with open_house_built(house, scratch_folder) as (scratch, store):
        found = await index_differences("muster", house.database, scratch.database, store)

    assert ["index_differs"] == [fault.what for fault in found]


@asynccontextmanager
async def open_house_built(
    house: EFileHouse, folder: Path
) -> AsyncIterator[tuple[EFileHouse, LookedAt]]:
    store = LookedAt(FolderStore(house.folder))
    async with open_house(folder, store) as scratch:
        await scratch.efile.rebuild("muster")
        yield scratch, store


async def test_what_is_only_looked_at_cannot_be_changed(house: EFileHouse) -> None:
    store = LookedAt(FolderStore(house.folder))
    key = (await anext(store.pages("muster", "v1/")))[0].key
    data = await store.get("muster", key)

    await store.delete("muster", key)
    left = await store.destroy("muster", key)
    with pytest.raises(StorageMisconfigured, match="storage_only_read"):
        await store.put_once("muster", "v1/new", b"x")

    assert (1, data) == (left, await store.get("muster", key))
    assert (2, 2 * len(data)) == (store.objects, store.bytes)
