"""Reconciliation compares, enters what is missing, and says what to do in German."""

from __future__ import annotations

from pathlib import Path

from tests.efile_house import open_house, request


async def test_storage_and_index_that_agree_give_no_line(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await house.efile.file(request())

        report = await house.efile.reconcile("muster")

        assert (0, ()) == (report.replayed, report.faults)


async def test_an_index_from_an_old_backup_catches_up(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        for number in range(4):
            await house.efile.file(request(number))
        complete = house.snapshot()
    (tmp_path / "index.sqlite").unlink()

    async with open_house(tmp_path) as house:
        report = await house.efile.reconcile("muster")

        assert (4, ()) == (report.replayed, report.faults)
        assert complete == house.snapshot()
        assert 4 == len([h for h in await house.efile.search("muster", "Text") if h.document_id])


async def test_missing_and_shortened_contents_are_reported_with_a_plan(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await house.efile.file(request(1))
        await house.efile.file(request(2))
        house.blob(0).unlink()
        house.blob(0).write_bytes(b"kurz")

        report = await house.efile.reconcile("muster")

        assert {"object_missing", "size_mismatch"} == {fault.what for fault in report.faults}
        assert all("Sicherung" in fault.plan and fault.message for fault in report.faults)


async def test_a_vanished_manifest_is_reported_and_its_row_stays(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await house.efile.file(request())
        house.manifests()[0].unlink()

        report = await house.efile.reconcile("muster")

        assert {"manifest_missing", "orphan"} == {fault.what for fault in report.faults}
        assert 1 == len(house.snapshot()["documents"])


async def test_a_document_entered_without_its_bytes_says_so(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await house.efile.file(request())
    (tmp_path / "index.sqlite").unlink()

    async with open_house(tmp_path) as house:
        house.blob().write_bytes(b"Text X")

        report = await house.efile.reconcile("muster")

        assert 1 == report.replayed
        assert "failed" == house.snapshot()["documents"][0]["text_state"]
