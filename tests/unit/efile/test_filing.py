"""The filing protocol: idempotent, deterministic, and whole again after a crash at any step."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest

from efile import (
    Conflict,
    EFile,
    FolderStore,
    IntegrityBroken,
    InvalidRequest,
    Part,
    StorageUnavailable,
)
from efile.ports import Transaction
from hub.core.clock import FixedClock
from tests.efile_house import SECRET, EFileHouse, hand_keys, open_house, request

T = TypeVar("T")


class CrashingStore(FolderStore):
    """A folder store that dies before or after its n-th write."""

    def __init__(self, root: Path, crash_at: int, *, after: bool) -> None:
        super().__init__(root)
        self._left = crash_at
        self._after = after

    async def put_once(self, tenant: str, key: str, data: bytes, **how: bool) -> None:
        self._left -= 1
        if self._left != 0:
            return await super().put_once(tenant, key, data, **how)
        if self._after:
            await super().put_once(tenant, key, data, **how)
        raise StorageUnavailable("crash")


class CrashingDatabase:
    """A database that dies before or after its second write: the first keeps the file's key."""

    def __init__(self, inner: Any, *, after: bool) -> None:
        self._inner = inner
        self._after = after
        self._writes = 0

    async def write(self, work: Callable[[Transaction], T]) -> T:
        self._writes += 1
        if self._writes == 1:
            return await self._inner.write(work)
        if self._after:
            await self._inner.write(work)
        raise StorageUnavailable("crash")

    async def read(self, work: Callable[[Transaction], T]) -> T:
        return await self._inner.read(work)


TWO_PARTS = (
    Part("original", "brief.txt", "text/plain", b"Brief"),
    Part("message", "nachricht.xml", "application/xml", b"<a><b>Wert</b></a>"),
)


async def expect_one_intact_document(house: EFileHouse) -> None:
    report = await house.efile.verify("muster")
    compared = await house.efile.reconcile("muster")
    view = await house.efile.akte("muster", "51.3-0001")

    assert (True, 4) == (report.intact, report.objects)
    assert () == compared.faults
    assert 1 == len(view.documents)
    assert b"Brief" == await house.efile.fetch("muster", view.documents[0].id)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("crash_at", [1, 2, 3, 4])
async def test_filing_again_after_a_crash_at_any_write_converges(
    tmp_path: Path, crash_at: int, *, after: bool
) -> None:
    store = CrashingStore(tmp_path / "objects", crash_at, after=after)
    async with open_house(tmp_path, store) as house:
        with pytest.raises(StorageUnavailable):
            await house.efile.file(request(parts=TWO_PARTS))

    async with open_house(tmp_path) as house:
        await house.efile.file(request(parts=TWO_PARTS))

        await expect_one_intact_document(house)


@pytest.mark.parametrize("after", [False, True])
async def test_filing_again_after_a_crash_around_the_commit_converges(
    tmp_path: Path, *, after: bool
) -> None:
    async with open_house(tmp_path) as house:
        broken = CrashingDatabase(house.database, after=after)
        dying = EFile(broken, house.objects, FixedClock(), SECRET)
        with pytest.raises(StorageUnavailable):
            await dying.file(request(parts=TWO_PARTS))
        await dying.close()

        await house.efile.file(request(parts=TWO_PARTS))

        await expect_one_intact_document(house)


async def test_the_reconciler_completes_what_a_crash_left_after_the_commit_point(
    tmp_path: Path,
) -> None:
    async with open_house(tmp_path) as house:
        dying = EFile(
            CrashingDatabase(house.database, after=False), house.objects, FixedClock(), SECRET
        )
        with pytest.raises(StorageUnavailable):
            await dying.file(request(parts=TWO_PARTS))
        await dying.close()

        report = await house.efile.reconcile("muster")

        assert (1, ()) == (report.replayed, report.faults)
        await expect_one_intact_document(house)


