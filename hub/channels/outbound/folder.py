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
from typing import Literal

from hub.channels.safe_folder import Fault, Write, write_all
from hub.core import failpoint
from hub.core.errors import Conflict, HubError, Misconfigured, Unavailable

failpoint.declare("outbox_before_file", "outbox_after_sidecar")

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,150}")

Sidecar = Literal["sha256", "done", "none"]
"""What tells the reader that a file is there: its digest, an empty file, or nothing."""

GROUP_MAX = 128
"""Files per group; a bound for the time a single file may have to wait for the others."""


@dataclass(frozen=True, slots=True)
class Item:
    """A file to deliver."""

    name: str
    data: bytes
    promise_id: str
    """Names the temporary file, so that a repeated delivery replaces its own remains."""
    sidecar: Sidecar = "sha256"

    def to_write(self) -> Write:
        """Return the file with its sidecar."""
        return Write(self.name, self.data, self.promise_id, self._beside())

    def _beside(self) -> Write | None:
        if self.sidecar == "none":
            return None
        text = b""
        if self.sidecar == "sha256":
            # The notation of ``sha256sum``.
            text = f"{hashlib.sha256(self.data).hexdigest()}  {self.name}\n".encode()
        name = f"{self.name}.{self.sidecar}"
        return Write(name, text, f"{self.promise_id}.{self.sidecar}")


@dataclass(frozen=True, slots=True)
class _Waiting:
    item: Item
    done: asyncio.Future[HubError | None]


class OutboxFolder:
    """One partner's outbox at one office."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._waiting: list[_Waiting] = []
        self._writing: asyncio.Task[None] | None = None

    async def put(
        self, name: str, data: bytes, promise_id: str, sidecar: Sidecar = "sha256"
    ) -> None:
        """Deliver a file and its sidecar; doing it again changes nothing.

        Raises:
            Conflict: another file holds the name.
            Misconfigured: the name is not a plain file name.
            Unavailable: the disk is full or the share is away.
        """
        item = Item(name, data, promise_id, sidecar)
        waiting = _Waiting(item, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if self._writing is None:
            self._writing = asyncio.create_task(self._write_groups())
        if error := await waiting.done:
            raise error

    async def put_all(self, items: Sequence[Item]) -> list[HubError | None]:
        """Deliver many files with three syncs for all; doing it again changes nothing.

        Returns for each what :meth:`put` would raise, or ``None``: then the file and its
        sidecar are on disk under their final names. One bad item does not touch the others.
        """
        errors: list[HubError | None] = [_unsafe(item.name) for item in items]
        good = [item for item, error in zip(items, errors, strict=True) if error is None]
        if not good:
            return errors
        faults = iter(await asyncio.to_thread(self._write, good))
        return [error or self._told(next(faults)) for error in errors]

    async def _write_groups(self) -> None:
        """Write what waits; what arrives meanwhile becomes the next group."""
        try:
            while self._waiting:
                group, self._waiting = self._waiting[:GROUP_MAX], self._waiting[GROUP_MAX:]
                await self._write_group(group)
        finally:
            self._writing = None

    async def _write_group(self, group: Sequence[_Waiting]) -> None:
        """Write a group and tell each of its waiters, whatever happened."""
        try:
            errors = await self.put_all([waiting.item for waiting in group])
        except Exception as exc:  # noqa: BLE001  handed to whoever waits
            for waiting in group:
                if not waiting.done.done():
                    waiting.done.set_exception(exc)
            return
        for waiting, error in zip(group, errors, strict=True):
            if not waiting.done.done():
                waiting.done.set_result(error)

    def _write(self, items: Sequence[Item]) -> list[Fault | None]:
        try:
            failpoint.reach("outbox_before_file")
            faults = write_all(self.path, [item.to_write() for item in items])
            failpoint.reach("outbox_after_sidecar")
        except OSError as exc:
            return [exc] * len(items)
        return faults

    def _told(self, fault: Fault | None) -> HubError | None:
        if fault is None or isinstance(fault, Conflict):
            return fault
        error = Unavailable(
            "outbox_unavailable",
            "Der Ausgangsordner ist nicht beschreibbar.",
            place=str(self.path),
            remedy="Freigabe, Rechte und Plattenplatz prüfen; es wird erneut versucht.",
        )
        error.__cause__ = fault
        return error


def _unsafe(name: str) -> Misconfigured | None:
    if _NAME.fullmatch(name):
        return None
    return Misconfigured(
        "file_name_unsafe",
        "Der Dateiname der Route ist unzulässig.",
        place=name,
        remedy="file_name in mappings/routes.toml prüfen.",
    )


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
