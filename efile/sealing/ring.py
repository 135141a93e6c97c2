"""The data keys of files: found, made, remembered.

A key lies in storage (``v1/k/{file}/{key}-{kek}.json``) before anything is sealed with it. The
index keeps a copy and decides when two nodes draw a key for one file at the same time. What is
sealed names its key, so that with the index lost every key is found in storage.

Keys that were used lately stay in memory, until :meth:`KeyRing.forget` or the process ends.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from functools import partial
from typing import TypeVar

from efile.errors import FilingError, IntegrityBroken, NotFound, StorageMisconfigured
from efile.index import keys
from efile.index.ending import destroyed
from efile.index.keys import File, KeyRow
from efile.objects import layout
from efile.ports import Database, ObjectStore, Transaction
from efile.sealing import envelope
from efile.sealing.envelope import DataKey, Header
from efile.sealing.wrapping import KeyWrap, WrappedKey, key_altered, new_key, read_wrapped

A = TypeVar("A")
B = TypeVar("B")
_KEPT = 20_000
"""Keys in memory, some 500 bytes each."""
_AT_ONCE = 16

Found = DataKey | FilingError


class KeyRing:
    """The keys of the files of an installation."""

    def __init__(self, database: Database, objects: ObjectStore, wrap: KeyWrap) -> None:
        self._database = database
        self._objects = objects
        self._wrap = wrap
        self._held: dict[tuple[str, str, str], DataKey] = {}
        """By tenant, file and name of the key."""
        self._current: dict[File, DataKey] = {}
        self._making = asyncio.Lock()
        self._prepared: set[str] = set()

    @property
    def wrap(self) -> KeyWrap:
        """What wraps and unwraps."""
        return self._wrap

    async def counted(self, tenant: str) -> dict[str, int]:
        """Return how many files' keys lie under each KEK, by its name."""
        return await self._database.read(lambda tx: keys.by_kek(tx, tenant))

    async def for_filing(self, files: Collection[File]) -> dict[File, Found]:
        """Return the key each file is sealed with, making those that are missing.

        A file whose key cannot be had gets what is wrong instead.
        """
        found: dict[File, Found] = {
            file: self._current[file] for file in files if file in self._current
        }
        missing = [file for file in files if file not in found]
        if missing:
            # One at a time: a file whose first two documents come together gets one key.
            async with self._making:
                found |= await self._looked_up(missing)
        return found

    async def _looked_up(self, files: Sequence[File]) -> dict[File, Found]:
        rows, gone = await self._database.read(
            lambda tx: (keys.find(tx, files), destroyed.files_among(tx, files))
        )
        found: dict[File, Found] = {file: destroyed.file_destroyed(file[1]) for file in gone}
        files = [file for file in files if file not in gone]
        made = [file for file in files if file not in rows and file not in self._current]
        if made:
            stored = dict(zip(made, await _each(made, self._make), strict=True))
            new = [each for each in stored.values() if isinstance(each, KeyRow)]
            rows |= await self._database.write(lambda tx: _agreed(tx, new, made))
            await self._drop_losers(new, rows)
            # Whoever was quicker may have taken away what we were looking at: then theirs counts.
            found |= {file: each for file, each in stored.items()
                      if file not in rows and isinstance(each, FilingError)}  # fmt: skip
        for file in files:
            if file in rows:
                found[file] = self._current[file] = self._opened(rows[file])
        return found

    async def _make(self, file: File) -> KeyRow | FilingError:
        """Return the key of a file the index knows none of: from storage, or put there now."""
        try:
            if known := await self._stored(file):
                return known
            key = new_key(*file)
            wrapped = self._wrap.wrap(key)
            await self._objects.put_once(
                file[0], key_object(wrapped), wrapped.stored(), by_content=True
            )
        except FilingError as exc:
            return exc
        return row_of(wrapped)

    async def _stored(self, file: File) -> KeyRow | None:
        """Return what an index that was lost, or never came to know it, left in storage."""
        tenant, akte = file
        await self._prepare(tenant)
        async for page in self._objects.pages(tenant, layout.key_prefix(akte)):
            for item in page:
                return await self.tried(tenant, item.key)
        return None

    async def _prepare(self, tenant: str) -> None:
        if tenant not in self._prepared:
            await self._objects.prepare(tenant)
            self._prepared.add(tenant)

    async def _drop_losers(self, new: Sequence[KeyRow], rows: dict[File, KeyRow]) -> None:
        """Take out of storage what another node was quicker to make; nothing is sealed with it."""
        for row in new:
            if rows[row.file].key_id != row.key_id:
                place = layout.key_object(row.akte_id, row.key_id, row.kek_id)
                await self._objects.destroy(row.tenant, place)

    async def opening(self, tenant: str, header: Header, place: str) -> DataKey:
        """Return the key that opens what has this header.

        Raises:
            NotFound: the key is gone.
            IntegrityBroken: what lies there is not this file's key.
            StorageMisconfigured: it lies under another KEK.
        """
        name = (tenant, header.akte, header.key.hex())
        if name not in self._held:
            rows = await self._database.read(lambda tx: keys.find(tx, [name[:2]]))
            row = rows.get(name[:2])
            if row is not None and row.key_id == name[2]:
                self._opened(row)
            else:
                await self._fetch(*name, place, known=row is not None)
        return self._held[name]

    async def opened(self, tenant: str, akte: str, place: str, stored: bytes) -> bytes:
        """Return the content of what was sealed for a place of a file; or it, if it is clear.

        Raises:
            NotFound: the file's key is gone.
            IntegrityBroken: it was altered, or sealed for another place.
        """
        if not envelope.is_sealed(stored):
            return stored
        return envelope.unseal(await self.of_file(tenant, akte, place, stored), place, stored)

    async def of_file(self, tenant: str, akte: str, place: str, sealed: bytes) -> DataKey:
        """Return the key of a file that opens what was sealed for a place of it.

        Raises:
            NotFound: the key is gone.
            IntegrityBroken: it was sealed for another file.
        """
        header = envelope.header_of(sealed, place)
        if header.akte != akte:
            raise envelope.altered(place)
        return await self.opening(tenant, header, place)

    async def _fetch(self, tenant: str, akte: str, key_id: str, place: str, *, known: bool) -> None:
        """Get a key from storage; ``known`` says that the file has another one."""
        for kek_id in self._wrap.names:
            try:
                await self.tried(tenant, layout.key_object(akte, key_id, kek_id))
            except NotFound:
                continue
            return
        raise envelope.altered(place) if known else _key_missing(layout.key_prefix(akte))

    def _opened(self, row: KeyRow) -> DataKey:
        known = self._held.get((row.tenant, row.akte_id, row.key_id))
        if known is not None:
            return known
        place = layout.key_object(row.akte_id, row.key_id, row.kek_id)
        wrapped = WrappedKey(row.tenant, row.akte_id, row.key_id, row.kek_id, row.wrapped)
        return self._remember(self._wrap.unwrap(row.tenant, row.akte_id, wrapped, place))

    def _remember(self, key: DataKey) -> DataKey:
        if len(self._held) >= _KEPT:
            self._held.clear()
            self._current.clear()
        self._held[key.tenant, key.akte, key.name] = key
        return key

    def forget(self, tenant: str, akte: str) -> None:
        """Drop a file's keys from memory."""
        self._current.pop((tenant, akte), None)
        for name in [each for each in self._held if each[:2] == (tenant, akte)]:
            del self._held[name]

    async def restore(self, rows: Sequence[KeyRow]) -> None:
        """Bring the index's copy in line with what lies in storage.

        Of several keys of a file the first by name is the one new documents are sealed with.
        """
        stored: dict[File, dict[str, KeyRow]] = {}
        for row in rows:
            stored.setdefault(row.file, {})[row.key_id] = row
        known, gone = await self._database.read(
            lambda tx: (keys.find(tx, list(stored)), destroyed.files_among(tx, list(stored)))
        )
        lacking = [
            min(own.values(), key=lambda row: row.key_id)
            for file, own in stored.items()
            if file not in gone and (file not in known or known[file] not in own.values())
        ]
        if lacking:
            await self._database.write(lambda tx: keys.replace(tx, lacking))

    async def rewrap(self, tenant: str) -> int:
        """Put every key of an office under the current KEK; return how many lay under another.

        The new form is in storage and in the index before the old one is destroyed.

        Raises:
            IntegrityBroken: a key was altered; those before it are done.
            StorageMisconfigured: a key lies under a KEK nobody gave us, or storage does not let
                go of the old forms; then every key is done, and the old forms lie there, too.
        """
        changed = kept = 0
        await self._prepare(tenant)
        places = [
            item.key
            async for page in self._objects.pages(tenant, layout.DATA_KEYS_ROOT)
            for item in page
        ]
        for place in places:
            row = await self.tried(tenant, place)
            if row.kek_id == self._wrap.current:
                continue
            key = self._held[row.tenant, row.akte_id, row.key_id]
            wrapped = self._wrap.wrap(key)
            await self._objects.put_once(
                tenant, key_object(wrapped), wrapped.stored(), by_content=True
            )
            await self._database.write(partial(_follow, new=row_of(wrapped)))
            kept += await self._objects.destroy(tenant, place)
            changed += 1
        if kept:
            raise _keys_locked(kept)
        return changed

    async def tried(self, tenant: str, place: str) -> KeyRow:
        """Return the key that lies at a place in storage, once it has opened.

        Raises:
            NotFound: none lies there.
            IntegrityBroken: it is not the key of the file it lies with.
            StorageMisconfigured: it lies under another KEK.
        """
        wrapped = read_wrapped(await self._objects.get(tenant, place), place)
        if key_object(wrapped) != place:
            raise key_altered(place)
        self._remember(self._wrap.unwrap(tenant, layout.akte_of(place), wrapped, place))
        return row_of(wrapped)


