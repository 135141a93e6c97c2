"""The probe believes effects: stores that lie are found out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

from efile import Capability, FolderStore
from efile.objects.probe import probe
from efile.ports import ObjectInfo


class ShorteningStore(FolderStore):
    """Loses the last byte of large objects."""

    async def get(self, tenant: str, key: str) -> bytes:
        data = await super().get(tenant, key)
        return data[:-1] if len(data) > 10_000 else data


class RangelessStore(FolderStore):
    """Answers every range with the whole."""

    async def get_range(self, tenant: str, key: str, start: int, length: int) -> bytes:
        return await self.get(tenant, key)


class OverwritingStore(FolderStore):
    """Says yes to every write."""

    async def put_once(self, tenant: str, key: str, data: bytes) -> None:
        await self.delete(tenant, key)
        await super().put_once(tenant, key, data)


class ForgetfulStore(FolderStore):
    """Leaves the newest object out of its listing."""

    async def pages(self, tenant: str, prefix: str) -> AsyncIterator[list[ObjectInfo]]:
        async for page in super().pages(tenant, prefix):
            yield page[:-1]


class LockedStore(FolderStore):
    """Lets go of nothing, as a bucket with a default period."""

    async def destroy(self, tenant: str, key: str) -> int:
        return len(await self.versions(tenant, key))


class BoastingStore(FolderStore):
    """An S3-like store without any of the optional gifts."""

    async def refuses_wrong_secret(self, tenant: str) -> bool:
        return False

    async def keeps_first_on_condition(self, tenant: str, key: str) -> bool:
        return True

    async def keeps_versions(self, tenant: str, key: str) -> bool:
        return False

    async def shows_deletions(self, tenant: str, key: str) -> bool:
        return False

    async def refuses_locked_delete(self, tenant: str, key: str) -> bool:
        return False

    async def refuses_held_delete(self, tenant: str, key: str) -> bool:
        return False


async def probed(store: FolderStore) -> dict[str, Capability]:
    await store.prepare("muster")
    return {each.name: each for each in await probe(store, "muster")}


async def test_a_plain_folder_does_what_is_required(tmp_path: Path) -> None:
    seen = await probed(FolderStore(tmp_path))

    required = {"round_trip", "range", "put_once", "listing"}
    assert {*required, "destruction"} == set(seen)
    assert all(each.proven for each in seen.values())
    assert required == {name for name, each in seen.items() if each.required}


async def test_nothing_stays_behind(tmp_path: Path) -> None:
    await probed(FolderStore(tmp_path))

    left = await asyncio.to_thread(lambda: [p for p in tmp_path.rglob("*") if p.is_file()])

    assert [] == left


async def test_each_lie_is_found(tmp_path: Path) -> None:
    for number, (store, lie) in enumerate(
        (
            (ShorteningStore, "round_trip"),
            (RangelessStore, "range"),
            (OverwritingStore, "put_once"),
            (ForgetfulStore, "listing"),
            (LockedStore, "destruction"),
        )
    ):
        try:
            seen = await probed(store(tmp_path / str(number)))
        except Exception as exc:
            raise AssertionError(f"{store.__name__} ended the probe") from exc

        assert {lie} == {name for name, each in seen.items() if not each.proven}


async def test_optional_gifts_are_reported_but_not_required(tmp_path: Path) -> None:
    seen = await probed(BoastingStore(tmp_path))

    assert (False, True) == (seen["credentials"].proven, seen["credentials"].required)
    assert (True, False) == (seen["conditional_write"].proven, seen["conditional_write"].required)
    assert "Kein Löschschutz" in seen["object_lock"].note
