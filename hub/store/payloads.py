"""Payload bytes, named by their digest, written once, durable before anybody names them.

Small payloads lie in the database and share the commit of the message row: one fsync for a
whole group. Large ones would bloat it and lie in files, synced before the row is written.
Nothing is ever overwritten but damaged bytes by the right ones; only retention removes.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from hub.core.errors import Conflict, Unavailable
from hub.store.database import Database, Transaction

INLINE_BYTES = 128 * 1024
"""Up to this size a row is cheaper than a file with its own fsync."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Bytes ready to be named in a unit of work."""

    sha256: str
    size: int
    inline: bytes | None


class Payloads:
    """The payload store."""

    def __init__(self, database: Database, folder: Path) -> None:
        self._database = database
        self._folder = folder

    async def keep(self, data: bytes) -> Kept:
        """Make large bytes durable; small ones become durable with :meth:`name`.

        Raises:
            Unavailable: the disk is full or does not sync.
        """
        digest = hashlib.sha256(data).hexdigest()
        if len(data) <= INLINE_BYTES:
            return Kept(digest, len(data), data)
        try:
            await asyncio.to_thread(_write_once, self._path(digest), data)
        except OSError as exc:
            raise Unavailable(
                "payload_not_durable",
                "Die Nutzdaten konnten nicht sicher abgelegt werden.",
                remedy="Plattenplatz im Datenordner prüfen.",
            ) from exc
        return Kept(digest, len(data), None)

    @staticmethod
    def name(tx: Transaction, kept: Kept, now_us: int) -> str:
        """Name the bytes within a unit of work and return their digest."""
        tx.run(
            "INSERT INTO payload (sha256, bytes, size, kept_us) "
            "VALUES (:sha256, :bytes, :size, :now) ON CONFLICT (sha256) DO NOTHING",
            sha256=kept.sha256, bytes=kept.inline, size=kept.size, now=now_us,
        )  # fmt: skip
        return kept.sha256

    async def get(self, sha256: str) -> bytes:
        """Return bytes, checked against their digest.

        Raises:
            Conflict: the bytes are missing or were changed.
            Unavailable: the folder cannot be read at the moment.
        """

        def look(tx: Transaction) -> bytes | None:
            row = tx.one("SELECT bytes FROM payload WHERE sha256 = :sha", sha=sha256)
            return row["bytes"] if row else None

        data = await self._database.read(look)
        if data is None:
            data = await asyncio.to_thread(_read, self._path(sha256))
        if hashlib.sha256(data).hexdigest() != sha256:
            raise _damaged(sha256)
        return data

    def _path(self, digest: str) -> Path:
        return self._folder / digest[:2] / digest


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as exc:
        raise _damaged(path.name) from exc
    except OSError as exc:
        raise Unavailable(
            "payload_unreadable",
            "Aufbewahrte Nutzdaten sind zurzeit nicht lesbar.",
            place=path.name[:12],
            remedy="Datenträger und Rechte im Datenordner prüfen; es wird erneut versucht.",
        ) from exc


def _write_once(path: Path, data: bytes) -> None:
    """Write, sync, rename, sync the folder.

    What lies there already is compared, because a damaged file must not stand for good bytes,
    and its folder is synced all the same: whoever put it there may not have come so far.
    """
    if not _holds(path, data):
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
        try:
            with temporary.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.rename(path)
        finally:
            temporary.unlink(missing_ok=True)
    for folder in (path.parent, path.parent.parent):
        _sync_folder(folder)


def _holds(path: Path, data: bytes) -> bool:
    try:
        return path.read_bytes() == data
    except FileNotFoundError:
        return False


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _damaged(sha256: str) -> Conflict:
    return Conflict(
        "payload_damaged",
        "Aufbewahrte Nutzdaten fehlen oder wurden verändert.",
        place=sha256[:12],
        remedy="Datensicherung einspielen; Betriebshandbuch, Kapitel „Wiederherstellung“.",
    )
