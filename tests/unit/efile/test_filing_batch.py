"""Filing many at once: small messages share objects, and nobody pays for a neighbour's fault."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from efile import (
    Conflict,
    EFile,
    FiledDocument,
    FilingError,
    FilingRequest,
    FolderStore,
    IntegrityBroken,
    InvalidRequest,
    Part,
    StorageUnavailable,
)
from efile.ports import Transaction
from hub.core.clock import FixedClock
from tests.efile_house import SECRET, EFileHouse, flip, hand_keys, message, open_house, request

T = TypeVar("T")
OTHER = (Part("message", "falldaten.xml", "application/xml", b"<Fall>other</Fall>"),)


def filed(outcome: FiledDocument | FilingError) -> FiledDocument:
    assert isinstance(outcome, FiledDocument), outcome
    return outcome


def objects(house: EFileHouse) -> set[Path]:
    return {path.relative_to(house.folder) for path in house.folder.rglob("*") if path.is_file()}


async def expect_intact(house: EFileHouse, documents: int, tenant: str = "muster") -> None:
    report = await house.efile.verify(tenant)
    compared = await house.efile.reconcile(tenant)

    assert () == report.faults
    assert (0, set()) == (compared.replayed, {f.what for f in compared.faults} - {"pack_surplus"})
    rows = [row for row in house.snapshot()["documents"] if row["tenant"] == tenant]
    assert documents == len(rows)


async def test_small_messages_share_one_object_and_come_back_as_filed(tmp_path: Path) -> None:
    requests = [message(number, aktenzeichen=f"AZ {number % 3}") for number in range(20)]
    async with open_house(tmp_path) as house:
        outcomes = await house.efile.file_all(requests)

        assert (1, 3) == (len(house.packs()), len(house.keys()))
        assert 4 == len(objects(house))
        for one, outcome in zip(requests, outcomes, strict=True):
            data = await house.efile.fetch("muster", filed(outcome).id)
            assert one.parts[0].data == data
        assert 3 == len(await house.efile.akten("muster"))
        hits = await house.efile.search("muster", "N-7 mueller")
        assert ["Falldaten 7"] == [hit.title for hit in hits]
        await expect_intact(house, 20)


async def test_one_by_one_and_all_at_once_give_the_same_documents(tmp_path: Path) -> None:
    requests = [message(number, packable=number % 2 == 0) for number in range(6)]
    receipts, views = [], []
    for way in ("apart", "together"):
        if way == "together":
            hand_keys(tmp_path / "apart", tmp_path / way)
        async with open_house(tmp_path / way) as house:
            if way == "apart":
                receipts.append([await house.efile.file(each) for each in requests])
            else:
                receipts.append(await house.efile.file_all(requests))
            view = await house.efile.akte("muster", "51.3-0001")
            views.append((view.akte, view.vorgaenge, [each.leaf for each in view.documents]))

    assert receipts[0] == receipts[1]
    assert views[0] == views[1]


async def test_a_pack_holds_one_tenant_only(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await house.efile.file_all([message(n, tenant=t) for n in (1, 2) for t in ("aa", "bb")])

        assert (1, 1) == (len(house.packs("aa")), len(house.packs("bb")))
        assert b"bb" not in house.packs("aa")[0].read_bytes().split(b'"')
        await expect_intact(house, 2, "aa")
        await expect_intact(house, 2, "bb")


@pytest.mark.parametrize(
    "apart",
    [
        {"packable": False},
        {"parts": (Part("message", "a.xml", "application/xml", b"<a>" + b"x" * 70_000 + b"</a>"),)},
        {"parts": (Part("original", "a.pdf", "application/pdf", b"%PDF-1.7"),)},
        {"parts": (*OTHER, Part("original", "brief.txt", "text/plain", b"Guten Tag"))},
    ],
    ids=["not declared", "too large", "a page", "a letter beside it"],
)
async def test_what_people_read_and_what_is_large_has_objects_of_its_own(
    tmp_path: Path, apart: dict[str, Any]
) -> None:
    async with open_house(tmp_path) as house:
        outcome = (await house.efile.file_all([message(1, **apart)]))[0]

        assert [] == house.packs()
        assert 1 == len(house.manifests())
        await house.efile.fetch("muster", filed(outcome).id)
        await expect_intact(house, 1)


async def test_a_wrong_request_does_not_spoil_its_neighbours(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await house.efile.file_all([message(1), request(2)])

        outcomes = await house.efile.file_all(
            [
                message(3),
                message(4, title=""),
                message(1, parts=OTHER),
                request(2, aktenzeichen="another"),
                message(5, tenant="../up"),
                request(6),
                message(7),
            ]
        )

        assert [FiledDocument, InvalidRequest, Conflict, Conflict, InvalidRequest] == [
            type(each) for each in outcomes[:5]
        ]
        assert ["Bescheid 6", "Falldaten 7"] == [
            (await house.efile.document("muster", filed(each).id)).title for each in outcomes[5:]
        ]
        await expect_intact(house, 5)


async def test_nothing_is_filed_of_nothing(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        assert [] == await house.efile.file_all([])


async def test_a_key_that_comes_twice_in_a_batch_is_one_document(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        outcomes = await house.efile.file_all(
            [message(1), message(2), message(1), message(1, parts=OTHER), message(1)]
        )

        assert filed(outcomes[0]) == outcomes[2] == outcomes[4]
        assert isinstance(outcomes[3], Conflict)
        await expect_intact(house, 2)


async def test_filing_again_in_another_batch_writes_nothing(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        first = await house.efile.file_all([message(number) for number in range(4)])
        before, stored = house.snapshot(), objects(house)

        again = await house.efile.file_all([message(number) for number in (3, 1)])
        single = await house.efile.file(message(2, filed_at_us=99))

        assert [first[3], first[1], first[2]] == [*again, single]
        assert (before, stored) == (house.snapshot(), objects(house))


async def test_batches_that_overlap_at_the_same_time_file_each_document_once(
    tmp_path: Path,
) -> None:
    async with open_house(tmp_path) as house:
        one, other = await asyncio.gather(
            house.efile.file_all([message(number) for number in range(6)]),
            house.efile.file_all([message(number) for number in range(3, 9)]),
        )

        assert [filed(each) for each in one[3:]] == [filed(each) for each in other[:3]]
        await expect_intact(house, 9)


class FailingStore(FolderStore):
    """A folder store in which some writes fail."""

    fails: Callable[[str, str], bool] = staticmethod(lambda _tenant, _key: False)

    async def put_once(self, tenant: str, key: str, data: bytes, **how: bool) -> None:
        if self.fails(tenant, key):
            raise StorageUnavailable("storage_unreachable")
        await super().put_once(tenant, key, data, **how)


@pytest.mark.parametrize(
    ("fails", "unfiled"),
    [
        (lambda tenant, _: tenant == "bb", {"bb 1", "bb 2", "bb 3"}),
        (lambda _, key: "/p/" in key, {"aa 1", "aa 2", "bb 1", "bb 2"}),
        (lambda _, key: "/o/" in key, {"aa 3", "bb 3"}),
        (lambda _, key: "/d/" in key, {"aa 3", "bb 3"}),
    ],
)
async def test_what_storage_did_not_take_is_named_and_the_rest_is_filed(
    tmp_path: Path, fails: Callable[[str, str], bool], unfiled: set[str]
) -> None:
    requests = [
        message(number, tenant=tenant, title=f"{tenant} {number}", packable=number < 3)
        for tenant in ("aa", "bb")
        for number in (1, 2, 3)
    ]
    store = FailingStore(tmp_path / "objects")
    async with open_house(tmp_path, store) as house:
        store.fails = fails
        outcomes = await house.efile.file_all(requests)
        store.fails = FailingStore.fails

        failed = {
            one.title
            for one, outcome in zip(requests, outcomes, strict=True)
            if isinstance(outcome, StorageUnavailable)
        }
        assert unfiled == failed
        assert 6 - len(unfiled) == len(house.snapshot()["documents"])
        for outcome in await house.efile.file_all(requests):
            filed(outcome)
        await expect_intact(house, 3, "aa")
        await expect_intact(house, 3, "bb")


class DyingDatabase:
    """A database that dies at its second write: the first keeps the file's key."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self._writes = 0

    async def write(self, work: Callable[[Transaction], T]) -> T:
        self._writes += 1
        if self._writes == 1:
            return await self._inner.write(work)
        raise StorageUnavailable("crash")

    async def read(self, work: Callable[[Transaction], T]) -> T:
        return await self._inner.read(work)


