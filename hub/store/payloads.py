"""Payload bytes, named by their digest, written once, durable before anybody names them.

Small payloads lie in the database and share the commit of the message row: one fsync for a
whole group. Large ones would bloat it and lie in files, synced before the row is written;
they are hashed while they are written, so that no size needs more memory than a block.
Nothing is ever overwritten but damaged bytes by the right ones; only retention removes.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import AsyncIterable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Self

from hub.core import failpoint
from hub.core.errors import Conflict, Unavailable
from hub.store.database import Database, Transaction
from hub.store.shelf.removal import hidden_files
from hub.store.shelf.writing import BLOCK_BYTES, blocks, durably, put

failpoint.declare("payload_before_name")

INLINE_BYTES = 128 * 1024
"""Up to this size a row is cheaper than a file with its own fsync."""

TOGETHER_BYTES = 4 * INLINE_BYTES
"""So much of streams kept together stays in memory; beyond it small ones lie in files too."""

HEAD_BYTES = 65_536
"""So much of a large payload is at hand without reading its file."""

_LEFT_US = 86_400_000_000
"""No body takes a day; another node may be writing what is younger."""

INCOMING = ".incoming"
"""Folder of what is still being written; what a crash leaves here nobody was told of."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Bytes ready to be named in a unit of work."""

    sha256: str
    size: int
    inline: bytes | None
    """The bytes themselves; ``None``: they lie durably in their file."""
    first: bytes = b""
    """The beginning of bytes that lie in a file."""

    @property
    def head(self) -> bytes:
        """The first bytes, as far as a cheap look at them goes."""
        return self.first if self.inline is None else self.inline[:HEAD_BYTES]


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
        if len(data) <= INLINE_BYTES:
            return Kept(hashlib.sha256(data).hexdigest(), len(data), data)
        return await asyncio.to_thread(self._keep_large, data)

    async def keep_stream(self, chunks: AsyncIterable[bytes]) -> Kept:
        """Do the same with bytes that are still coming in; what the source raises passes.

        Raises:
            Unavailable: the disk is full or does not sync.
        """
        with self.gather() as gathering:
            await gathering.add(chunks)
            return (await gathering.end())[0]

    @contextmanager
    def gather(self) -> Iterator[Gathering]:
        """Keep several streams together: left before the end, nothing of them remains."""
        with ExitStack() as stack:
            yield Gathering(self._folder, stack)

    def keep_file(self, file: BinaryIO) -> Kept:
        """Do the same with an open file, from where it stands to its end; blocks its thread.

        Raises:
            OSError: the file cannot be read.
            Unavailable: the disk is full or does not sync.
        """
        with _Spool(self._folder) as spool:
            while block := file.read(BLOCK_BYTES):
                spool.add(block)
            return spool.end()

    def _keep_large(self, data: bytes) -> Kept:
        with _Spool(self._folder) as spool:
            spool.add(data)
            return spool.end()

    @staticmethod
    def name(tx: Transaction, tenant: str, kept: Kept, now_us: int) -> str:
        """Name the bytes within a unit of work and return their digest."""
        Payloads.name_all(tx, ((tenant, kept),), now_us)
        return kept.sha256

    @staticmethod
    def name_all(tx: Transaction, kept: Iterable[tuple[str, Kept]], now_us: int) -> None:
        """Name the bytes of offices within a unit of work."""
        tx.many(
            "INSERT INTO payload (tenant, sha256, bytes, size, kept_us) "
            "VALUES (:tenant, :sha256, :bytes, :size, :now) "
            # Retention counts from when bytes were named last.
            "ON CONFLICT (tenant, sha256) DO UPDATE SET kept_us = excluded.kept_us",
            [
                {"tenant": tenant, "sha256": one.sha256, "bytes": one.inline, "size": one.size,
                 "now": now_us}
                for tenant, one in kept
            ],
        )  # fmt: skip

    async def get(self, tenant: str, sha256: str) -> bytes:
        """Return an office's bytes, checked against their digest.

        Raises:
            Conflict: the bytes are missing or were changed, or are not this office's.
            Unavailable: the folder cannot be read at the moment.
        """
        found = await self._database.read(lambda tx: self.look_up(tx, tenant, (sha256,)))
        if sha256 not in found:
            # The folder is everybody's; what names bytes is the row.
            removed = await self._database.read(lambda tx: _was_removed(tx, tenant, sha256))
            raise _expired(sha256) if removed else _damaged(sha256)
        return await self.read(sha256, found[sha256])

    @staticmethod
    def look_up(tx: Transaction, tenant: str, digests: Sequence[str]) -> dict[str, bytes | None]:
        """Return what is named of an office's bytes; ``None`` for those that lie in the folder."""
        rows = tx.all(
            "SELECT sha256, bytes FROM payload WHERE tenant = :tenant AND sha256 IN :digests",
            tenant=tenant, digests=tuple(digests),
        )  # fmt: skip
        return {row["sha256"]: row["bytes"] for row in rows}

    @staticmethod
    def sizes(tx: Transaction, tenant: str, digests: Sequence[str]) -> dict[str, int]:
        """Return how many bytes an office's payloads have."""
        rows = tx.all(
            "SELECT sha256, size FROM payload WHERE tenant = :tenant AND sha256 IN :digests",
            tenant=tenant, digests=tuple(digests),
        )  # fmt: skip
        return {row["sha256"]: row["size"] for row in rows}

    async def read(self, sha256: str, inline: bytes | None) -> bytes:
        """Return bytes that were looked up, from the folder where they are not inline.

        Raises:
            Conflict: the bytes are missing or were changed.
            Unavailable: the folder cannot be read at the moment.
        """
        data = inline
        if data is None:
            data = await asyncio.to_thread(_read, self.path(sha256))
        if hashlib.sha256(data).hexdigest() != sha256:
            raise _damaged(sha256)
        return data

    def sweep(self, now_us: int) -> int:
        """Remove what was still being written when a process died, a day ago or earlier."""
        left = self._folder / INCOMING
        old = [
            path
            for path in (left.iterdir() if left.is_dir() else ())
            if path.lstat().st_mtime_ns // 1000 <= now_us - _LEFT_US
        ]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)

    def path(self, digest: str) -> Path:
        """Return where large bytes lie."""
        return self._folder / digest[:2] / digest


