"""Whatever is done to storage is found, and named by its full key."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from efile import FolderStore, Part
from efile.ports import ObjectInfo, ObjectVersion
from tests.efile_house import EFileHouse, flip, open_house, request


def key_of(house: EFileHouse, path: Path) -> str:
    return path.relative_to(house.folder / "aktenhub-muster-akte").as_posix()


async def test_an_untouched_storage_is_intact(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        for number in range(3):
            await house.efile.file(request(number))
        report = await house.efile.verify("muster")
        stored = [path for path in house.folder.rglob("*") if path.is_file()]

        assert report.intact
        assert 7 == report.objects
        assert sum(path.stat().st_size for path in stored) == report.bytes


async def test_an_empty_file_store_is_intact(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        report = await house.efile.verify("muster")

        assert (True, 0, 0) == (report.intact, report.objects, report.bytes)


@pytest.mark.parametrize(
    ("damage", "expected"),
    [
        (flip, "digest_mismatch"),
        (lambda path: path.write_bytes(path.read_bytes()[:-1]), "size_mismatch"),
        (lambda path: path.write_bytes(b""), "size_mismatch"),
        (Path.unlink, "object_missing"),
    ],
    ids=["flip", "truncate", "empty", "remove"],
)
async def test_damage_to_a_content_is_found(
    tmp_path: Path, damage: Callable[[Path], None], expected: str
) -> None:
    async with open_house(tmp_path) as house:
        for number in range(3):
            await house.efile.file(request(number))
        victim = house.blob(1)
        damage(victim)

        report = await house.efile.verify("muster")

        assert [(expected, key_of(house, victim))] == [(f.what, f.where) for f in report.faults]


async def test_every_flipped_byte_of_a_manifest_is_found(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await house.efile.file(request())
        victim = house.manifests()[0]
        sound = victim.read_bytes()
        for at in range(0, len(sound), 37):
            flip(victim, at)

            report = await house.efile.verify("muster")

            assert "manifest_altered" in {fault.what for fault in report.faults}, at
            victim.write_bytes(sound)


async def test_a_missing_manifest_is_found(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await house.efile.file(request())
        victim = house.manifests()[0]
        victim.unlink()

        report = await house.efile.verify("muster")

        assert [("manifest_missing", key_of(house, victim))] == [
            (fault.what, fault.where) for fault in report.faults
        ]


async def test_a_manifest_moved_to_another_document_is_found(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await house.efile.file(request(1))
        await house.efile.file(request(2))
        one, two = house.manifests()
        two.write_bytes(one.read_bytes())

        report = await house.efile.verify("muster")

        assert [("manifest_altered", key_of(house, two))] == [
            (fault.what, fault.where) for fault in report.faults
        ]


async def test_a_row_changed_in_the_index_is_found(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await house.efile.file(request())
        await house.database.write(
            lambda tx: tx.run("UPDATE efile_documents SET title = 'Anderer Titel'")
        )

        report = await house.efile.verify("muster")

        assert ["manifest_differs"] == [fault.what for fault in report.faults]


async def test_all_of_many_planted_faults_are_found(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        for number in range(12):
            part = Part("original", "a.txt", "text/plain", f"Inhalt {number}".encode())
            await house.efile.file(request(number, aktenzeichen=f"A{number % 4}", parts=(part,)))
        blobs, manifests = sorted(house.folder.rglob("o/*/*")), house.manifests()
        flip(blobs[0])
        blobs[3].unlink()
        blobs[5].write_bytes(b"")
        flip(manifests[2], 50)
        planted = {key_of(house, path) for path in (blobs[0], blobs[3], blobs[5], manifests[2])}

        report = await house.efile.verify("muster")

        assert planted == {fault.where for fault in report.faults}
        assert not report.intact


async def test_an_abandoned_content_is_no_fault(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        filed = await house.efile.file(request())
        key = f"v1/a/{filed.akte_id}/o/aa/abandoned"
        await house.objects.put_once("muster", key, b"left by a crash")

        report = await house.efile.verify("muster")
        compared = await house.efile.reconcile("muster")

        assert (True, 4) == (report.intact, report.objects)
        assert [("orphan", key)] == [(fault.what, fault.where) for fault in compared.faults]


class FilingDuringListing(FolderStore):
    """Lets another document be filed right after storage was listed."""

    meanwhile: Callable[[], Awaitable[object]] | None = None

    async def pages(self, tenant: str, prefix: str) -> AsyncIterator[list[ObjectInfo]]:
        async for page in super().pages(tenant, prefix):
            yield page
        if self.meanwhile is not None:
            meanwhile, self.meanwhile = self.meanwhile, None
            await meanwhile()


@pytest.mark.parametrize("recovery", ["verify", "reconcile", "rebuild"])
async def test_filing_meanwhile_raises_no_alarm(tmp_path: Path, recovery: str) -> None:
    store = FilingDuringListing(tmp_path / "objects")
    async with open_house(tmp_path, store) as house:
        await house.efile.file(request(1))
        store.meanwhile = lambda: house.efile.file(request(2))

        report = await getattr(house.efile, recovery)("muster")

        assert () == report.faults
        assert 2 == (await house.efile.akte("muster", "51.3-0001")).akte.documents


class MarkingStore(FolderStore):
    """A versioned store: a deletion only hides."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self._marked: set[str] = set()

    async def delete(self, tenant: str, key: str) -> None:
        await super().delete(tenant, key)
        self._marked.add(key)

    async def versions(self, tenant: str, prefix: str) -> list[ObjectVersion]:
        markers = [
            ObjectVersion(key, "marker", 0, is_latest=True, is_delete_marker=True)
            for key in self._marked
            if key.startswith(prefix)
        ]
        return markers + await super().versions(tenant, prefix)


async def test_a_delete_marker_is_told_from_a_loss(tmp_path: Path) -> None:
    async with open_house(tmp_path, MarkingStore(tmp_path / "objects")) as house:
        filed = await house.efile.file(request())
        await house.efile.proof.sign("muster")
        paths = house.blob(), house.manifests()[0], house.heads()[0]
        keys = {key_of(house, path) for path in paths}
        for key in keys:
            await house.objects.delete("muster", key)

        for recovery in (house.efile.verify, house.efile.reconcile):
            report = await recovery("muster")

            assert {(key, "object_hidden") for key in keys} == {
                (fault.where, fault.what) for fault in report.faults
            }
        assert "Bescheid 1" == (await house.efile.document("muster", filed.id)).title