async def crash_before_entering(house: EFileHouse, requests: list[FilingRequest]) -> None:
    dying = EFile(DyingDatabase(house.database), house.objects, FixedClock(), SECRET)
    with pytest.raises(StorageUnavailable):
        await dying.file_all(requests)
    await dying.close()


BATCH = [message(number) for number in range(5)]


async def test_the_same_batch_after_a_crash_uses_the_pack_that_lies_there(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await crash_before_entering(house, BATCH)

        for outcome in await house.efile.file_all(BATCH[::-1]):
            filed(outcome)

        assert 1 == len(house.packs())
        await expect_intact(house, 5)


async def test_other_batches_after_a_crash_lead_to_the_same_documents(tmp_path: Path) -> None:
    async with open_house(tmp_path / "straight") as house:
        await house.efile.file_all(BATCH)
        straight = [each.leaf for each in (await house.efile.akte("muster", "51.3-0001")).documents]

    hand_keys(tmp_path / "straight", tmp_path)
    async with open_house(tmp_path) as house:
        await crash_before_entering(house, BATCH)
        for batch in ([BATCH[0], BATCH[3]], [BATCH[1]], [BATCH[2], BATCH[4]]):
            await house.efile.file_all(batch)

        view = await house.efile.akte("muster", "51.3-0001")
        assert straight == [each.leaf for each in view.documents]
        assert 4 == len(house.packs())
        await expect_intact(house, 5)
        compared = await house.efile.reconcile("muster")
        assert ["pack_surplus"] == [fault.what for fault in compared.faults]


async def test_the_reconciler_enters_a_pack_a_crash_left(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await crash_before_entering(house, BATCH)

        report = await house.efile.reconcile("muster")

        assert (5, ()) == (report.replayed, report.faults)
        assert 1 == len(await house.efile.search("muster", "N-4"))
        await expect_intact(house, 5)


async def test_a_packed_document_without_its_bytes_is_not_handed_out(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        outcome = (await house.efile.file_all([message(1)]))[0]
        pack = house.packs()[0]
        flip(pack, (await house.efile.document("muster", filed(outcome).id)).parts[0].start + 90)

        with pytest.raises(IntegrityBroken, match="stored_bytes_differ"):
            await house.efile.fetch("muster", filed(outcome).id)

        pack.write_bytes(b"EF")
        with pytest.raises(IntegrityBroken, match="stored_bytes_differ"):
            await house.efile.fetch("muster", filed(outcome).id)

        pack.unlink()
        with pytest.raises(IntegrityBroken, match="stored_bytes_differ"):
            await house.efile.fetch("muster", filed(outcome).id)


async def test_pack_names_tell_nothing_and_differ_per_tenant(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await house.efile.file_all([message(1, tenant="aa", aktenzeichen="Geheim")])
        await house.efile.file_all([message(1, tenant="bb", aktenzeichen="Geheim")])
        names = [house.packs(tenant)[0].name for tenant in ("aa", "bb")]

    assert names[0] != names[1]
    assert all(len(name) == 64 and set(name) <= set("0123456789abcdef") for name in names)


@settings(max_examples=12, deadline=None)
@given(
    batches=st.lists(st.lists(st.integers(0, 7), max_size=5), min_size=1, max_size=4),
    apart=st.sets(st.integers(0, 7)),
)
async def test_however_batches_are_cut_each_document_is_filed_once(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[int]], apart: set[int]
) -> None:
    known = {n: replace(message(n), packable=n not in apart) for n in range(8)}
    async with open_house(tmp_path_factory.mktemp("house")) as house:
        for batch in batches:
            for outcome in await house.efile.file_all([known[n] for n in batch]):
                filed(outcome)

        await expect_intact(house, len({n for batch in batches for n in batch}))
