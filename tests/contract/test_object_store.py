"""What every object store must do, on a folder and on real S3 servers."""

from __future__ import annotations

import asyncio
import hashlib
import os
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from efile import Conflict, FolderStore, IntegrityBroken, InvalidRequest, LargeFile, NotFound
from efile.objects.pieces import digest_of
from efile.objects.s3 import S3Access, S3Store
from efile.ports import ObjectStore
from tests.stores import SERVERS, STORES

KEY = "v1/a/one/o/aa/name"


@pytest.fixture(params=STORES)
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[ObjectStore]:
    prefix = f"t{uuid.uuid4().hex[:12]}"
    if request.param == "folder":
        opened: ObjectStore = FolderStore(tmp_path / "objects", prefix)
    else:
        server = request.getfixturevalue(SERVERS[request.param])
        opened = S3Store(
            S3Access(
                endpoint=server.endpoint,
                access_key=server.access_key,
                secret_key=server.secret_key,
                secure=False,
                prefix=prefix,
            )
        )
    await opened.prepare("muster")
    await opened.prepare("andere")
    yield opened
    await opened.close()


async def test_many_may_come_with_the_same_object_at_once(store: ObjectStore) -> None:
    data = os.urandom(60_000)

    await asyncio.gather(*(store.put_once("muster", KEY, data, by_content=True) for _ in range(12)))

    assert data == await store.get("muster", KEY)


@pytest.mark.parametrize("size", [0, 1, 100_000, 17 * 1024 * 1024], ids=str)
async def test_what_was_written_comes_back(store: ObjectStore, size: int) -> None:
    data = os.urandom(size)

    await store.put_once("muster", KEY, data)

    assert data == await store.get("muster", KEY)
    assert size == (await store.head("muster", KEY)).size


async def test_a_place_can_be_prepared_again(store: ObjectStore) -> None:
    await store.put_once("muster", KEY, b"kept")

    await store.prepare("muster")

    assert b"kept" == await store.get("muster", KEY)


async def test_the_same_bytes_again_change_nothing(store: ObjectStore) -> None:
    await store.put_once("muster", KEY, b"same")

    await store.put_once("muster", KEY, b"same")

    assert 1 == len(await store.versions("muster", "v1/"))


async def test_an_object_named_by_its_content_is_kept_as_written(store: ObjectStore) -> None:
    for _ in range(2):
        await store.put_once("muster", KEY, b"content", by_content=True)

    assert b"content" == await store.get("muster", KEY)
    assert 1 == len(await store.versions("muster", "v1/"))


def large(path: Path, data: bytes) -> LargeFile:
    path.write_bytes(data)
    return LargeFile(path, hashlib.sha256(data).hexdigest(), len(data))


@pytest.mark.parametrize("size", [0, 5, 8 * 1024 * 1024, 17 * 1024 * 1024 + 3], ids=str)
async def test_a_file_is_kept_as_it_is(store: ObjectStore, tmp_path: Path, size: int) -> None:
    data = os.urandom(size)

    for _ in range(2):
        await store.put_once("muster", KEY, large(tmp_path / "f", data), by_content=True)

    assert data == await store.get("muster", KEY)
    assert (hashlib.sha256(data).hexdigest(), size) == await digest_of(store, "muster", KEY)
    assert 1 == len(await store.versions("muster", "v1/"))


@pytest.mark.parametrize("size", [5, 17 * 1024 * 1024], ids=str)
async def test_a_file_that_was_altered_is_not_kept(
    store: ObjectStore, tmp_path: Path, size: int
) -> None:
    file = large(tmp_path / "f", os.urandom(size))
    file.path.write_bytes(b"x" + file.path.read_bytes()[1:-1] + b"y")

    with pytest.raises(IntegrityBroken, match="source_differs"):
        await store.put_once("muster", KEY, file, by_content=True)

    with pytest.raises(NotFound):
        await store.head("muster", KEY)


async def test_a_file_under_a_taken_key_is_refused(store: ObjectStore, tmp_path: Path) -> None:
    await store.put_once("muster", KEY, b"first")

    with pytest.raises(Conflict, match="object_differs"):
        await store.put_once("muster", KEY, large(tmp_path / "f", b"other"))

    assert b"first" == await store.get("muster", KEY)


