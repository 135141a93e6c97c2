"""A copy too large for one file leaves in numbered parts, each proven, all approved as one."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pypdf import PdfReader

from efile import Conflict, Inspection, NotFound, Part
from efile.inspection import bindery, release
from efile.inspection.running import Shelf
from efile.objects import layout
from tests.efile_house import EFileHouse, open_house, request
from tests.inspected import AKTE, SECRETS, TENANT, begun, file_letter, letter, made


@pytest.fixture
async def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[EFileHouse]:
    """A file of a letter of two pages, and every page is a part of its own."""
    monkeypatch.setattr(bindery, "PART_BYTES", 1)
    monkeypatch.setattr(bindery, "_REMADE", 1)
    async with open_house(tmp_path) as opened:
        await file_letter(opened.efile)
        yield opened


def words(pdf: bytes) -> list[str]:
    """Return the text of each page."""
    return [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]


def lying(house: EFileHouse, one: Inspection) -> list[str]:
    """Return what of an inspection lies in storage."""
    return sorted(path.name for path in house.folder.rglob(f"x/{one.id}/*"))


async def test_a_document_larger_than_a_part_goes_on_in_the_next(house: EFileHouse) -> None:
    one = await made(house.efile, await begun(house.efile))
    first, second = [words(await house.efile.inspections.release.part(one, n)) for n in (1, 2)]

    assert ("waiting", "") == (one.state, one.fault)
    assert [2, 2] == [part.pages for part in one.parts]
    assert [(1, 2), (2, 1), (2, 2)] == [one.place(page) for page in (2, 3, 4)]
    assert "Teil 1 von 2" in first[0]
    assert "Teil 2 von 2" in second[0]
    assert "Teil 1, Seite 2" in first[0]
    assert "Teil 1, Seite 2" in second[0]
    assert "Sabine Müller wohnt Hauptweg 3" in first[1]
    assert "nennt niemanden" in second[1]
    assert not [word for word in SECRETS if word in str(first + second)]
    assert ["001.pdf", "002.pdf"] == lying(house, one)


async def test_all_parts_are_approved_as_one_and_filed_together(
    house: EFileHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The parts are taken for too large to be held while they are filed."""
    monkeypatch.setattr(release, "HELD_BYTES", 0)
    efile = house.efile
    one = await made(efile, await begun(efile))
    parts = [await efile.inspections.release.part(one, n) for n in (1, 2)]
    digests = [hashlib.sha256(part).hexdigest() for part in parts]
    filed = await efile.inspections.release.approve(one, one.sha256, "berger")
    copy = await efile.document(TENANT, filed.document_id)
    record = json.loads(await efile.fetch(TENANT, copy.id, 2))["Akteneinsicht"]["Nachweis"]

    assert hashlib.sha256("\n".join(digests).encode()).hexdigest() == one.sha256
    assert digests == record["Geprüfte Bytes (SHA-256)"]
    assert digests == [part.sha256 for part in copy.parts[:2]]
    assert [", Teil 1 von 2.pdf", ", Teil 2 von 2.pdf"] == [p.name[-18:] for p in copy.parts[:2]]
    assert parts == [await efile.inspections.release.part(filed, n) for n in (1, 2)]
    assert [] == lying(house, one)
    with pytest.raises(NotFound):
        await efile.inspections.release.part(filed, 3)


@pytest.mark.parametrize("held", [0, 1 << 30])
async def test_a_part_that_is_not_the_approved_one_is_not_filed(
    house: EFileHouse, monkeypatch: pytest.MonkeyPatch, held: int
) -> None:
    monkeypatch.setattr(release, "HELD_BYTES", held)
    efile = house.efile
    one = await made(efile, await begun(efile))
    key = layout.export_key(one.akte_id, one.id, 2)
    await house.efile._objects.destroy(TENANT, key)
    await house.efile._objects.put_once(TENANT, key, letter())

    with pytest.raises(Conflict, match="inspection_moved_on"):
        await efile.inspections.release.approve(one, one.sha256, "berger")
    assert ["Bescheid"] == [d.doc_type for d in (await efile.akte(TENANT, AKTE)).documents]


async def test_a_find_in_any_part_keeps_all_of_them_back(house: EFileHouse) -> None:
    part = Part("original", "b.pdf", "application/pdf", letter())
    await house.efile.file(request(2, parts=(part,), title="Zweiter Brief"))
    one = await begun(house.efile)
    second = one.plan.documents[1]
    await house.tamper(f"DELETE FROM efile_inspection_marks WHERE document_id = '{second}'")  # noqa: S608  an id of our own
    stopped = await made(house.efile, one)

    assert ("open", "inspection_leaks") == (stopped.state, stopped.fault)
    assert {(second, 1), ("", 0)} == {
        (rest.document, rest.page) for rest in stopped.report.remnants
    }
    assert [] == lying(house, one)


async def test_pages_that_come_back_from_storage_otherwise_are_not_bound(
    house: EFileHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = Shelf.take

    async def take(shelf: Shelf, number: int) -> bytes:
        return await taken(shelf, number) + b"%"

    monkeypatch.setattr(Shelf, "take", take)
    one = await made(house.efile, await begun(house.efile))

    assert ("open", "readback_differs") == (one.state, one.fault)
    assert [] == lying(house, one)


async def test_what_a_process_left_on_its_way_is_taken_away_first(house: EFileHouse) -> None:
    one = await begun(house.efile)
    for key in (
        layout.pages_key(one.akte_id, one.id, 0),
        layout.export_key(one.akte_id, one.id, 9),
    ):
        await house.efile._objects.put_once(TENANT, key, b"left behind")
    one = await made(house.efile, one)

    assert "waiting" == one.state
    assert ["001.pdf", "002.pdf"] == lying(house, one)
