"""Checkpoints are made when they are due, cover every entry once, and lie outside too."""

import json
from pathlib import Path

import pytest

from hub.core.errors import Conflict
from tests.evidence_house import Archive


async def runs(archive: Archive, tenant: str = "a") -> list[tuple[int, int, int]]:
    rows = await archive.rows("SELECT * FROM checkpoint ORDER BY tenant, number")
    return [(r["number"], r["first_seq"], r["seq"]) for r in rows if r["tenant"] == tenant]


def written(folder: Path, tenant: str = "a") -> list[int]:
    lines = (folder / f"{tenant}.jsonl").read_text(encoding="utf-8").splitlines()
    return [one["number"] for one in map(json.loads, lines) if one["type"] == "checkpoint"]


async def test_a_checkpoint_is_due_after_so_many_entries(archive: Archive) -> None:
    await archive.note(1)
    await archive.notary.round()
    await archive.note(3)
    before = await archive.notary.round()
    await archive.note(6)
    after = await archive.notary.round()

    assert (0, 2) == (before, after)
    assert [(1, 1, 1), (2, 2, 5), (3, 6, 9)] == await runs(archive)


async def test_a_checkpoint_is_due_after_so_long(archive: Archive) -> None:
    await archive.note(1)
    await archive.notary.round()
    await archive.note(2)
    archive.clock.advance(archive.rules.checkpoint_minutes * 60)

    assert 1 == await archive.notary.round()
    archive.clock.advance(archive.rules.checkpoint_minutes * 60)
    assert 0 == await archive.notary.round()


async def test_each_tenant_has_its_own_checkpoints(archive: Archive) -> None:
    await archive.note(9, "a")
    await archive.note(2, "b")

    assert 4 == await archive.notary.catch_up()
    assert [(1, 1, 4), (2, 5, 8), (3, 9, 9)] == await runs(archive, "a")
    assert [(1, 1, 2)] == await runs(archive, "b")
    assert ([1, 2, 3], [1]) == (written(archive.folder, "a"), written(archive.folder, "b"))


async def test_each_names_the_one_before(archive: Archive) -> None:
    await archive.note(9)
    await archive.notary.catch_up()

    rows = await archive.rows("SELECT previous FROM checkpoint ORDER BY number")
    assert "0" * 64 == rows[0]["previous"]
    assert 3 == len({row["previous"] for row in rows})


async def test_the_folder_gets_what_it_missed_while_it_was_away(archive: Archive) -> None:
    archive.folder.write_text("no folder")
    await archive.note(4)
    await archive.notary.catch_up()
    archive.folder.unlink()
    await archive.note(4)
    await archive.notary.catch_up()

    assert [1, 2] == written(archive.folder)


async def test_what_a_crash_kept_from_the_folder_is_written_by_the_next_start(
    archive: Archive,
) -> None:
    await archive.note(4)
    await archive.notary.round()
    path = archive.folder / "a.jsonl"
    written = path.read_bytes()
    path.unlink()

    assert 0 == await archive.notary.round()

    assert written == path.read_bytes()


async def test_a_line_cut_by_a_crash_is_written_again(archive: Archive) -> None:
    await archive.note(8)
    await archive.notary.catch_up()
    path = archive.folder / "a.jsonl"
    path.write_bytes(path.read_bytes()[:-20])
    await archive.notary.catch_up()

    assert [1, 2] == written(archive.folder)


async def test_nothing_is_signed_over_a_gap(archive: Archive) -> None:
    await archive.note(4)
    await archive.tamper("DELETE FROM journal WHERE seq = 2")

    with pytest.raises(Conflict, match="journal_incomplete"):
        await archive.notary.catch_up()

    assert [] == await runs(archive)


async def test_two_nodes_make_no_checkpoint_twice(archive: Archive) -> None:
    await archive.note(8)
    await archive.notary.catch_up()
    await archive.note(1)
    await archive.notary.catch_up()
    await archive.notary.catch_up()

    assert [(1, 1, 4), (2, 5, 8), (3, 9, 9)] == await runs(archive)
