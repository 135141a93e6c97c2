"""An index is made from extracts as from the documents themselves, and nothing outlives its file."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from efile import FilingRequest, FolderStore, LookedAt, Misfiled, Part
from efile.extracts import form
from efile.index import fulltext
from efile.index.words.engines import Words
from efile.model import Document
from efile.objects import layout
from tests.efile_house import EFileHouse, flip, message, open_house
from tests.ending_files import TODAY, by, carry_out

LONG = ("<Fall>" + "Unterhaltsvorschuss und Kindergeld. " * 2000 + "</Fall>").encode()
"""Too long for a pack."""


def apart(number: int, akte: str) -> FilingRequest:
    """Return a document with objects of its own that nobody must examine."""
    lengthy = Part("message", "a.xml", "application/xml", LONG + b"<!-- %d -->" % number)
    return message(number, aktenzeichen=akte, title=f"Bescheid {number}", parts=(lengthy,))


@pytest.fixture(autouse=True)
def _short_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "EXTRACT_RUN", 3)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[EFileHouse]:
    """Six documents in two extracts, and one no head covers."""
    async with open_house(tmp_path) as opened:
        await opened.efile.file_all([apart(1, "AZ 1"), apart(2, "AZ 2")])
        await opened.efile.file_all([message(n, aktenzeichen="AZ 1") for n in (3, 4)])
        await opened.efile.file_all([apart(5, "AZ 1"), apart(6, "AZ 2")])
        await opened.efile.proof.sign("muster")
        assert [3, 3, 0] == [await opened.efile.extracts.make("muster") for _ in range(3)]
        await opened.efile.file(message(7, aktenzeichen="AZ 2"))
        yield opened


def extracts(house: EFileHouse) -> list[Path]:
    return sorted(house.folder.glob("*/v1/x/*/*"))


async def rebuilt(house: EFileHouse, folder: Path) -> tuple[EFileHouse, LookedAt, list[str]]:
    """Return an index built from the house's storage, what was read, and what was wrong."""
    store = LookedAt(FolderStore(house.folder))
    async with open_house(folder, store) as scratch:
        report = await scratch.efile.rebuild("muster")
        rows = scratch.snapshot()
        assert house.snapshot() == rows or report.faults
    return scratch, store, [fault.what for fault in report.faults]


async def test_an_index_from_extracts_is_the_one_that_grew(
    house: EFileHouse, tmp_path: Path
) -> None:
    _, store, faults = await rebuilt(house, tmp_path / "scratch")

    assert [] == faults
    assert len(LONG) > store.bytes
    async with open_house(tmp_path / "scratch", FolderStore(house.folder)) as scratch:
        for word in ("Kindergeld", "Vorschuss", "Müller", "Bescheid 5"):
            mine = await house.efile.search("muster", word)
            assert [one.document_id for one in mine] == [
                one.document_id for one in await scratch.efile.search("muster", word)
            ]


async def test_without_extracts_it_is_the_same(house: EFileHouse, tmp_path: Path) -> None:
    for path in extracts(house):
        path.unlink()

    _, store, faults = await rebuilt(house, tmp_path / "scratch")

    assert [] == faults
    assert 4 * len(LONG) < store.bytes


async def test_what_was_altered_or_sealed_for_another_document_is_not_believed(
    house: EFileHouse,
) -> None:
    grown = house.snapshot()
    first, second = extracts(house)
    whole = first.read_bytes()

    for at in (-1, 60, 300, 700, len(whole) // 2):
        first.write_bytes(whole)
        flip(first, at)
        assert () == (await house.efile.rebuild("muster")).faults
        assert grown == house.snapshot()
    first.write_bytes(second.read_bytes())
    assert () == (await house.efile.rebuild("muster")).faults
    assert grown == house.snapshot()


async def test_what_lies_in_clear_is_destroyed(house: EFileHouse) -> None:
    grown = house.snapshot()
    (path, _) = extracts(house)
    document = grown["documents"][0]["id"]
    planted = form.pack.Item(document, 1, b"{}", (b"Falsch",))
    path.write_bytes(form.pack.build("muster", [planted])[0])

    assert () == (await house.efile.rebuild("muster")).faults
    assert grown == house.snapshot()
    assert not path.exists()


async def test_what_is_lost_is_told_although_its_words_are_known(
    house: EFileHouse, tmp_path: Path
) -> None:
    house.blob().unlink()
    assert ["digest_mismatch"] == (await rebuilt(house, tmp_path / "one"))[2]

    house.manifests()[0].unlink()
    assert "leaf_without_document" in (await rebuilt(house, tmp_path / "other"))[2]


async def test_words_are_analysed_anew_where_search_has_learned(
    house: EFileHouse, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    analysed: set[str] = set()
    monkeypatch.setattr(form, "ANALYSIS", "5")
    real = fulltext.words_of

    def words_of(document: Document, text: str) -> Words:
        analysed.add(document.title)
        return real(document, text)

    monkeypatch.setattr(fulltext, "words_of", words_of)

    assert [] == (await rebuilt(house, tmp_path / "scratch"))[2]
    assert 7 == len(analysed)


async def test_a_misfiled_document_leaves_no_extract_behind(house: EFileHouse) -> None:
    kept = {path: path.read_bytes() for path in extracts(house)}
    names = {one.title: one.id for one in (await house.efile.akte("muster", "AZ 1")).documents}
    room, found = house.efile.disposal, Misfiled(names["Bescheid 1"], "AZ 2", "person", "x")
    run = await room.misfiled("muster", found, TODAY, by(1))
    await room.approve("muster", run.id, TODAY, by(2, "a.sommer"))
    await carry_out(house.efile)

    first, second = sorted(kept)
    assert [second] == extracts(house)
    # As if it had been written by somebody who died right after.
    first.write_bytes(kept[first])
    async with open_house(house.folder.parent) as again:
        await again.efile.extracts.make("muster")
        names_left = [name for name, _ in form.pack.named(first.read_bytes())]
        assert names["Bescheid 1"] not in names_left
        assert () == (await again.efile.rebuild("muster")).faults
