"""Objects in a plain folder: for tests and very small sites on one machine.

A new object is written under a hidden name, synced, linked to its final name (which fails if
the name is taken) and the folder is synced, so an acknowledged object survives power loss as
far as the disk keeps its word. There are no versions and no locks: who may write to the folder
may destroy it, and only verification shows it afterwards.
"""

from __future__ import annotations

import asyncio
import os
import uuid
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import BinaryIO, TypeVar

from efile.errors import FilingError, StorageUnavailable
from efile.integrity.digest import sha256_of_stream
from efile.integrity.proven import pieces_of, proven
from efile.model import LargeFile
from efile.objects.faults import object_differs, object_missing, readback_differs
from efile.objects.layout import checked_key, checked_tenant
from efile.ports import ObjectInfo, ObjectVersion

T = TypeVar("T")
_PAGE = 1000


class FolderStore:
    """The object store port on a folder."""

    def __init__(self, root: Path, prefix: str = "aktenhub") -> None:
        self._root = root
        self._prefix = prefix

    async def prepare(self, tenant: str) -> None:
        """Create the tenant's folder if it is missing."""
        await _run(lambda: self._place(tenant).mkdir(parents=True, exist_ok=True))

    def unversioned(self) -> tuple[str, ...]:
        """A folder knows no versions: none could be switched on."""
        return ()

    async def put_once(
        self,
        tenant: str,
        key: str,
        data: bytes | LargeFile,
        *,
        by_content: bool = False,  # noqa: ARG002  here a look costs nothing
    ) -> None:
        """Write the object and read it back; the same bytes again change nothing."""
        path = self._path(tenant, key)
        await _run(lambda: _put_once(path, key, data))

    async def get(self, tenant: str, key: str) -> bytes:
        """Return all bytes."""
        path = self._path(tenant, key)
        return await _run(lambda: _found(path, key).read_bytes())

    async def get_all(self, tenant: str, keys: Sequence[str]) -> list[bytes | FilingError]:
        """Return for each key, in their order, all bytes or why there are none."""
        place = str(self._place(tenant))
        named = [(key, f"{place}/{checked_key(key)}") for key in keys]
        return await _run(lambda: [_bytes(path, key) for key, path in named])

    async def get_range(self, tenant: str, key: str, start: int, length: int) -> bytes:
        """Return ``length`` bytes from ``start``."""
        path = self._path(tenant, key)
        return await _run(lambda: _slice(_found(path, key), start, length))

    async def head(self, tenant: str, key: str) -> ObjectInfo:
        """Return key and size."""
        path = self._path(tenant, key)
        return await _run(lambda: ObjectInfo(key, _found(path, key).stat().st_size))

    async def pages(self, tenant: str, prefix: str) -> AsyncIterator[list[ObjectInfo]]:
        """Yield every object whose key starts with ``prefix``, page by page, by key."""
        found = _walk(self._place(tenant), prefix)
        while page := await _run(lambda: list(islice(found, _PAGE))):
            yield page

    async def versions(self, tenant: str, prefix: str) -> list[ObjectVersion]:
        """Return the one version each object has."""
        found = await _run(lambda: list(_walk(self._place(tenant), prefix)))
        return [ObjectVersion(item.key, "null", item.size, True, False) for item in found]  # noqa: FBT003  fields of a plain record

    async def delete(self, tenant: str, key: str) -> None:
        """Remove the object; an absent one is fine."""
        path = self._path(tenant, key)
        await _run(lambda: path.unlink(missing_ok=True))

    async def destroy(self, tenant: str, key: str) -> int:
        """Remove the object durably; a folder keeps no versions."""
        path = self._path(tenant, key)
        await _run(lambda: _destroy(path))
        return 0

    async def close(self) -> None:
        """Nothing is held open."""

    def _place(self, tenant: str) -> Path:
        return self._root / f"{self._prefix}-{checked_tenant(tenant)}-akte"

    def _path(self, tenant: str, key: str) -> Path:
        return self._place(tenant) / checked_key(key)


async def _run(work: Callable[[], T]) -> T:
    try:
        return await asyncio.to_thread(work)
    except OSError as exc:
        raise StorageUnavailable(
            "storage_folder_failed",
            "Der Ablageordner ist nicht benutzbar.",
            remedy="Plattenplatz, Rechte und Einbindung des Ordners prüfen.",
            place=exc.strerror or "",
        ) from exc


def _found(path: Path, key: str) -> Path:
    if not path.is_file():
        raise object_missing(key)
    return path


def _bytes(path: str, key: str) -> bytes | FilingError:
    try:
        with open(path, "rb") as stream:  # noqa: PTH123  to build a path takes as long as to read
            return stream.read()
    except (FileNotFoundError, IsADirectoryError):
        return object_missing(key)


def _slice(path: Path, start: int, length: int) -> bytes:
    with path.open("rb") as stream:
        stream.seek(start)
        return stream.read(length)


def _put_once(path: Path, key: str, data: bytes | LargeFile) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    hidden = path.parent / f".{uuid.uuid4().hex}.tmp"
    try:
        with hidden.open("xb") as stream:
            _copy(data, stream)
            stream.flush()
            os.fsync(stream.fileno())
        new = _link(hidden, path)
    finally:
        hidden.unlink(missing_ok=True)
    _sync_folders(path.parent)
    if not _is(path, data):
        raise readback_differs(key) if new else object_differs(key)


def _destroy(path: Path) -> None:
    path.unlink(missing_ok=True)
    if path.parent.is_dir():
        _sync_folders(path.parent)


def _copy(data: bytes | LargeFile, stream: BinaryIO) -> None:
    if isinstance(data, bytes):
        stream.write(data)
        return
    with proven(data) as source:
        stream.writelines(pieces_of(source))


def _is(path: Path, data: bytes | LargeFile) -> bool:
    """Tell whether a file holds these bytes."""
    if isinstance(data, bytes):
        return path.read_bytes() == data
    with path.open("rb") as stream:
        return sha256_of_stream(pieces_of(stream)) == (data.sha256, data.size)


def _link(hidden: Path, path: Path) -> bool:
    """Give the file its name; return whether the name was free."""
    try:
        os.link(hidden, path)
    except FileExistsError:
        return False
    return True


def _sync_folders(folder: Path) -> None:
    """Make the new name, and the names of folders made for it, durable."""
    for place in (folder, *list(folder.parents)[:6]):
        handle = os.open(place, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _walk(place: Path, prefix: str) -> Iterator[ObjectInfo]:
    """Yield what lies below a prefix by key; what is removed meanwhile is not there.

    One folder of each level is held at a time.
    """
    inner = prefix.rpartition("/")[0]
    root = place / checked_key(inner) if inner else place
    return _below(root, f"{inner}/" if inner else "", prefix)


def _below(folder: str | Path, above: str, prefix: str) -> Iterator[ObjectInfo]:
    listed: list[tuple[str, os.DirEntry[str]]] = []
    with suppress(FileNotFoundError, NotADirectoryError), os.scandir(folder) as entries:
        listed = [(f"{one.name}/" if _is_folder(one) else one.name, one) for one in entries]
    for name, entry in sorted(listed, key=itemgetter(0)):
        key = above + name
        if name.endswith("/"):
            if key.startswith(prefix[: len(key)]):
                yield from _below(entry.path, key, prefix)
        elif key.startswith(prefix) and not name.startswith("."):
            with suppress(FileNotFoundError):
                yield ObjectInfo(key, entry.stat().st_size)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    return entry.is_dir(follow_symlinks=False)
