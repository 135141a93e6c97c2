"""Durable acts in folders: write once, never overwrite, sync before anybody relies on it.

A file appears under its final name only when its bytes are on disk. Residual risk: a file
server that lies about fsync or ``link`` cannot be seen through from here.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable
from pathlib import Path

from hub.core.errors import Conflict, Misconfigured


def write_once(folder: Path, name: str, data: bytes, temporary: str) -> None:
    """Put bytes under a name that must be free, or already hold the same bytes.

    Args:
        folder: where the file shall appear; created if missing.
        name: final name.
        data: the whole content.
        temporary: name nobody else uses, so that a repeated act replaces its own remains.

    Raises:
        Conflict: the name is taken by other bytes.
        OSError: the disk refuses.
    """
    folder.mkdir(parents=True, exist_ok=True)
    hidden = folder / f".{temporary}.tmp"
    hidden.unlink(missing_ok=True)
    try:
        with hidden.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        # A link fails where a rename would silently replace.
        os.link(hidden, folder / name)
    except FileExistsError as exc:
        if _digest(folder / name) != hashlib.sha256(data).hexdigest():
            raise Conflict(
                "file_name_taken",
                "Unter diesem Namen liegt bereits eine andere Datei.",
                place=name,
                remedy="Die fremde Datei im Ausgangsordner prüfen und entfernen.",
            ) from exc
    finally:
        hidden.unlink(missing_ok=True)
        sync(folder)


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
