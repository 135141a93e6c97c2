"""Whatever is done to the log, in storage or index, is found; a rebuild brings it back."""

from __future__ import annotations

import base64
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from efile import FolderStore
from efile.integrity import note
from efile.integrity.merkle import Tree
from efile.integrity.note import Checkpoint
from tests.efile_house import EFileHouse, open_house, request
from tests.signing import SIGNING, FixedSigning


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[EFileHouse]:
    """Five documents; two heads, over three and all five."""
    async with open_house(tmp_path) as opened:
        for number in range(5):
            await opened.efile.file(request(number))
            if number in {2, 4}:
                await opened.efile.proof.sign("muster")
        yield opened


def flip(path: Path, at: int = -1) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(bytes(data))


def swap_leaves(house: EFileHouse) -> None:
    path = house.leaves()[0]
    data = path.read_bytes()
    path.write_bytes(data[32:64] + data[:32] + data[64:])


def cut_end(house: EFileHouse) -> None:
    house.heads()[-1].unlink()
    house.leaves()[-1].unlink()


def forge_signature(house: EFileHouse) -> None:
    head = house.heads()[0].read_bytes()
    body, _, stamp = head.decode().rpartition(" ")
    raw = bytearray(base64.b64decode(stamp))
    raw[-1] ^= 1
    house.heads()[0].write_bytes(f"{body} {base64.b64encode(raw).decode()}\n".encode())


def other_root(house: EFileHouse) -> None:
    """Sign, with the right key, another history: a fork."""
    said = note.read(house.heads()[-1].read_bytes()).checkpoint
    said = Checkpoint(said.origin, said.size, Tree([bytes(32)] * 5).root(), said.time)
    signature = SIGNING._keys[-1].sign(said.text().encode())
    house.heads()[-1].write_bytes(note.signed(said, SIGNING.public, signature))


STORED = [
    (swap_leaves, {"log_forked"}),
    (lambda house: flip(house.leaves()[1]), {"log_forked"}),
    (lambda house: flip(house.heads()[0], 30), {"head_forged", "log_altered"}),
    (forge_signature, {"head_forged"}),
    (other_root, {"log_forked"}),
    (cut_end, {"head_missing"}),
    (lambda house: house.heads()[0].unlink(), {"head_missing"}),
    (lambda house: house.leaves()[0].unlink(), {"log_torn", "leaves_missing"}),
    (lambda house: house.leaves()[1].unlink(), {"leaves_missing"}),
    (lambda house: house.leaves()[1].write_bytes(b""), {"log_altered", "leaves_missing"}),
    (lambda house: house.heads()[1].rename(house.heads()[1].with_name("6")), {"log_altered"}),
]


@pytest.mark.parametrize(("damage", "expected"), STORED)
async def test_damage_to_the_stored_log_is_found(
    house: EFileHouse, damage: Callable[[EFileHouse], None], expected: set[str]
) -> None:
    assert (await house.efile.verify("muster")).intact
    damage(house)

    found = {fault.what for fault in (await house.efile.verify("muster")).faults}

    assert found & expected, found


INDEXED = [
    ("UPDATE efile_log SET leaf = :zero WHERE leaf_index = 1", "log_differs"),
    ("DELETE FROM efile_log WHERE leaf_index = 4", "log_cut"),
    ("DELETE FROM efile_log WHERE leaf_index = 1", "log_cut"),
    ("UPDATE efile_heads SET note = 'other' WHERE size = 3", "head_differs"),
    ("UPDATE efile_heads SET note = 'other', stored = 0 WHERE size = 3", "head_differs"),
    ("DELETE FROM efile_heads WHERE size = 5", "head_differs"),
]


@pytest.mark.parametrize(("sql", "expected"), INDEXED)
async def test_damage_to_the_indexed_log_is_found_and_mended(
    house: EFileHouse, sql: str, expected: str
) -> None:
    grown = house.log()
    await house.tamper(sql.replace(":zero", f"'{'0' * 64}'"))

    assert expected in {fault.what for fault in (await house.efile.verify("muster")).faults}
    await house.efile.rebuild("muster")

    assert (await house.efile.verify("muster")).intact
    assert grown == house.log()


async def test_a_document_taken_away_everywhere_is_missed(house: EFileHouse) -> None:
    await house.tamper(
        "DELETE FROM efile_parts WHERE document_id ="
        " (SELECT id FROM efile_documents WHERE leaf_index = 1)",
        "DELETE FROM efile_documents WHERE leaf_index = 1",
    )
    known = await house.database.read(lambda tx: tx.all("SELECT id FROM efile_documents"))
    left = {row["id"] for row in known}
    next(path for path in house.manifests() if path.parent.name not in left).unlink()

    found = (await house.efile.verify("muster")).faults

    assert ("leaf_without_document", "muster#1") in {(each.what, each.where) for each in found}


async def test_a_document_that_slipped_past_the_log_is_found(house: EFileHouse) -> None:
    await house.efile.file(request(9))
    await house.tamper("DELETE FROM efile_log WHERE leaf_index = 5")

    report = await house.efile.verify("muster")

    assert ["document_unlogged"] == [fault.what for fault in report.faults]


async def test_a_lost_index_gets_its_log_back_from_storage(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        for number in (5, 3, 4, 1, 2):
            await house.efile.file(request(number))
            await house.efile.proof.sign("muster")
        grown = house.log()
    (tmp_path / "index.sqlite").unlink()
    async with open_house(tmp_path) as house:
        report = await house.efile.rebuild("muster")

        assert () == report.faults
        assert grown == house.log()
        assert (await house.efile.verify("muster")).intact


async def test_what_no_head_covered_follows_in_the_order_of_filing(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await house.efile.file(request(9))
        await house.efile.proof.sign("muster")
        for number in (1, 2, 3):
            await house.efile.file(request(number))
        grown = house.log()
    (tmp_path / "index.sqlite").unlink()
    async with open_house(tmp_path) as house:
        await house.efile.rebuild("muster")

        assert grown == house.log()


async def test_an_index_from_an_old_copy_takes_over_the_log_before_it_goes_on(
    tmp_path: Path,
) -> None:
    async with open_house(tmp_path) as house:
        await house.efile.file(request(1))
        await house.efile.proof.sign("muster")
    copy = tmp_path / "copy"
    shutil.copytree(tmp_path, copy, ignore=shutil.ignore_patterns("objects", "copy"))
    async with open_house(tmp_path) as house:
        for number in (4, 3, 2):
            await house.efile.file(request(number))
        await house.efile.proof.sign("muster")
        grown = house.log()
    async with open_house(copy, FolderStore(tmp_path / "objects")) as house:
        report = await house.efile.reconcile("muster")

        assert (3, ()) == (report.replayed, report.faults)
        assert grown == house.log()


async def test_a_key_that_only_lies_beside_the_heads_is_told(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await house.efile.file(request())
        await house.efile.proof.sign("muster")
    async with open_house(tmp_path, signing=FixedSigning(2)) as house:
        report = await house.efile.verify("muster")
    async with open_house(tmp_path, signing=FixedSigning(1, 2)) as house:
        after_renewal = await house.efile.verify("muster")

    assert ["head_key_unknown"] == [fault.what for fault in report.faults]
    assert after_renewal.intact
