"""What a store that seals must do, on a folder and on real S3 servers."""

from __future__ import annotations

import asyncio
import hashlib
import os
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from efile import (
    Conflict,
    FolderStore,
    IntegrityBroken,
    KeyWrap,
    LargeFile,
    NotFound,
    StorageMisconfigured,
    index_migrations,
)
from efile.objects import layout
from efile.objects.pieces import digest_of
from efile.objects.s3 import S3Access, S3Store
from efile.ports import ObjectStore
from efile.sealing.envelope import HEADER_BYTES, SEGMENT, TAG, sealed_size
from efile.sealing.ring import KeyRing
from efile.sealing.store import SealedStore
from hub.store.migrate import migrate
from hub.store.sqlite import SqliteDatabase
from tests.efile_house import KEK
from tests.stores import SERVERS, STORES

AKTE, OTHER = (str(uuid.UUID(int=number)) for number in (1, 2))
KEY = f"v1/a/{AKTE}/o/aa/name"


@dataclass
class Vault:
    """A sealing store, what lies beneath, and its index."""

    store: SealedStore
    beneath: ObjectStore
    database: SqliteDatabase

    def opened_with(self, kek: bytes) -> SealedStore:
        """Return the same store as another process sees it, with this KEK."""
        return SealedStore(self.beneath, KeyRing(self.database, self.beneath, KeyWrap(kek)))

    async def move(self, key: str, *, tenant: str = "muster", start: int = 0) -> None:
        """Copy what lies under the key, as it is, to another place."""
        await self.beneath.put_once(tenant, key, (await self.beneath.get("muster", KEY))[start:])


@pytest.fixture(params=STORES)
async def vault(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Vault]:
    prefix = f"t{uuid.uuid4().hex[:12]}"
    if request.param == "folder":
        beneath: ObjectStore = FolderStore(tmp_path / "objects", prefix)
    else:
        server = request.getfixturevalue(SERVERS[request.param])
        beneath = S3Store(
            S3Access(endpoint=server.endpoint, access_key=server.access_key,
                     secret_key=server.secret_key, secure=False, prefix=prefix)
        )  # fmt: skip
    database = SqliteDatabase(tmp_path / "index.sqlite")
    await migrate(database, index_migrations(), 0)
    for tenant in ("muster", "andere"):
        await beneath.prepare(tenant)
    store = SealedStore(beneath, KeyRing(database, beneath, KeyWrap(KEK)))
    yield Vault(store, beneath, database)
    await store.close()
    await asyncio.to_thread(database.close)


async def test_of_several_each_is_opened_or_says_why_not(vault: Vault) -> None:
    moved = f"v1/a/{OTHER}/o/aa/name"
    await vault.store.put_once("muster", KEY, b"content")
    await vault.move(moved)

    found = await vault.store.get_all("muster", [moved, KEY, f"{KEY}.missing"])

    assert [IntegrityBroken, bytes, NotFound] == [type(one) for one in found]
    assert b"content" == found[1]


SIZES = [0, 1, 100_000, SEGMENT, SEGMENT + 1, 5 * SEGMENT]


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_what_was_written_comes_back_and_does_not_lie_there(vault: Vault, size: int) -> None:
    data = os.urandom(size)

    for _ in range(2):
        await vault.store.put_once("muster", KEY, data, by_content=True)

    stored = await vault.beneath.get("muster", KEY)
    assert data == await vault.store.get("muster", KEY)
    assert sealed_size(size) == len(stored) == (await vault.store.head("muster", KEY)).size
    assert size < 50 or data[:50] not in stored


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_a_file_is_sealed_like_bytes(vault: Vault, tmp_path: Path, size: int) -> None:
    data = os.urandom(size)
    (tmp_path / "f").write_bytes(data)
    file = LargeFile(tmp_path / "f", hashlib.sha256(data).hexdigest(), size)

    await vault.store.put_once("muster", KEY, file)
    await vault.store.put_once("muster", KEY, data)

    assert data == await vault.store.get("muster", KEY)
    assert (file.sha256, size) == await digest_of(vault.store, "muster", KEY)


async def test_a_range_opens_only_what_it_touches(vault: Vault) -> None:
    data = os.urandom(2 * SEGMENT + 100)
    await vault.store.put_once("muster", KEY, data)
    places = [0, 1, SEGMENT - 1, SEGMENT, SEGMENT + 1, 2 * SEGMENT, len(data) - 1, len(data)]
    for start in places:
        for length in (0, 1, SEGMENT, 5 * SEGMENT):
            found = await vault.store.get_range("muster", KEY, start, length)

            assert data[start : start + length] == found, (start, length)


async def test_other_bytes_under_a_key_are_refused(vault: Vault) -> None:
    await vault.store.put_once("muster", KEY, b"first")

    with pytest.raises(Conflict, match="object_differs"):
        await vault.store.put_once("muster", KEY, b"other")


async def test_what_lies_there_in_clear_is_read_as_it_is(vault: Vault) -> None:
    data = os.urandom(SEGMENT + 7)
    await vault.beneath.put_once("muster", KEY, data)

    assert data == await vault.store.get("muster", KEY)
    assert data[5:500] == await vault.store.get_range("muster", KEY, 5, 495)


async def test_what_files_share_passes_as_it_is(vault: Vault) -> None:
    await vault.store.put_once("muster", "v1/p/aa/name", b"a pack")

    assert b"a pack" == await vault.beneath.get("muster", "v1/p/aa/name")


