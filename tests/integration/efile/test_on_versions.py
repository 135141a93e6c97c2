"""The e-file on a real S3 server that keeps versions, locks objects and knows conditions."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from minio.commonconfig import COMPLIANCE, GOVERNANCE
from minio.deleteobjects import DeleteObject
from minio.objectlockconfig import DAYS, ObjectLockConfig
from minio.retention import Retention

from efile import Conflict, FilingError, IntegrityBroken, KeyWrap, StorageMisconfigured
from efile.objects import s3_bucket
from efile.objects.layout import DATA_KEYS_ROOT, PROBE_ROOT
from efile.objects.s3 import S3Store
from efile.sealing.ring import KeyRing
from tests.efile_house import KEK, EFileHouse, message, open_house, request
from tests.integration.efile.test_on_s3 import store_on
from tests.s3_server import S3Server

pytestmark = pytest.mark.versioned
KEY = "v1/a/one/o/aa/name"
LOCK_HINDERS = {"destruction", "legal_hold"}
"""What cannot be seen where each version is locked from its first moment."""


@pytest.fixture
def prefix() -> str:
    return f"t{uuid.uuid4().hex[:12]}"


@pytest.fixture
async def store(versioned_server: S3Server, prefix: str) -> AsyncIterator[S3Store]:
    opened = store_on(versioned_server, prefix)
    await opened.prepare("muster")
    yield opened
    await opened.close()


@pytest.fixture
async def house(
    tmp_path: Path, versioned_server: S3Server, prefix: str
) -> AsyncIterator[EFileHouse]:
    async with open_house(tmp_path, store_on(versioned_server, prefix)) as opened:
        yield opened


async def spoil(house: EFileHouse, key: str, data: bytes) -> None:
    """Write other bytes over an object, as somebody with its credentials can."""
    store = house.objects
    assert isinstance(store, S3Store)
    await store.run(lambda: store.client._put_object(store.bucket("muster"), key, data), key)


async def test_a_new_bucket_keeps_versions_and_can_lock(store: S3Store) -> None:
    bucket = store.bucket("muster")

    status = await store.run(lambda: store.client.get_bucket_versioning(bucket).status, "")

    assert ("Enabled", ()) == (status, store.unversioned())
    assert s3_bucket._knows_locks(store.client, bucket)


async def test_the_probe_proves_every_capability_and_leaves_nothing(house: EFileHouse) -> None:
    seen = {each.name: each.proven for each in await house.efile.probe("muster")}

    assert {
        "round_trip": True, "range": True, "put_once": True, "listing": True,
        "destruction": True, "credentials": True,
        "conditional_write": True, "versioning": True, "deletions_shown": True,
        "object_lock": True, "legal_hold": True,
    } == seen  # fmt: skip
    assert [] == await house.objects.versions("muster", PROBE_ROOT)


async def test_of_two_writers_of_different_bytes_one_is_refused(store: S3Store) -> None:
    answers = await asyncio.gather(
        *(store.put_once("muster", KEY, f"writer {n}".encode()) for n in range(8)),
        return_exceptions=True,
    )

    kept = await store.get("muster", KEY)
    assert 1 == answers.count(None) == len(await store.versions("muster", KEY))
    assert kept == f"writer {answers.index(None)}".encode()
    assert all(isinstance(one, Conflict) for one in answers if one is not None)


async def test_what_was_overwritten_is_found_and_its_version_is_still_there(
    house: EFileHouse,
) -> None:
    filed = await house.efile.file(request())
    key = (await house.efile.document("muster", filed.id)).parts[0].object_key
    before = await house.objects.get("muster", key)
    await spoil(house, key, before[:-1] + bytes([before[-1] ^ 1]))

    report = await house.efile.verify("muster")
    versions = await house.objects.versions("muster", key)

    assert [("digest_mismatch", key)] == [(f.what, f.where) for f in report.faults]
    with pytest.raises(IntegrityBroken):
        await house.efile.fetch("muster", filed.id)
    assert [True, False] == [each.is_latest for each in versions]


async def test_what_a_marker_hides_is_told_from_what_is_lost(house: EFileHouse) -> None:
    filed = [await house.efile.file(request(number)) for number in range(2)]
    keys = [(await house.efile.document("muster", one.id)).parts[0].object_key for one in filed]
    await house.objects.delete("muster", keys[0])
    await house.objects.destroy("muster", keys[1])

    report = await house.efile.verify("muster")

    assert {(keys[0], "object_hidden"), (keys[1], "object_missing")} == {
        (fault.where, fault.what) for fault in report.faults
    }


async def test_filed_found_lost_and_rebuilt_with_one_version_of_each_object(
    tmp_path: Path, versioned_server: S3Server, prefix: str
) -> None:
    requests = [*(message(number) for number in range(20)), request(30), request(31)]
    async with open_house(tmp_path, store_on(versioned_server, prefix)) as house:
        for _ in range(2):
            await house.efile.file_all(requests)
        intact, grown = await house.efile.verify("muster"), house.snapshot()
        versions = await house.objects.versions("muster", "v1/")
    (tmp_path / "index.sqlite").unlink()

    async with open_house(tmp_path, store_on(versioned_server, prefix)) as house:
        report = await house.efile.rebuild("muster")

        assert (True, 22, ()) == (intact.intact, report.documents, report.faults)
        assert grown == house.snapshot()
    assert len({each.key for each in versions}) == len(versions)
    assert all(each.is_latest and not each.is_delete_marker for each in versions)


async def test_a_destroyed_object_leaves_neither_versions_nor_markers(store: S3Store) -> None:
    await store.put_once("muster", KEY, b"abc")
    await store.delete("muster", KEY)
    await store.put_once("muster", KEY, b"other")
    before = await store.versions("muster", KEY)

    assert 0 == await store.destroy("muster", KEY)

    assert 3 == len(before)
    assert [] == await store.versions("muster", "v1/")


async def lock(store: S3Store, mode: str) -> str:
    """Put an object under a lock and return the name of its version."""
    await store.put_once("muster", KEY, b"kept")
    bucket, until = store.bucket("muster"), datetime.now(UTC) + timedelta(hours=1)
    version = (await store.versions("muster", KEY))[0].version_id

    def act() -> None:
        if mode == "hold":
            store.client.enable_object_legal_hold(bucket, KEY, version_id=version)
        else:
            held = Retention(mode, until)
            store.client.set_object_retention(bucket, KEY, held, version_id=version)

    await store.run(act, KEY)
    return version


@pytest.mark.parametrize("mode", [GOVERNANCE, COMPLIANCE, "hold"])
async def test_a_locked_version_outlasts_destruction_and_is_counted(
    store: S3Store, mode: str
) -> None:
    version = await lock(store, mode)

    remaining = await store.destroy("muster", KEY)

    assert (1, b"kept") == (remaining, await store.get("muster", KEY))
    assert [version] == [each.version_id for each in await store.versions("muster", KEY)]


@pytest.mark.parametrize("mode", [GOVERNANCE, "hold"])
async def test_what_somebody_sets_free_can_be_destroyed(store: S3Store, mode: str) -> None:
    version, bucket = await lock(store, mode), store.bucket("muster")

    def release() -> Any:
        if mode == "hold":
            return store.client.disable_object_legal_hold(bucket, KEY, version_id=version)
        locked = [DeleteObject(KEY, version)]
        return list(store.client.remove_objects(bucket, locked, bypass_governance_mode=True))

    await store.run(release, KEY)

    assert 0 == await store.destroy("muster", KEY)
    assert [] == await store.versions("muster", KEY)


async def test_after_a_change_of_the_main_key_no_version_lies_under_the_old_one(
    house: EFileHouse,
) -> None:
    filed = await house.efile.file(request())
    wrap = KeyWrap(b"another key-encryption key here ", (KEK,))
    ring = KeyRing(house.database, house.objects, wrap)
    before = await house.objects.versions("muster", DATA_KEYS_ROOT)

    assert 1 == await ring.rewrap("muster")

    after = await house.objects.versions("muster", DATA_KEYS_ROOT)
    assert [True] == [each.key.endswith(f"-{wrap.current}.json") for each in after]
    assert {each.key for each in before}.isdisjoint(each.key for each in after)
    assert b"Text 1" == await house.efile.fetch("muster", filed.id)


async def default_period(store: S3Store) -> None:
    """Let the bucket lock whatever is written, as somebody with its credentials can."""
    bucket, period = store.bucket("muster"), ObjectLockConfig(GOVERNANCE, 1, DAYS)
    await store.run(lambda: store.client.set_object_lock_config(bucket, period), bucket)


async def test_a_bucket_that_locks_by_itself_is_found_by_the_probe(house: EFileHouse) -> None:
    assert isinstance(house.objects, S3Store)
    await house.objects.prepare("muster")
    await default_period(house.objects)

    seen = {each.name: each for each in await house.efile.probe("muster")}

    assert not seen["destruction"].proven
    assert "Frist voreingestellt" in seen["destruction"].note
    assert all(each.proven for name, each in seen.items() if name not in LOCK_HINDERS)


async def test_old_keys_that_are_locked_are_told_and_the_files_stay_readable(
    house: EFileHouse,
) -> None:
    assert isinstance(house.objects, S3Store)
    await house.objects.prepare("muster")
    await default_period(house.objects)
    filed = await house.efile.file(request())
    wrap = KeyWrap(b"another key-encryption key here ", (KEK,))

    with pytest.raises(StorageMisconfigured, match="old_keys_locked"):
        await KeyRing(house.database, house.objects, wrap).rewrap("muster")

    assert b"Text 1" == await house.efile.fetch("muster", filed.id)
    opened = await KeyRing(house.database, house.objects, wrap).for_filing([await file_of(house)])
    assert not [each for each in opened.values() if isinstance(each, FilingError)]


async def file_of(house: EFileHouse) -> tuple[str, str]:
    return "muster", (await house.efile.akte("muster", "51.3-0001")).akte.id


async def test_a_wrong_secret_is_refused_in_words(versioned_server: S3Server, prefix: str) -> None:
    store = store_on(versioned_server, prefix, secret="wrong" * 8)

    with pytest.raises(StorageMisconfigured, match="storage_refused"):
        await store.prepare("muster")

    await store.close()
