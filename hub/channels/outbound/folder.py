"""Outbox folders: whole files under their final name, the sidecar last.

Files that wait at the same time are written as one group: three syncs for all of them
instead of four for each.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hub.channels.safe_folder import Fault, Write, write_all
from hub.core import failpoint
from hub.core.errors import Conflict, Misconfigured, Unavailable

failpoint.declare("outbox_before_file", "outbox_before_sidecar", "outbox_after_sidecar")

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,150}")

GROUP_MAX = 128
"""Files per group; a bound for the time a single file may have to wait for the others."""


@dataclass(frozen=True, slots=True)
class _Put:
    name: str
    data: bytes
    promise_id: str
    done: asyncio.Future[None]

    @property
    def sidecar(self) -> Write:
        """The digest of the file, in the notation of ``sha256sum``."""
        digest = hashlib.sha256(self.data).hexdigest()
        text = f"{digest}  {self.name}\n".encode()
        return Write(f"{self.name}.sha256", text, f"{self.promise_id}.sha256")


class OutboxFolder:
    """One partner's outbox at one office."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._waiting: list[_Put] = []
        self._writing: asyncio.Task[None] | None = None

    async def put(self, name: str, data: bytes, promise_id: str) -> None:
        """Deliver a file and its ``.sha256`` sidecar; doing it again changes nothing.

        Raises:
            Conflict: another file holds the name.
            Misconfigured: the name is not a plain file name.
            Unavailable: the disk is full or the share is away.
        """
        if not _NAME.fullmatch(name):
            raise Misconfigured(
                "file_name_unsafe",
                "Der Dateiname der Route ist unzulässig.",
                place=name,
                remedy="file_name in mappings/routes.toml prüfen.",
            )
        put = _Put(name, data, promise_id, asyncio.get_running_loop().create_future())
        self._waiting.append(put)
        if self._writing is None:
            self._writing = asyncio.create_task(self._write_groups())
        await put.done

    async def _write_groups(self) -> None:
        """Write what waits; what arrives meanwhile becomes the next group."""
        try:
            while self._waiting:
                group, self._waiting = self._waiting[:GROUP_MAX], self._waiting[GROUP_MAX:]
                await self._write_group(group)
        finally:
            self._writing = None

    async def _write_group(self, group: Sequence[_Put]) -> None:
        """Write a group and tell each of its waiters, whatever happened."""
        try:
            faults = await asyncio.to_thread(self._write, group)
        except Exception as exc:  # noqa: BLE001  handed to whoever waits
            for put in group:
                if not put.done.done():
                    put.done.set_exception(exc)
            return
        for put, fault in zip(group, faults, strict=True):
            self._settle(put, fault)

    def _write(self, group: Sequence[_Put]) -> list[Fault | None]:
        try:
            failpoint.reach("outbox_before_file")
            files = [Write(put.name, put.data, put.promise_id) for put in group]
            faults = write_all(self.path, files)
            failpoint.reach("outbox_before_sidecar")
            whole = [put for put, fault in zip(group, faults, strict=True) if fault is None]
            beside = iter(write_all(self.path, [put.sidecar for put in whole]))
            failpoint.reach("outbox_after_sidecar")
            return [fault or next(beside) for fault in faults]
        except OSError as exc:
            return [exc] * len(group)

    def _settle(self, put: _Put, fault: Fault | None) -> None:
        if put.done.done():
            return
        if fault is None:
            put.done.set_result(None)
        elif isinstance(fault, Conflict):
            put.done.set_exception(fault)
        else:
            put.done.set_exception(self._unavailable(fault))

    def _unavailable(self, cause: OSError) -> Unavailable:
        error = Unavailable(
            "outbox_unavailable",
            "Der Ausgangsordner ist nicht beschreibbar.",
            place=str(self.path),
            remedy="Freigabe, Rechte und Plattenplatz prüfen; es wird erneut versucht.",
        )
        error.__cause__ = cause
        return error


class Outboxes:
    """All outbox folders, each with its one writer."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._folders: dict[tuple[str, str], OutboxFolder] = {}

    def folder(self, tenant: str, channel: str) -> OutboxFolder:
        """Return ``outbox/<tenant>/<channel>/``."""
        key = (tenant, channel)
        if key not in self._folders:
            self._folders[key] = OutboxFolder(self.root / tenant / channel)
        return self._folders[key]