async def test_moved_to_another_place_it_does_not_open(vault: Vault) -> None:
    await vault.store.put_once("muster", KEY, b"of one child")
    await vault.store.put_once("muster", f"v1/a/{OTHER}/o/aa/other", b"of another")
    for place in (f"v1/a/{OTHER}/o/aa/name", f"v1/a/{AKTE}/o/aa/other"):
        await vault.move(place)

        with pytest.raises(IntegrityBroken, match="sealed_object_altered"):
            await vault.store.get("muster", place)
        with pytest.raises(IntegrityBroken, match="sealed_object_altered"):
            await vault.store.get_range("muster", place, 0, 5)


async def test_moved_to_another_office_it_does_not_open_even_with_its_key(vault: Vault) -> None:
    await vault.store.put_once("muster", KEY, b"of one office")
    await vault.move(KEY, tenant="andere")

    with pytest.raises(NotFound, match="key_missing"):
        await vault.store.get("andere", KEY)

    async for page in vault.beneath.pages("muster", layout.DATA_KEYS_ROOT):
        for item in page:
            stored = await vault.beneath.get("muster", item.key)
            await vault.beneath.put_once("andere", item.key, stored)
    with pytest.raises(IntegrityBroken, match="key_altered"):
        await vault.store.get("andere", KEY)


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:-1],
        lambda data: data[: -SEGMENT - TAG],
        lambda data: data + b"x",
        lambda data: data[:HEADER_BYTES],
        lambda data: data[:30],
        lambda data: data[:60] + bytes([data[60] ^ 1]) + data[61:],
        lambda data: data[:HEADER_BYTES] + data[HEADER_BYTES + SEGMENT + TAG :] + data[
            HEADER_BYTES : HEADER_BYTES + SEGMENT + TAG
        ],
    ],
    ids=["shorter", "segment lost", "longer", "header alone", "cut", "mark", "segments swapped"],
)  # fmt: skip
async def test_what_was_altered_does_not_open(vault: Vault, damage) -> None:
    await vault.store.put_once("muster", KEY, os.urandom(3 * SEGMENT))
    sound = await vault.beneath.get("muster", KEY)
    await vault.beneath.delete("muster", KEY)
    await vault.beneath.put_once("muster", KEY, damage(sound))

    with pytest.raises(IntegrityBroken, match="sealed_object_altered"):
        await vault.store.get("muster", KEY)


async def test_without_its_key_nothing_opens(vault: Vault) -> None:
    await vault.store.put_once("muster", KEY, b"once")
    async for page in vault.beneath.pages("muster", layout.DATA_KEYS_ROOT):
        for item in page:
            await vault.beneath.destroy("muster", item.key)
    await vault.database.write(lambda tx: tx.run("DELETE FROM efile_keys"))

    with pytest.raises(NotFound, match="key_missing"):
        await vault.opened_with(KEK).get("muster", KEY)


async def test_another_kek_opens_nothing_and_says_so(vault: Vault) -> None:
    await vault.store.put_once("muster", KEY, b"once")

    with pytest.raises(StorageMisconfigured, match="efile_kek_unknown"):
        await vault.opened_with(bytes(32)).get("muster", KEY)


async def test_with_the_index_lost_the_file_keeps_its_key(vault: Vault) -> None:
    await vault.store.put_once("muster", KEY, b"once")
    await vault.database.write(lambda tx: tx.run("DELETE FROM efile_keys"))
    other = vault.opened_with(KEK)

    assert b"once" == await other.get("muster", KEY)
    await other.put_once("muster", f"{KEY}2", b"again")

    assert 1 == len(await vault.beneath.versions("muster", layout.DATA_KEYS_ROOT))


async def test_many_who_come_first_agree_on_one_key(vault: Vault) -> None:
    others = [vault.opened_with(KEK) for _ in range(8)]

    await asyncio.gather(
        *(store.put_once("muster", f"{KEY}{n}", b"%d" % n) for n, store in enumerate(others))
    )

    assert 1 == len(await vault.beneath.versions("muster", layout.DATA_KEYS_ROOT))
    assert [b"%d" % n for n in range(8)] == [
        await vault.opened_with(KEK).get("muster", f"{KEY}{n}") for n in range(8)
    ]


class Overtaken:
    """A store where somebody else turns out quicker just as a first key was put."""

    def __init__(self, inner: ObjectStore, quicker: SealedStore) -> None:
        self._inner = inner
        self._quicker: SealedStore | None = quicker

    def __getattr__(self, name: str) -> object:
        return getattr(self._inner, name)

    async def put_once(self, tenant: str, key: str, data: bytes, **more: bool) -> None:
        """Put an object; the first key is gone again before it could be read back."""
        await self._inner.put_once(tenant, key, data, **more)
        if (quicker := self._quicker) and key.startswith(layout.DATA_KEYS_ROOT):
            self._quicker = None
            await self._inner.destroy(tenant, key)
            await quicker.put_once(tenant, f"{KEY}1", b"first")
            raise NotFound("object_missing", "", place=key)


async def test_whoever_is_overtaken_takes_the_key_of_the_other(vault: Vault) -> None:
    beneath: ObjectStore = Overtaken(vault.beneath, vault.opened_with(KEK))  # type: ignore[assignment]  # stands in for a store
    overtaken = SealedStore(beneath, KeyRing(vault.database, beneath, KeyWrap(KEK)))

    await overtaken.put_once("muster", f"{KEY}2", b"second")

    assert 1 == len(await vault.beneath.versions("muster", layout.DATA_KEYS_ROOT))
    assert [b"first", b"second"] == [
        await vault.opened_with(KEK).get("muster", f"{KEY}{n}") for n in (1, 2)
    ]