async def test_filing_twice_changes_nothing(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        first = await house.efile.file(request())
        before = house.snapshot()

        again = await house.efile.file(request())

        assert first == again
        assert before == house.snapshot()


async def test_with_the_same_key_the_same_bytes_lie_under_the_same_names(tmp_path: Path) -> None:
    stored = []
    for name in ("one", "two"):
        if stored:
            hand_keys(tmp_path / "one", tmp_path / name)
        async with open_house(tmp_path / name) as house:
            await house.efile.file(request())
            stored.append(
                {
                    path.relative_to(house.folder): path.read_bytes()
                    for path in house.folder.rglob("*")
                    if path.is_file()
                }
            )

    assert stored[0] == stored[1]


async def test_what_was_filed_first_stands_when_only_times_differ(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        first = await house.efile.file(request(filed_at_us=10))
        again = await house.efile.file(request(filed_at_us=99))

        assert first == again
        assert 10 == (await house.efile.document("muster", first.id)).filed_at_us


async def test_a_stored_manifest_is_the_truth_even_if_the_index_forgot(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        first = await house.efile.file(request(filed_at_us=10))
    (tmp_path / "index.sqlite").unlink()

    async with open_house(tmp_path) as house:
        again = await house.efile.file(request(filed_at_us=99))

        assert first == again
        assert 10 == (await house.efile.document("muster", first.id)).filed_at_us


@pytest.mark.parametrize("forgotten", [False, True])
async def test_other_bytes_under_the_same_key_are_a_conflict(
    tmp_path: Path, *, forgotten: bool
) -> None:
    other = (Part("original", "bescheid.txt", "text/plain", b"other bytes"),)
    async with open_house(tmp_path) as house:
        await house.efile.file(request())
    if forgotten:
        (tmp_path / "index.sqlite").unlink()

    async with open_house(tmp_path) as house:
        with pytest.raises(Conflict, match="document_differs"):
            await house.efile.file(request(parts=other))


async def test_the_same_document_cannot_be_filed_into_a_second_file(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await house.efile.file(request())

        with pytest.raises(Conflict, match="document_differs"):
            await house.efile.file(request(aktenzeichen="51.3-0002"))


async def test_equal_parts_share_one_object(tmp_path: Path) -> None:
    part = Part("original", "a.txt", "text/plain", b"same")
    async with open_house(tmp_path) as house:
        filed = await house.efile.file(request(parts=(part, part)))

        assert 3 == (await house.efile.verify("muster")).objects
        assert b"same" == await house.efile.fetch("muster", filed.id, 1)


async def test_equal_bytes_in_two_files_have_unrelated_names(tmp_path: Path) -> None:
    part = Part("original", "a.txt", "text/plain", b"same")
    async with open_house(tmp_path) as house:
        await house.efile.file(request(1, parts=(part,)))
        await house.efile.file(request(2, aktenzeichen="51.3-0002", parts=(part,)))

        assert 2 == len({path.name for path in house.folder.rglob("o/*/*")})


async def test_keys_tell_nothing_about_the_case(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await house.efile.file(request(aktenzeichen="Müller-Geheim", title="Größe"))

        names = " ".join(str(path) for path in house.folder.rglob("*")).removeprefix(str(tmp_path))

    assert names.isascii()
    assert not {"müller", "geheim", "bescheid", "51"} & set(
        names.lower().replace("-", "/").split("/")
    )


async def test_a_corrupt_object_in_the_way_stops_filing(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await house.efile.file(request())
        house.manifests()[0].write_bytes(b"{}")
    (tmp_path / "index.sqlite").unlink()

    async with open_house(tmp_path) as house:
        with pytest.raises(IntegrityBroken, match="manifest_altered"):
            await house.efile.file(request())


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("aktenzeichen", ""),
        ("title", " "),
        ("title", "a\nb"),
        ("title", "half \ud800"),
        ("document_key", "x" * 401),
        ("direction", "sideways"),
        ("parts", ()),
        ("parts", (Part("original", "half \udc80", "text/plain", b""),)),
        ("parts", (Part("copy", "a", "text/plain", b""),)),  # type: ignore[arg-type]  # wrong on purpose
    ],
)
async def test_a_request_against_the_rules_names_its_field(
    tmp_path: Path, field: str, value: Any
) -> None:
    async with open_house(tmp_path) as house:
        with pytest.raises(InvalidRequest, match="invalid_filing_request") as caught:
            await house.efile.file(request(**{field: value}))

        assert field == caught.value.place
        assert [] == house.snapshot()["documents"]


async def test_a_document_nobody_can_read_is_filed_all_the_same(tmp_path: Path) -> None:
    broken = (Part("original", "kaputt.pdf", "application/pdf", b"%PDF-1.7 nothing follows"),)
    async with open_house(tmp_path) as house:
        filed = await house.efile.file(request(parts=broken, title="Kaputter Scan"))

        assert "failed" == house.snapshot()["documents"][0]["text_state"]
        assert b"%PDF-1.7 nothing follows" == await house.efile.fetch("muster", filed.id)
        assert [filed.id] == [hit.document_id for hit in await house.efile.search("muster", "scan")]