def _read(path: Path) -> bytes:
    try:
        # Somebody may just be looking whether the file may go; it comes back if it must stay.
        for place in (path, *hidden_files(path), path):
            with suppress(FileNotFoundError):
                return place.read_bytes()
    except OSError as exc:
        raise Unavailable(
            "payload_unreadable",
            "Aufbewahrte Nutzdaten sind zurzeit nicht lesbar.",
            place=path.name[:12],
            remedy="Datenträger und Rechte im Datenordner prüfen; es wird erneut versucht.",
        ) from exc
    raise _damaged(path.name)


class Gathering:
    """Streams that are kept together, one after the other."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder = folder
        self._stack = stack
        self._spools: list[_Spool] = []
        self._room = TOGETHER_BYTES

    async def add(self, chunks: AsyncIterable[bytes], *, head: bool = True) -> int:
        """Take the next stream and return its size; what the source raises passes.

        Args:
            chunks: the bytes.
            head: whether somebody will look at the first of them without reading the rest.

        Raises:
            Unavailable: the disk is full or does not sync.
        """
        room, first = min(INLINE_BYTES, self._room), HEAD_BYTES if head else 0
        spool = self._stack.enter_context(_Spool(self._folder, room, first))
        self._spools.append(spool)
        async for block in blocks(chunks):
            if spool.fits(block):
                spool.add(block)
            else:
                await asyncio.to_thread(spool.add, block)
        if spool.is_large:
            await asyncio.to_thread(spool.settle)
        else:
            self._room -= spool.size
        return spool.size

    async def end(self) -> list[Kept]:
        """Return what was kept, in order; only now do large ones get their names.

        Raises:
            Unavailable: the disk is full or does not sync.
        """
        if any(spool.is_large for spool in self._spools):
            return await asyncio.to_thread(self._end)
        return self._end()

    def _end(self) -> list[Kept]:
        return [spool.end() for spool in self._spools]


class _Spool:
    """Bytes on their way in: hashed as they come, in memory while small, then in a file.

    A file gets its name only when its bytes are on disk, and the name is on disk before
    anybody is told. Left without :meth:`end`, nothing remains.
    """

    def __init__(self, folder: Path, in_memory: int = INLINE_BYTES, head: int = HEAD_BYTES) -> None:
        self._folder = folder
        self._in_memory = in_memory
        self._head = head
        self._digest = hashlib.sha256()
        self._small = bytearray()
        self._first = b""
        self.size = 0
        self._file: BinaryIO | None = None
        """While it is written to."""
        self._temporary: Path | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            with suppress(OSError):
                # A full disk refuses the rest a second time; it was said the first time.
                self._file.close()
        if self._temporary is not None:
            self._temporary.unlink(missing_ok=True)

    @property
    def is_large(self) -> bool:
        """Whether the bytes lie in a file."""
        return self._temporary is not None

    def fits(self, block: bytes) -> bool:
        """Tell whether the bytes stay in memory with this block, so that no disk is touched."""
        return not self.is_large and self.size + len(block) <= self._in_memory

    def add(self, block: bytes) -> None:
        """Take the next bytes.

        Raises:
            Unavailable: the disk is full.
        """
        stays = self.fits(block)
        self._digest.update(block)
        self.size += len(block)
        if stays:
            self._small += block
            return
        with durably():
            self._write(block)

    def _write(self, block: bytes) -> None:
        if self._file is None:
            path = self._folder / INCOMING / f"{os.getpid()}.{os.urandom(8).hex()}"
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("xb")
            self._temporary = path
            self._file.write(self._small)
            self._first = bytes(self._small[: self._head] + block[: self._head])[: self._head]
            self._small.clear()
        self._file.write(block)

    def settle(self) -> None:
        """Bring bytes that lie in a file to the disk, under no name yet.

        Raises:
            Unavailable: the disk is full or does not sync.
        """
        if self._file is not None:
            with durably():
                self._file.flush()
                os.fsync(self._file.fileno())
                self._file.close()
            # Its buffer goes too: of a hundred only names are held.
            self._file = None

    def end(self) -> Kept:
        """Return what was kept; large bytes are durable by now.

        Raises:
            Unavailable: the disk is full or does not sync.
        """
        digest = self._digest.hexdigest()
        if self._temporary is None:
            return Kept(digest, self.size, bytes(self._small))
        self.settle()
        failpoint.reach("payload_before_name")
        with durably():
            put(self._temporary, self._folder / digest[:2] / digest)
        return Kept(digest, self.size, None, self._first)


def _was_removed(tx: Transaction, tenant: str, sha256: str) -> bool:
    return bool(
        tx.all(
            "SELECT 1 FROM payload_removed WHERE tenant = :tenant AND sha256 = :sha256",
            tenant=tenant, sha256=sha256,
        )
    )  # fmt: skip


def _expired(sha256: str) -> Conflict:
    return Conflict(
        "payload_expired",
        "Die Nutzdaten wurden nach Ablauf ihrer Frist entfernt; Prüfsumme und Journal bleiben.",
        place=sha256[:12],
        remedy="Das Dokument in der E-Akte verwenden oder den Absender um die Datei bitten.",
    )


def _damaged(sha256: str) -> Conflict:
    return Conflict(
        "payload_damaged",
        "Aufbewahrte Nutzdaten fehlen oder wurden verändert.",
        place=sha256[:12],
        remedy="Datensicherung einspielen; Betriebshandbuch, Kapitel „Wiederherstellung“.",
    )
