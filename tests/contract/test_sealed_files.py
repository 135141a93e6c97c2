"""Whole files under their keys: moves are found, old ones stay readable, storage suffices."""

from __future__ import annotations

import json
import shutil
from contextlib import suppress
from pathlib import Path

import pytest

from efile import IntegrityBroken
from efile.integrity.digest import canonical_json, sha256_hex
from efile.objects import layout, manifest, pack
from tests.efile_house import KEK, SECRET, EFileHouse, flip, message, open_house, request
from tests.pack_reader import documents
from tests.sealed_reader import SealedReader

SAID = "Müller".encode()


async def fill(house: EFileHouse) -> None:
    """File a letter and two messages in each of two files."""
    for akte in ("AZ 1", "AZ 2"):
        await house.efile.file(request(int(akte[-1]), aktenzeichen=akte))
    await house.efile.file_all([message(10 + n, aktenzeichen=f"AZ {1 + n % 2}") for n in range(4)])


async def faults(house: EFileHouse) -> set[str]:
    return {fault.what for fault in (await house.efile.verify("muster")).faults}


async def test_nothing_that_was_filed_lies_in_storage_in_clear(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await fill(house)
        stored = b"".join(p.read_bytes() for p in house.folder.rglob("*") if p.is_file())

    for said in (SAID, b"Bescheid", b"AZ 1", b"Falldaten", b"familyName", b"Text 1"):
        assert said not in stored, said


async def test_an_independent_reader_opens_it_with_the_kek_alone(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await fill(house)
        bucket = house.folder / "aktenhub-muster-akte"
        reader = SealedReader(KEK, bucket, "muster")

        letters = [reader.file(path) for path in sorted(bucket.glob("v1/a/*/o/*/*"))]
        packed = documents(house.packs()[0].read_bytes(), reader.content)

    assert {b"Text 1", b"Text 2"} == set(letters)
    assert {"Falldaten 10", "Falldaten 13"} < {told["title"] for told, _ in packed}
    assert all(SAID in part for _, parts in packed for part in parts)


async def test_an_index_made_from_storage_and_kek_alone_equals_the_one_that_grew(
    tmp_path: Path,
) -> None:
    async with open_house(tmp_path) as house:
        await fill(house)
        grown = house.snapshot()
    (tmp_path / "index.sqlite").unlink()

    async with open_house(tmp_path) as house:
        report = await house.efile.rebuild("muster")

        assert (6, 2, ()) == (report.documents, report.akten, report.faults)
        assert grown == house.snapshot()
        assert 2 == len(grown["keys"])
        assert set() == await faults(house)


async def test_a_row_moved_to_another_file_does_not_open_and_is_found(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await fill(house)
        one, two = [(await house.efile.akte("muster", f"AZ {n}")).documents for n in (1, 2)]
        moved = one[1]
        await house.database.write(
            lambda tx: tx.run(
                "UPDATE efile_documents SET akte_id = :other WHERE id = :id",
                other=two[0].akte_id, id=moved.id,
            )
        )  # fmt: skip

        with pytest.raises(IntegrityBroken):
            await house.efile.fetch("muster", moved.id)
        assert "manifest_differs" in await faults(house)


@pytest.mark.parametrize("index_lost", [False, True])
async def test_an_object_moved_to_another_file_does_not_open_and_is_found(
    tmp_path: Path, *, index_lost: bool
) -> None:
    async with open_house(tmp_path) as house:
        await fill(house)
        one, two = (path.parents[1] for path in house.manifests())
        shutil.copytree(next(one.iterdir()), two / next(one.iterdir()).name)
    if index_lost:
        (tmp_path / "index.sqlite").unlink()

    async with open_house(tmp_path) as house:
        report = await house.efile.rebuild("muster")

        assert (6, ["manifest_altered"]) == (report.documents, [f.what for f in report.faults])


@pytest.mark.parametrize(
    ("plant", "expected"),
    [
        (lambda one, _: flip(one, 60), "key_altered"),
        (lambda one, _: one.unlink(), "key_missing"),
        (lambda one, two: shutil.copy(two, one), "key_altered"),
        (lambda one, two: shutil.copy(two, one.with_name(two.name)), "key_altered"),
        (lambda one, _: one.write_bytes(b"{}"), "key_altered"),
    ],
    ids=["flipped", "lost", "another file's", "another file's beside it", "no key"],
)
async def test_whatever_is_done_to_a_key_is_found(tmp_path: Path, plant, expected: str) -> None:
    async with open_house(tmp_path) as house:
        await fill(house)
        plant(*house.keys())

        assert expected in await faults(house)


async def test_a_key_moved_in_the_index_opens_nothing(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await fill(house)
        await house.database.write(
            lambda tx: tx.run(
                "UPDATE efile_keys SET wrapped = (SELECT max(wrapped) FROM efile_keys)"
            )
        )

    async with open_house(tmp_path) as house:
        opens = []
        for akte in await house.efile.akten("muster"):
            for document in (await house.efile.akte("muster", akte.id)).documents:
                with suppress(IntegrityBroken):
                    await house.efile.fetch("muster", document.id)
                    opens.append(akte.aktenzeichen)

        assert (3, 1) == (len(opens), len(set(opens)))
        await house.efile.rebuild("muster")
        assert set() == await faults(house)


async def file_in_clear(house: EFileHouse) -> None:
    """Leave in storage what the program filed before it sealed: a letter and a pack."""
    for number in (1, 2):
        described, told = manifest.describe(request(number), SECRET.names)
        await house.objects.prepare("muster")
        data = request(number).parts[0].data
        assert isinstance(data, bytes)
        await house.objects.put_once("muster", described.parts[0].object_key, data)
        place = layout.manifest_key(described.akte_id, described.id, 1)
        await house.objects.put_once("muster", place, told)
    items = []
    for number in (3, 4):
        described, told = manifest.describe(message(number), SECRET.names, packed=True)
        data = message(number).parts[0].data
        assert isinstance(data, bytes)
        items.append(pack.Item(described.id, 1, told, (data,)))
    packed, _ = pack.build("muster", items)
    named = layout.pack_key(layout.pack_secret(SECRET.names, "muster"), sha256_hex(packed))
    await house.objects.put_once("muster", named, packed)


async def test_what_lies_there_in_clear_stays_readable_and_new_documents_are_sealed(
    tmp_path: Path,
) -> None:
    async with open_house(tmp_path) as house:
        await file_in_clear(house)
        before = {path: path.read_bytes() for path in house.folder.rglob("*") if path.is_file()}
        report = await house.efile.rebuild("muster")
        assert (4, ()) == (report.documents, report.faults)

        again = await house.efile.file_all([request(1), message(3)])
        await house.efile.file_all([request(5), message(6)])

        assert set() == await faults(house)
        assert [1, 1] == [receipt.version for receipt in again]  # type: ignore[union-attr]  # both are receipts
        documents = (await house.efile.akte("muster", "51.3-0001")).documents
        assert 6 == len([await house.efile.fetch("muster", one.id) for one in documents])
        assert before == {path: path.read_bytes() for path in before}
        assert 1 == len(house.keys())


async def test_a_clear_manifest_planted_over_a_sealed_one_is_found(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await house.efile.file(request())
        (victim,) = house.manifests()
        _, told = manifest.describe(request(), SECRET.names)
        content = json.loads(told) | {"title": "Anderer Titel"}
        victim.write_bytes(canonical_json(content))

        assert "manifest_altered" in await faults(house)
