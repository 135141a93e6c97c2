"""Durable acts in folders: write once, never overwrite, sync before anybody relies on it.

A file appears under its final name only when its bytes are on disk, and nothing is ever
replaced. Residual risk: a file server that lies about fsync, ``renameat2`` or ``link`` cannot
be seen through from here; where the latter must stand in for the former, a kill between link
and unlink leaves a second, hidden name.
"""

from __future__ import annotations

import ctypes
import errno
import hashlib
import os
import stat
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from hub.core import failpoint
from hub.core.errors import Conflict, Misconfigured
from hub.disk.folders import make, sync

failpoint.declare("file_before_name", "file_after_name", "outbox_before_sidecar")


@dataclass(frozen=True, slots=True)
class Write:
    """Bytes to put under a name that must be free, or already hold the same bytes."""

    name: str
    """Final name."""
    data: bytes
    """The whole content."""
    temporary: str
    """Name nobody else uses, so that a repeated act replaces its own remains."""
    sidecar: Write | None = None
    """A file that appears when this one is there, never before."""

    @property
    def hidden(self) -> str:
        """Name under which the bytes are written."""
        return f".{self.temporary}.tmp"


Fault = Conflict | OSError
"""Why a file was not written: the name holds other bytes, or the disk refuses."""

SYNC_TOGETHER = 4
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

    Every file's bytes are on disk before its name appears; a sidecar appears when the name of
    its file is on disk; every name is on disk before this returns.

    Raises:
        OSError: the folder cannot be used or synced; nothing of it may be relied on.
    """
    make(folder)
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    every = [part for write in writes for part in (write, write.sidecar) if part]
    try:
        bad = {id(part): fault for part in every if (fault := _fill(descriptor, part))}
        _sync_bytes(descriptor, [part for part in every if id(part) not in bad])
        failpoint.reach("file_before_name")
        faults = [bad.get(id(write)) or _appear(descriptor, write) for write in writes]
        if len(every) > len(writes):
            os.fsync(descriptor)
            failpoint.reach("outbox_before_sidecar")
        for index, sidecar in enumerate(write.sidecar for write in writes):
            if sidecar and faults[index] is None:
                faults[index] = bad.get(id(sidecar)) or _appear(descriptor, sidecar)
    finally:
        try:
            _tidy(descriptor, every)
        finally:
            os.close(descriptor)
    return faults


def _tidy(folder: int, writes: Sequence[Write]) -> None:
    """Remove what still bears a hidden name, and make every name of the folder durable."""
    for write in writes:
        with suppress(FileNotFoundError):
            os.unlink(write.hidden, dir_fd=folder)
    os.fsync(folder)


def _fill(folder: int, write: Write) -> Fault | None:
    """Write the bytes under the hidden name; what lay there is never written through."""
    try:
        with suppress(FileNotFoundError):
            os.unlink(write.hidden, dir_fd=folder)
        opened = os.open(write.hidden, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666, dir_fd=folder)
        with os.fdopen(opened, "wb", buffering=0) as file:
            left = memoryview(write.data)
            while left:
                left = left[file.write(left) :]
    except OSError as exc:
        return exc
    return None


def _sync_bytes(folder: int, writes: Sequence[Write]) -> None:
    """Make the bytes of all files durable.

    The descriptor was opened before they were written, so a failed write-back of any of them
    is reported here.
    """
    if len(writes) >= SYNC_TOGETHER:
        if _LIBC.syncfs(folder):
            raise OSError(ctypes.get_errno(), "syncfs")
        return
    for write in writes:
        descriptor = os.open(write.hidden, os.O_RDONLY | os.O_NOFOLLOW, dir_fd=folder)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


_LIBC = ctypes.CDLL(None, use_errno=True)
_RENAME_NOREPLACE = 1
_NOT_OFFERED = frozenset({errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP})
"""What file systems say that cannot rename without replacing, such as network shares."""


def _appear(folder: int, write: Write) -> Fault | None:
    """Give a file its final name, unless the name is taken: nothing is ever replaced."""
    try:
        _take_name(folder, write.hidden, write.name)
        failpoint.reach("file_after_name")
    except FileExistsError:
        if _digest(folder, write.name) != hashlib.sha256(write.data).hexdigest():
            return Conflict(
                "file_name_taken",
                "Unter diesem Namen liegt bereits eine andere Datei.",
                place=write.name,
                remedy="Die fremde Datei in diesem Ordner prüfen und entfernen.",
            )
    except OSError as exc:
        return exc
    return None


def _take_name(folder: int, hidden: str, final: str) -> None:
    """Rename in one step; where that is not offered, link, and let the caller unlink."""
    old, new = os.fsencode(hidden), os.fsencode(final)
    if _LIBC.renameat2(folder, old, folder, new, _RENAME_NOREPLACE) == 0:
        return
    cause = ctypes.get_errno()
    if cause not in _NOT_OFFERED:
        raise OSError(cause, os.strerror(cause), final)
    os.link(hidden, final, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)


def move(source: Path, target: Path) -> None:
    """Rename within one file system and make both folders' entries durable."""
    make(target.parent)
    source.rename(target)
    sync(target.parent)
    if source.parent != target.parent:
        sync(source.parent)


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


def _digest(folder: int, name: str) -> str:
    """Return the digest of a regular file; of anything else none, and never wait for a pipe."""
    if not stat.S_ISREG(os.lstat(name, dir_fd=folder).st_mode):
        return ""
    descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    with os.fdopen(descriptor, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_outside(folder: tuple[str, Path], others: Iterable[tuple[str, Path]]) -> None:
    """Make sure that a folder does not hold others; it may well lie beside or below them.

    Raises:
        Misconfigured: one of the others lies in the folder, or the folder in a program's.
    """
    name, path = folder[0], folder[1].resolve()
    for other_name, other in others:
        if other.resolve().is_relative_to(path):
            raise Misconfigured(
                "folders_overlap",
                f"Der Ordner „{name}“ enthält „{other_name}“.",
                place=str(path),
                remedy="In hub.toml unter [folders] einen eigenen Ordner angeben.",
            )
