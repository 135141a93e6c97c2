"""A proof package is the same every time, holds one file alone and gives no wrong bytes away."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from efile import Conflict, EFile, IntegrityBroken, LargeFile, NotFound, Part
from efile.integrity.digest import sha256_hex
from efile.model import HELD_BYTES
from hub.core.clock import FixedClock
from tests.efile_house import SECRET, open_house, request
from tests.proof_package import OFFICE, TITLES, build, fill


def names(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as package:
        return package.namelist()


async def test_the_same_file_gives_the_same_bytes(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await fill(house)
        receipts = [
            await house.efile.proof.package("muster", "51.3-0001", tmp_path / name, OFFICE)
            for name in ("one.zip", "two.zip")
        ]

        assert receipts[0] == receipts[1]
        assert receipts[0].sha256 == sha256_hex((tmp_path / "two.zip").read_bytes())
        assert 6 == receipts[0].documents


async def test_a_package_holds_the_originals_of_one_file_under_plain_names(tmp_path: Path) -> None:
    built = await build(tmp_path)
    documents = [name for name in names(built.zip) if name.startswith("dokumente/")]

    assert 2 * len(TITLES) + 3 == len(documents)
    assert "dokumente/0003-1-etc-passwd.pdf" in documents
    assert all(name.isascii() and ".." not in name for name in names(built.zip))
    assert not any("51.3-0002" in file.read_text("utf-8", "replace")
                   for file in built.folder.rglob("*") if file.is_file())  # fmt: skip


async def test_nothing_filed_can_end_the_script_it_stands_in(tmp_path: Path) -> None:
    built = await build(tmp_path)
    page = (built.folder / "index.html").read_text(encoding="utf-8")
    proof = (built.folder / "beweis.json").read_text(encoding="utf-8")

    assert proof in page
    assert "<" not in proof
    assert "<b>§" not in page
    assert "<Musterstadt>" not in page
    assert TITLES[1] == json.loads(proof)["documents"][1]["title"]


async def test_a_large_file_goes_into_the_package_in_pieces(tmp_path: Path) -> None:
    source = tmp_path / "gross.bin"
    source.write_bytes(b"0123456789abcdef" * (HELD_BYTES // 16 + 1000))
    data = source.read_bytes()
    large = LargeFile(source, sha256_hex(data), len(data))
    async with open_house(tmp_path) as house:
        part = Part("original", "gross.bin", "application/octet-stream", large)
        await house.efile.file(request(1, parts=(part,)))
        await house.efile.proof.sign("muster")
        await house.efile.proof.package("muster", "51.3-0001", tmp_path / "p.zip")
    with zipfile.ZipFile(tmp_path / "p.zip") as package:
        assert data == package.read("dokumente/0001-1-Bescheid-1.bin")


async def test_altered_bytes_are_not_given_away(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await fill(house)
        blob = house.blob()
        blob.write_bytes(bytes(len(blob.read_bytes())))

        with pytest.raises(IntegrityBroken):
            await house.efile.proof.package("muster", "51.3-0001", tmp_path / "p.zip")


async def test_a_log_that_does_not_fit_its_head_proves_nothing(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await fill(house)
        await house.tamper("UPDATE efile_log SET leaf = replace(leaf, 'a', 'b')")

        with pytest.raises(IntegrityBroken) as caught:
            await house.efile.proof.package("muster", "51.3-0001", tmp_path / "p.zip")

        assert "log_incomplete" == caught.value.code


async def test_what_no_head_covers_yet_is_not_proven(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await house.efile.file(request(1))
        with pytest.raises(Conflict) as caught:
            await house.efile.proof.package("muster", "51.3-0001", tmp_path / "p.zip")
        await house.efile.proof.sign("muster")
        await house.efile.file(request(2))
        receipt = await house.efile.proof.package("muster", "51.3-0001", tmp_path / "p.zip")

        assert "nothing_signed" == caught.value.code
        assert 1 == receipt.documents


async def test_files_behind_walls_and_of_other_offices_have_no_package(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await fill(house)
        for room, tenant in ((house.efile.behind([]), "muster"), (house.efile, "andere")):
            with pytest.raises(NotFound):
                await room.proof.package(tenant, "51.3-0001", tmp_path / "p.zip")


async def test_without_a_key_there_is_no_package(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await fill(house)
        keyless = EFile(house.database, house.objects, FixedClock(), SECRET)
        with pytest.raises(Exception, match="no_signing_key"):
            await keyless.proof.package("muster", "51.3-0001", tmp_path / "p.zip")
        await keyless.close()
