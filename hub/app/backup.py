"""A backup of a running installation: consistent, complete but for secrets and S3, provable.

Order is the protocol. The database comes first, as one consistent state; then payload files,
which are durable before a row names them; then the outbox, then the inbox, so that whatever
was accepted or delivered meanwhile still lies in one of the two. The list of digests comes
last: a folder without it is no backup.

Residual risk: what was accepted after the inbox was copied is not in it; the interval between
backups bounds what a sender may have to send again. Objects in S3 are the storage's to keep.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from hub.app.place import CLOCK, Place
from hub.app.rooms import AnyDatabase
from hub.core.clock import iso_utc
from hub.core.errors import Misconfigured
from hub.disk.folders import sync
from hub.store import journal
from hub.store.engines.dumps import dump
from hub.store.journal import Head
from hub.store.sqlite import SqliteDatabase

MANIFEST = "manifest.json"
FORMAT = 1
DATABASE = "data/hub.sqlite"
DUMP = "data/hub.pgdump"
"""The database of several nodes, in the custom format of ``pg_dump``."""
BLOCK_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Kept:
    """One file of a backup."""

    path: str
    """Relative to the backup, with ``/``."""
    size: int
    sha256: str


async def back_up(place: Place, database: AnyDatabase, target: Path) -> list[Kept]:
    """Write a backup that is there whole or not at all, and return what it holds.

    Raises:
        Misconfigured: the target exists, or the programs of PostgreSQL are missing.
        Unavailable: the database is away.
    """
    if await asyncio.to_thread(target.exists):
        raise Misconfigured(
            "backup_target_taken", "Das Ziel der Sicherung gibt es schon.", place=str(target),
            remedy="Einen neuen Ordner nennen; eine Sicherung überschreibt nie eine andere.",
        )  # fmt: skip
    began_us = CLOCK.now_us()
    unfinished = target.with_name(f".{target.name}.{os.getpid()}.part")
    unfinished.joinpath("data").mkdir(parents=True)
    unfinished.chmod(0o700)
    try:
        heads = await _copy_database(place, database, unfinished)
        kept = await asyncio.to_thread(lambda: list(_copy_all(place, unfinished)))
        about = {"format": FORMAT, "began": iso_utc(began_us), "began_us": began_us,
                 "node": place.settings.node, "engine": database.dialect,
                 "heads": [asdict(head) for head in heads]}  # fmt: skip
        await asyncio.to_thread(_finish, unfinished, target, about, kept)
    except BaseException:
        await asyncio.to_thread(shutil.rmtree, unfinished, ignore_errors=True)
        raise
    return kept


async def _copy_database(place: Place, database: AnyDatabase, target: Path) -> list[Head]:
    """Copy the database as of one moment and return the journals' heads of that moment."""
    address, rules = place.database_address, place.settings.postgresql
    if address and rules:
        dumped = target / DUMP
        return await asyncio.to_thread(dump, address, dumped, journal.heads, rules.programs)
    if not isinstance(database, SqliteDatabase):
        msg = "a database without an address is a file"
        raise TypeError(msg)
    await database.copy_to(target / DATABASE)
    copy = SqliteDatabase(target / DATABASE)
    try:
        return await copy.read(journal.heads)
    finally:
        await asyncio.to_thread(copy.close)


def _copy_all(place: Place, target: Path) -> Iterator[Kept]:
    folders = place.settings.folders
    yield from _copied(place.payloads, target / "data/payloads", target)
    yield from _copied(place.base / folders.outbox, target / "outbox", target)
    yield from _copied(place.base / folders.inbox, target / "inbox", target)
    for name in ("certs", "checkpoints"):
        yield from _copied(place.base / getattr(folders, name), target / name, target)
    for name in ("schemas", "mappings", "templates", "file_kinds"):
        if getattr(folders, name):
            yield from _copied(place.base / getattr(folders, name), target / name, target)
    yield _copy(place.base / "hub.toml", target / "hub.toml", target)


def _copied(source: Path, target: Path, root: Path) -> Iterator[Kept]:
    """Copy a folder while others work in it.

    A file on its way through the inbox goes from the folder itself to ``.claimed`` to
    ``.done``; walked in this order it is seen at least once.
    """
    for folder, below, names in os.walk(source):
        below.sort()
        for name in sorted(names):
            path = Path(folder) / name
            if path.is_symlink() or not path.is_file():
                continue
            try:
                yield _copy(path, target / path.relative_to(source), root)
            except FileNotFoundError:
                # It went on its way meanwhile, or was fetched.
                continue


def _copy(source: Path, target: Path, root: Path) -> Kept:
    seen, size = hashlib.sha256(), 0
    with source.open("rb") as old:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as new:
            while block := old.read(BLOCK_BYTES):
                seen.update(block)
                size += new.write(block)
            new.flush()
            # Files that wait in the inbox are taken in the order of their times.
            times = os.fstat(old.fileno())
            os.utime(new.fileno(), ns=(times.st_atime_ns, times.st_mtime_ns))
            os.fsync(new.fileno())
    return Kept(target.relative_to(root).as_posix(), size, seen.hexdigest())


def digest_of(path: Path) -> str:
    """Return the digest of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _finish(unfinished: Path, target: Path, about: dict[str, object], kept: list[Kept]) -> None:
    name = DUMP if about["engine"] == "postgresql" else DATABASE
    database = unfinished / name
    kept.append(Kept(name, database.stat().st_size, digest_of(database)))
    text = json.dumps({**about, "files": [asdict(one) for one in kept]}, indent=1)
    with (unfinished / MANIFEST).open("x", encoding="utf-8") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    for folder, _, _ in os.walk(unfinished):
        sync(Path(folder))
    unfinished.rename(target)
    sync(target.parent)
