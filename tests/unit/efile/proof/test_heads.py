"""Heads cover everything filed, once, and outlive a crash between index and storage."""

from __future__ import annotations

from pathlib import Path

import pytest

from efile import EFile, Host, IntegrityBroken, StorageMisconfigured
from efile.integrity import note
from efile.integrity.merkle import Tree
from efile.proof import heads
from hub.core.clock import FixedClock
from tests.efile_house import SECRET, EFileHouse, message, open_house, request
from tests.signing import SIGNING


def stored_leaves(house: EFileHouse) -> list[bytes]:
    data = b"".join(path.read_bytes() for path in house.leaves())
    return [data[start : start + 32] for start in range(0, len(data), 32)]


async def test_a_head_covers_what_was_filed_in_the_order_of_filing(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        for number in range(3):
            await house.efile.file(request(number))
        (head,) = await house.efile.proof.sign("muster")
        signed = note.read(house.heads()[0].read_bytes())
        view = await house.efile.akte("muster", "51.3-0001")

        assert [each.leaf for each in view.documents] == [one.hex() for one in stored_leaves(house)]
        assert head.note.encode() == house.heads()[0].read_bytes()
        assert signed.checkpoint.root == Tree(stored_leaves(house)).root()
        assert SIGNING.is_signed(
            SIGNING.public, signed.checkpoint.text().encode(), signed.signature
        )


async def test_without_filings_there_is_nothing_to_sign(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        assert [] == await house.efile.proof.sign("muster")
        await house.efile.file(request())
        assert [1] == [head.size for head in await house.efile.proof.sign("muster")]
        assert [] == await house.efile.proof.sign("muster")


async def test_the_next_head_goes_on_where_the_last_ended(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        for start in range(0, 40, 8):
            await house.efile.file_all([message(n) for n in range(start, start + 8)])
            await house.efile.proof.sign("muster")

        roots = [note.read(path.read_bytes()).checkpoint for path in house.heads()]
        leaves = stored_leaves(house)
        assert [Tree(leaves[: said.size]).root() for said in roots] == [s.root for s in roots]
        assert [8, 16, 24, 32, 40] == [said.size for said in roots]


async def test_many_leaves_make_several_heads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heads, "MOST_LEAVES", 4)
    async with open_house(tmp_path) as house:
        await house.efile.file_all([message(n) for n in range(10)])

        assert [4, 8, 10] == [head.size for head in await house.efile.proof.sign("muster")]
        assert (await house.efile.verify("muster")).intact


async def test_a_head_lost_between_index_and_storage_is_stored_later(tmp_path: Path) -> None:
    class Killed(Exception):
        pass

    def die(step: str) -> None:
        if step in heads.STEPS:
            raise Killed

    async with open_house(tmp_path) as house:
        await house.efile.file(request())
        dying = EFile(
            house.database, house.objects, FixedClock(), SECRET, Host(die, signing=SIGNING)
        )
        with pytest.raises(Killed):
            await dying.proof.sign("muster")
        await dying.close()
        assert [] == house.heads()

        assert [] == await house.efile.proof.sign("muster")

        assert 1 == len(house.heads())
        assert (await house.efile.verify("muster")).intact


async def test_nothing_is_signed_over_missing_leaves(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await house.efile.file_all([message(n) for n in range(3)])
        await house.tamper("DELETE FROM efile_log WHERE leaf_index = 1")

        with pytest.raises(IntegrityBroken) as caught:
            await house.efile.proof.sign("muster")

        assert "log_incomplete" == caught.value.code
        assert [] == house.heads()


async def test_without_a_key_nothing_is_signed(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        keyless = EFile(house.database, house.objects, FixedClock(), SECRET)
        with pytest.raises(StorageMisconfigured):
            await keyless.proof.sign("muster")
        await keyless.close()


async def test_what_an_older_version_filed_is_taken_up(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        for number in range(3):
            await house.efile.file(request(number))
        grown = house.log()
        await house.tamper("DELETE FROM efile_log", "UPDATE efile_documents SET leaf_index = NULL")

        await house.efile.proof.sign("muster")

        assert grown["leaves"] == house.log()["leaves"]
        assert grown["places"] == house.log()["places"]
