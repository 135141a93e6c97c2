"""A sound tombstone, and nothing else, accounts for what is gone; what comes back is found."""

from __future__ import annotations

import json
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from efile.integrity.digest import canonical_json, sha256_hex
from efile.objects import layout, manifest, pack
from tests.efile_house import SECRET, EFileHouse, flip, message, open_house
from tests.ending_files import DECLINED, ENDED, approved_run, beside, by, carry_out, due_file, host


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[EFileHouse]:
    """One file destroyed and one that stays; a head covers the tombstone. A copy from before."""
    async with open_house(tmp_path) as opened:
        await due_file(opened, 1)
        gone = await due_file(opened, 2)
        shutil.copytree(opened.folder, tmp_path / "before")
        await approved_run(opened, gone)
        await carry_out(opened.efile)
        await opened.efile.proof.sign("muster")
        yield opened


def tombstones(house: EFileHouse) -> list[Path]:
    return sorted(house.folder.rglob("v1/t/*.json"))


def certificates(house: EFileHouse) -> list[Path]:
    return sorted(house.folder.rglob("v1/b/*.json"))


def forge_tombstone(house: EFileHouse) -> None:
    """Claim that the other file was destroyed, too."""
    (path,) = tombstones(house)
    kept = house.snapshot()["akten"][0]["id"]
    content = json.loads(path.read_bytes()) | {"akte": kept}
    path.with_name(f"{kept}.json").write_bytes(canonical_json(content))


def forge_certificate(house: EFileHouse) -> None:
    (path,) = certificates(house)
    content = json.loads(path.read_bytes())
    content["certificate"]["approved_by"] = "somebody"
    path.write_bytes(canonical_json(content))


DAMAGE = [
    (lambda house: tombstones(house)[0].unlink(), {"tombstone_missing"}),
    (lambda house: flip(tombstones(house)[0], 40), {"tombstone_altered"}),
    (forge_tombstone, {"tombstone_altered"}),
    (lambda house: certificates(house)[0].unlink(), {"disposal_certificate_missing"}),
    (forge_certificate, {"disposal_certificate_altered"}),
    (lambda house: house.manifests()[0].unlink(), {"manifest_missing"}),
]


@pytest.mark.parametrize(("damage", "expected"), DAMAGE)
async def test_planted_damage_is_found(
    house: EFileHouse, damage: Callable[[EFileHouse], None], expected: set[str]
) -> None:
    assert () == (await house.efile.verify("muster")).faults
    damage(house)

    assert expected == {fault.what for fault in (await house.efile.verify("muster")).faults}


async def test_without_its_tombstone_a_lost_file_is_missed(house: EFileHouse) -> None:
    tombstones(house)[0].unlink()
    await house.tamper("DELETE FROM efile_destroyed")

    found = [fault.what for fault in (await house.efile.verify("muster")).faults]

    # The five documents and the tombstone, which has a leaf of its own.
    assert 6 == found.count("leaf_without_document")


async def test_a_copy_brought_back_is_found_cleared_and_never_entered(house: EFileHouse) -> None:
    grown = house.snapshot()
    shutil.copytree(house.folder.parent / "before", house.folder, dirs_exist_ok=True)

    verified = {fault.what for fault in (await house.efile.verify("muster")).faults}
    reconciled = await house.efile.reconcile("muster")
    await carry_out(house.efile)

    assert {"destroyed_remains"} == verified
    assert "destroyed_remains" in {fault.what for fault in reconciled.faults}
    assert grown == house.snapshot()
    assert () == (await house.efile.verify("muster")).faults
    assert 1 == len(house.keys())


def stop_repacking(step: str) -> None:
    if step == "disposal_after_repacking":
        raise RuntimeError(step)


async def clear_file(house: EFileHouse) -> str:
    """Leave in storage what the program filed before it sealed: two files share a pack."""
    items = []
    for number, name in ((3, "AZ 3"), (4, "AZ 4")):
        asked = message(number, aktenzeichen=name, kind="beistandschaft")
        described, told = manifest.describe(asked, SECRET.names, packed=True)
        data = asked.parts[0].data
        assert isinstance(data, bytes)
        items.append(pack.Item(described.id, 1, told, (data,)))
    packed, _ = pack.build("muster", items)
    key = layout.pack_key(layout.pack_secret(SECRET.names, "muster"), sha256_hex(packed))
    await house.objects.put_once("muster", key, packed)
    await house.efile.reconcile("muster")
    return key


@pytest.mark.parametrize("crash", [False, True])
async def test_what_lies_in_clear_in_a_shared_object_is_taken_out_of_it(
    house: EFileHouse, *, crash: bool
) -> None:
    key = await clear_file(house)
    room = house.efile.retention
    await room.record_day("muster", "AZ 3", "ended", ENDED, "volljährig", by(1))
    await room.answer("muster", "AZ 3", DECLINED, by(2))
    gone = (await house.efile.akte("muster", "AZ 3")).akte.id

    await approved_run(house, gone, number=50)
    if crash:
        with pytest.raises(RuntimeError, match="disposal_after_repacking"):
            await carry_out(beside(house, host(passing=stop_repacking)))
        assert () == (await house.efile.verify("muster")).faults
    await carry_out(house.efile)

    assert not list(house.folder.rglob(key))
    stored = b"".join(path.read_bytes() for path in house.packs())
    assert b"N-3" not in stored
    assert b"N-4" in stored
    (left,) = (await house.efile.akte("muster", "AZ 4")).documents
    assert b"N-4" in await house.efile.fetch("muster", left.id)
    assert () == (await house.efile.verify("muster")).faults
