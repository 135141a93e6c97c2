"""Whatever is done to a pack is found, what is whole in it stays, and copies are one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from efile import FolderStore, IntegrityBroken, VerifyReport
from efile.integrity.digest import sha256_hex
from efile.objects import layout, manifest, pack
from efile.ports import ObjectVersion
from tests.efile_house import SECRET, EFileHouse, flip, message, open_house

COUNT = 4
Found = set[tuple[str, str]]


async def fill(house: EFileHouse, numbers: range = range(COUNT)) -> Path:
    """File some messages and return the pack they lie in."""
    known = set(house.packs())
    await house.efile.file_all([message(number) for number in numbers])
    (new,) = set(house.packs()) - known
    return new


def key_of(house: EFileHouse, path: Path, tenant: str = "muster") -> str:
    return path.relative_to(house.folder / f"aktenhub-{tenant}-akte").as_posix()


def of(report: VerifyReport) -> Found:
    return {(fault.what, fault.where) for fault in report.faults}


def forget_index(tmp_path: Path) -> None:
    (tmp_path / "index.sqlite").unlink()


async def test_every_flipped_byte_of_a_pack_is_found(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        victim = await fill(house, range(2))
        sound = victim.read_bytes()
        for at in [*range(0, len(sound), 29), len(sound) - 1]:
            flip(victim, at)

            report = await house.efile.verify("muster")

            assert ("pack_altered", key_of(house, victim)) in of(report), at
            victim.write_bytes(sound)
        assert (await house.efile.verify("muster")).intact


@pytest.mark.parametrize(
    "damage",
    [lambda data: data[:-1], lambda data: data + b"x", lambda _: b"", lambda data: data[: 10**3]],
    ids=["shorter", "longer", "empty", "cut"],
)
async def test_a_pack_of_another_length_is_found(
    tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    async with open_house(tmp_path) as house:
        victim = await fill(house)
        victim.write_bytes(damage(victim.read_bytes()))

        report = await house.efile.verify("muster")
        compared = await house.efile.reconcile("muster")

        assert ("pack_altered", key_of(house, victim)) in of(report)
        assert ("pack_altered", key_of(house, victim)) in {
            (f.what, f.where) for f in compared.faults
        }


async def test_a_damaged_content_is_named_and_its_neighbours_are_readable(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        victim = await fill(house)
        documents = (await house.efile.akte("muster", "51.3-0001")).documents
        flip(victim, documents[2].parts[0].start + 100)

        report = await house.efile.verify("muster")

        assert {
            ("pack_altered", key_of(house, victim)),
            ("digest_mismatch", documents[2].parts[0].place),
        } == of(report)
        for number in (0, 1, 3):
            await house.efile.fetch("muster", documents[number].id)
        with pytest.raises(IntegrityBroken):
            await house.efile.fetch("muster", documents[2].id)


async def test_a_damaged_manifest_is_named(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        victim = await fill(house)
        documents = (await house.efile.akte("muster", "51.3-0001")).documents
        begin = documents[2].parts[0].start
        places = {p.parts[0].start: p.manifest for p in pack.read(victim.read_bytes()).documents}
        flip(victim, places[begin].start + 100)

        for report in (await house.efile.verify("muster"), await house.efile.rebuild("muster")):
            assert {
                ("pack_altered", key_of(house, victim)),
                ("manifest_altered", documents[2].parts[0].place),
            } == {(fault.what, fault.where) for fault in report.faults}


async def test_a_missing_pack_is_found_once_and_its_rows_stay(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        victim = await fill(house)
        await fill(house, range(10, 12))
        victim.unlink()

        for recovery in (house.efile.verify, house.efile.reconcile, house.efile.rebuild):
            report = await recovery("muster")

            assert [("pack_missing", key_of(house, victim))] == [
                (fault.what, fault.where) for fault in report.faults
            ]
        assert COUNT + 2 == len(house.snapshot()["documents"])


class MarkingStore(FolderStore):
    """A versioned store: a deletion only hides."""

    async def versions(self, tenant: str, prefix: str) -> list[ObjectVersion]:
        marker = ObjectVersion(prefix, "marker", 0, is_latest=True, is_delete_marker=True)
        return [marker, *await super().versions(tenant, prefix)]


async def test_a_hidden_pack_is_told_from_a_lost_one(tmp_path: Path) -> None:
    async with open_house(tmp_path, MarkingStore(tmp_path / "objects")) as house:
        victim = await fill(house)
        victim.unlink()

        assert {("object_hidden", key_of(house, victim))} == of(await house.efile.verify("muster"))


async def test_a_document_taken_out_of_a_pack_is_found(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        victim = await fill(house)
        data = victim.read_bytes()
        items = [
            pack.Item("x", 1, data[m.start : m.start + m.size], (data[p.start : p.start + p.size],))
            for p, m in ((each.parts[0], each.manifest) for each in pack.read(data).documents)
        ]
        victim.write_bytes(pack.build("muster", items[:-1])[0])

        report = await house.efile.verify("muster")

        assert {"pack_altered", "manifest_missing"} == {fault.what for fault in report.faults}


async def test_a_pack_of_another_tenant_is_not_believed(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await fill(house)
        await house.efile.file_all([message(77, tenant="andere")])
        foreign = house.packs("andere")[0]
        key = key_of(house, foreign, "andere")
        await house.objects.put_once("muster", key, foreign.read_bytes())

        report = await house.efile.verify("muster")

        assert {"pack_altered", "key_missing"} == {fault.what for fault in report.faults}
        assert COUNT == (await house.efile.rebuild("muster")).documents


async def test_what_is_no_pack_is_reported_and_not_read_into_memory(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        for name, data in (("aa", b"rubbish"), ("bb", bytes(pack.LARGEST + 1))):
            await house.objects.put_once("muster", f"v1/p/{name}/{name}", data)

        report = await house.efile.verify("muster")

        assert {("pack_altered", "v1/p/aa/aa"), ("pack_altered", "v1/p/bb/bb")} == of(report)
        assert len(b"rubbish") == report.bytes


async def test_a_row_changed_in_the_index_is_found(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await fill(house)
        await house.database.write(
            lambda tx: tx.run("UPDATE efile_parts SET start = start + 1 WHERE size > 0")
        )

        report = await house.efile.verify("muster")

        assert ["manifest_differs"] * COUNT == [fault.what for fault in report.faults]
        await house.efile.rebuild("muster")
        assert (await house.efile.verify("muster")).intact


async def test_an_index_made_from_packs_alone_equals_the_one_that_grew(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        for start in (0, 150, 300):
            await house.efile.file_all(
                [
                    message(n, aktenzeichen=f"AZ {n % 7}", packable=n % 50 != 0)
                    for n in range(start, start + 150)
                ]
            )
        grown = house.snapshot()
    forget_index(tmp_path)

    async with open_house(tmp_path) as house:
        report = await house.efile.rebuild("muster")

        assert (450, 7, ()) == (report.documents, report.akten, report.faults)
        assert grown == house.snapshot()
        assert 1 == len(await house.efile.search("muster", "N-333"))


async def copied(tmp_path: Path) -> list[str]:
    """File messages into a pack of all and, the index lost, into packs of one each."""
    async with open_house(tmp_path) as house:
        await fill(house)
    forget_index(tmp_path)
    async with open_house(tmp_path) as house:
        for number in range(COUNT):
            await house.efile.file(message(number))
        return [key_of(house, path) for path in house.packs()]


async def test_equal_documents_in_two_packs_are_one(tmp_path: Path) -> None:
    keys = await copied(tmp_path)
    async with open_house(tmp_path) as house:
        assert (await house.efile.verify("muster")).intact
        report = await house.efile.rebuild("muster")

        assert (COUNT + 1, COUNT, ()) == (len(keys), report.documents, report.faults)
        assert (await house.efile.verify("muster")).intact


async def test_the_whole_one_of_two_copies_is_used(tmp_path: Path) -> None:
    await copied(tmp_path)
    async with open_house(tmp_path) as house:
        largest = max(house.packs(), key=lambda path: path.stat().st_size)
        for path in house.packs():
            if path != largest:
                flip(path, pack.read(path.read_bytes()).documents[0].parts[0].start + 90)
        forget_index(tmp_path)

    async with open_house(tmp_path) as house:
        report = await house.efile.rebuild("muster")

        assert (COUNT, 2 * COUNT) == (report.documents, len(report.faults))
        for document in (await house.efile.akte("muster", "51.3-0001")).documents:
            await house.efile.fetch("muster", document.id)


async def test_documents_of_one_key_that_differ_are_reported(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await fill(house, range(1))
    forget_index(tmp_path)
    async with open_house(tmp_path) as house:
        await house.efile.file(replace(message(0), title="Anderer Titel"))
        forget_index(tmp_path)

    async with open_house(tmp_path) as house:
        report = await house.efile.rebuild("muster")

        assert (1, ["document_twice"]) == (report.documents, [f.what for f in report.faults])
        assert 1 == len(house.snapshot()["documents"])


async def test_a_forged_manifest_in_a_well_formed_pack_is_not_entered(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        document, sealed = manifest.describe(
            message(1), b"another secret, long enough to be one", packed=True
        )
        item = pack.Item(document.id, 1, sealed, (message(1).parts[0].data,))
        data, _ = pack.build("muster", [item])
        key = layout.pack_key(layout.pack_secret(SECRET.names, "muster"), sha256_hex(data))
        await house.objects.put_once("muster", key, data)

        report = await house.efile.rebuild("muster")

        assert (0, ["manifest_altered"]) == (report.documents, [f.what for f in report.faults])


async def test_a_file_of_two_kinds_is_reported_and_keeps_the_first(tmp_path: Path) -> None:
    for number, kind in enumerate(("uvg-rueckgriff", "uvg")):
        async with open_house(tmp_path) as house:
            await house.efile.file(message(number, kind=kind))
        forget_index(tmp_path)

    async with open_house(tmp_path) as house:
        report = await house.efile.rebuild("muster")
        (akte,) = await house.efile.akten("muster")

        assert [("akte_of_two_kinds", akte.id)] == [(f.what, f.where) for f in report.faults]
        assert ("uvg-rueckgriff", 2) == (akte.kind, akte.documents)