class KeyReader:
    """Reads the keys of one office from storage and tries them."""

    def __init__(self, ring: KeyRing, tenant: str) -> None:
        self._ring, self._tenant = ring, tenant

    async def read(self, place: str) -> KeyRow | FilingError | None:
        """Return a key, what is wrong with it, or nothing where it is gone by now."""
        try:
            return await self._ring.tried(self._tenant, place)
        except NotFound:
            return None
        except (IntegrityBroken, StorageMisconfigured) as exc:
            return exc


def _agreed(tx: Transaction, new: Sequence[KeyRow], files: Sequence[File]) -> dict[File, KeyRow]:
    """Enter the keys of files that have none yet; return which each of the files has."""
    keys.keep(tx, new)
    return keys.find(tx, files)


def _follow(tx: Transaction, *, new: KeyRow) -> None:
    """Let the index follow where its copy is of the same key."""
    known = keys.find(tx, [new.file]).get(new.file)
    if known is not None and known.key_id == new.key_id:
        keys.replace(tx, [new])


async def _each(items: Sequence[A], work: Callable[[A], Awaitable[B]]) -> list[B]:
    """Return the result for each item; a bounded number of them is under way at once."""
    results: list[B] = []
    for start in range(0, len(items), _AT_ONCE):
        results += await asyncio.gather(*map(work, items[start : start + _AT_ONCE]))
    return results


def row_of(wrapped: WrappedKey) -> KeyRow:
    """Return the index's copy of a stored key."""
    return KeyRow(wrapped.tenant, wrapped.akte, wrapped.key, wrapped.kek, wrapped.wrapped)


def key_object(wrapped: WrappedKey) -> str:
    """Return where a wrapped key lies."""
    return layout.key_object(wrapped.akte, wrapped.key, wrapped.kek)


def _keys_locked(kept: int) -> StorageMisconfigured:
    return StorageMisconfigured(
        "old_keys_locked",
        "Der Speicher hält abgelöste Schlüssel gesperrt; sie sind noch nicht vernichtet.",
        remedy="Am Bucket die voreingestellte Aufbewahrungsfrist entfernen, ihren Ablauf abwarten"
        " und den Wechsel wiederholen; bis dahin den bisherigen Hauptschlüssel behalten.",
        place=f"{kept} Fassungen",
    )


def _key_missing(place: str) -> NotFound:
    return NotFound(
        "key_missing",
        "Der Schlüssel dieser Akte fehlt im Speicher; ohne ihn ist sie nicht lesbar.",
        remedy="Das Objekt aus der Sicherung des Speichers herstellen.",
        place=place,
    )
