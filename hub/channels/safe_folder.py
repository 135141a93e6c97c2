"""Durable acts in folders: write once, never overwrite, sync before anybody relies on it.

A file appears under its final name only when its bytes are on disk. Residual risk: a file
server that lies about fsync or ``link`` cannot be seen through from here.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import stat
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from hub.core.errors import Conflict, Misconfigured


@dataclass(frozen=True, slots=True)
class Write:
    """Bytes to put under a name that must be free, or already hold the same bytes."""

    name: str
    """Final name."""
    data: bytes
    """The whole content."""
    temporary: str
    """Name nobody else uses, so that a repeated act replaces its own remains."""


Fault = Conflict | OSError
"""Why a file was not written: the name holds other bytes, or the disk refuses."""

SYNC_TOGETHER = 8
"""From so many files on, one sync of the file system costs less than one per file."""


def write_once(folder: Path, name: str, data: bytes, temporary: str) -> None:
    """Put one file; doing it again changes nothing.

    Raises:
        Conflict: the name is taken by other bytes.
        OSError: the disk refuses.
    """
    fault = write_all(folder, [Write(name, data, temporary)])[0]
    if fault is not None:
        raise fault


def write_all(folder: Path, writes: Sequence[Write]) -> list[Fault | None]:
    """Put many files with few syncs and return for each why it failed, if it did.

    Every file's bytes are on disk before its name appears; every name is on disk before this
    returns.

    Raises:
        OSError: the folder cannot be used or synced; nothing of it may be relied on.
    """
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    hidden = [folder / f".{write.temporary}.tmp" for write in writes]
    try:
        faults = [_fill(path, write.data) for path, write in zip(hidden, writes, strict=True)]
        filled = [path for path, fault in zip(hidden, faults, strict=True) if fault is None]
        _sync_bytes(descriptor, filled)
        for index, write in enumerate(writes):
            faults[index] = faults[index] or _appear(hidden[index], folder / write.name, write)
    finally:
        for path in hidden:
            path.unlink(missing_ok=True)
        os.fsync(descriptor)
        os.close(descriptor)
    return faults


def _fill(hidden: Path, data: bytes) -> Fault | None:
    try:
        hidden.unlink(missing_ok=True)
        with hidden.open("xb") as file:
            file.write(data)
    except OSError as exc:
        return exc
    return None


def _sync_bytes(descriptor: int, paths: Sequence[Path]) -> None:
    """Make the bytes of all files durable.

    The descriptor was opened before they were written, so a failed write-back of any of them
    is reported here.
    """
    if len(paths) >= SYNC_TOGETHER:
        if _LIBC.syncfs(descriptor):
            raise OSError(ctypes.get_errno(), "syncfs")
        return
    for path in paths:
        with path.open("rb") as file:
            os.fsync(file.fileno())


_LIBC = ctypes.CDLL(None, use_errno=True)


def _appear(hidden: Path, final: Path, write: Write) -> Fault | None:
    """Give a file its final name; a link fails where a rename would silently replace."""
    try:
        os.link(hidden, final)
    except FileExistsError:
        if _digest(final) != hashlib.sha256(write.data).hexdigest():
            return Conflict(
                "file_name_taken",
                "Unter diesem Namen liegt bereits eine andere Datei.",
                place=write.name,
                remedy="Die fremde Datei in diesem Ordner prüfen und entfernen.",
            )
    except OSError as exc:
        return exc
    return None


def move(source: Path, target: Path) -> None:
    """Rename within one file system and make both folders' entries durable."""
    target.parent.mkdir(parents=True, exist_ok=True)
    source.rename(target)
    sync(target.parent)
    if source.parent != target.parent:
        sync(source.parent)


def sync(folder: Path) -> None:
    """Make the entries of a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def check_apart(folders: Iterable[tuple[str, Path]]) -> None:
    """Make sure that no folder lies inside another: what is dropped is never run or served.

    Raises:
        Misconfigured: two folders overlap.
    """
    known = [(name, path.resolve()) for name, path in folders]
    for index, (name, path) in enumerate(known):
        for other_name, other in known[index + 1 :]:
            if path.is_relative_to(other) or other.is_relative_to(path):
                raise Misconfigured(
                    "folders_overlap",
                    f"Die Ordner „{name}“ und „{other_name}“ liegen ineinander.",
                    place=str(path),
                    remedy="In hub.toml unter [folders] getrennte Ordner angeben.",
                )


def _digest(path: Path) -> str:
    """Return the digest of a regular file; of anything else none, and never wait for a pipe."""
    if not stat.S_ISREG(path.lstat().st_mode):
        return ""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