async def test_other_bytes_under_a_key_are_refused(store: ObjectStore) -> None:
    await store.put_once("muster", KEY, b"first")

    with pytest.raises(Conflict, match="object_differs"):
        await store.put_once("muster", KEY, b"other")

    assert b"first" == await store.get("muster", KEY)


@pytest.mark.parametrize(("start", "length"), [(0, 4), (3, 4), (8, 50), (2, 0), (10, 5), (40, 5)])
async def test_a_range_is_the_slice(store: ObjectStore, start: int, length: int) -> None:
    await store.put_once("muster", KEY, b"0123456789")

    found = await store.get_range("muster", KEY, start, length)

    assert b"0123456789"[start : start + length] == found


async def test_a_missing_object_is_not_found(store: ObjectStore) -> None:
    with pytest.raises(NotFound):
        await store.get("muster", KEY)
    with pytest.raises(NotFound):
        await store.head("muster", KEY)
    with pytest.raises(NotFound):
        await store.get_range("muster", KEY, 0, 1)


async def test_several_come_together_in_order_with_those_that_are_missing(
    store: ObjectStore,
) -> None:
    for number in (1, 2):
        await store.put_once("muster", f"{KEY}{number}", bytes([number]) * number)

    found = await store.get_all("muster", [f"{KEY}2", f"{KEY}0", f"{KEY}1"])

    assert [b"\x02\x02", b"\x01"] == [one for one in found if isinstance(one, bytes)]
    assert isinstance(found[1], NotFound)
    assert [] == await store.get_all("muster", [])


async def test_another_tenants_object_is_not_found(store: ObjectStore) -> None:
    await store.put_once("muster", KEY, b"mine")

    with pytest.raises(NotFound):
        await store.get("andere", KEY)


async def test_a_listing_is_complete_ordered_and_keeps_to_its_prefix(store: ObjectStore) -> None:
    keys = [f"v1/a/{number:03d}/x" for number in (7, 1, 3, 11)]
    for key in [*keys, "v1/b/other"]:
        await store.put_once("muster", key, b"ab")

    found = [item async for page in store.pages("muster", "v1/a/") for item in page]

    assert sorted(keys) == [item.key for item in found]
    assert {2} == {item.size for item in found}


async def test_an_empty_listing_has_no_pages(store: ObjectStore) -> None:
    assert [] == [page async for page in store.pages("muster", "v1/")]


async def test_versions_name_each_object(store: ObjectStore) -> None:
    await store.put_once("muster", KEY, b"abc")

    found = await store.versions("muster", "v1/")

    assert [(KEY, 3, True, False)] == [
        (each.key, each.size, each.is_latest, each.is_delete_marker) for each in found
    ]


async def test_a_deleted_object_is_gone_and_may_be_deleted_again(store: ObjectStore) -> None:
    await store.put_once("muster", KEY, b"abc")

    await store.delete("muster", KEY)
    await store.delete("muster", KEY)

    with pytest.raises(NotFound):
        await store.get("muster", KEY)


async def test_a_deleted_object_can_be_written_again(store: ObjectStore) -> None:
    await store.put_once("muster", KEY, b"abc")
    await store.delete("muster", KEY)

    await store.put_once("muster", KEY, b"other")

    assert b"other" == await store.get("muster", KEY)


@pytest.mark.parametrize("key", ["../up", "a/../b", "/root", "a//b", "ä", "a/.hidden", ""])
async def test_a_key_that_could_leave_its_place_is_refused(store: ObjectStore, key: str) -> None:
    with pytest.raises(InvalidRequest, match="invalid_object_key"):
        await store.put_once("muster", key, b"x")


@pytest.mark.parametrize("tenant", ["", "A", "../x", "a b", "x" * 40])
async def test_a_tenant_that_is_no_plain_name_is_refused(store: ObjectStore, tenant: str) -> None:
    with pytest.raises(InvalidRequest, match="invalid_tenant"):
        await store.get(tenant, KEY)


async def test_a_destroyed_object_leaves_no_version(store: ObjectStore) -> None:
    await store.put_once("muster", KEY, b"abc")
    await store.put_once("muster", f"{KEY}.other", b"abc")

    remains = [await store.destroy("muster", KEY) for _ in range(2)]

    assert [0, 0] == remains
    assert [f"{KEY}.other"] == [each.key for each in await store.versions("muster", "v1/")]
