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


class OutboxFolder:
    """One partner's outbox at one office."""

    def __init__(self, path: Path) -> None:
        self.path = path

    async def put_all(self, items: Sequence[Item]) -> list[HubError | None]:
        """Deliver many files with three syncs for all; doing it again changes nothing.

        Returns for each ``None``, and then the file and its sidecar are on disk under their
        final names, or why not: ``Conflict`` when another file holds the name, ``Misconfigured``
        when it is no plain file name, ``Unavailable`` when the disk is full or the share away.
        One bad item does not touch the others.
        """
        errors: list[HubError | None] = [_unsafe(item.name) for item in items]
        good = [item for item, error in zip(items, errors, strict=True) if error is None]
        if not good:
            return errors
        faults = iter(await asyncio.to_thread(self._write, good))
        return [error or self._told(next(faults)) for error in errors]

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
    """All outbox folders."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._folders: dict[tuple[str, str], OutboxFolder] = {}

    def folder(self, tenant: str, channel: str) -> OutboxFolder:
        """Return ``outbox/<tenant>/<channel>/``."""
        key = (tenant, channel)
        if key not in self._folders:
            self._folders[key] = OutboxFolder(self.root / tenant / channel)
        return self._folders[key]
