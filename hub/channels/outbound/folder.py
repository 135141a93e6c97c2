"""Outbox folders: whole files under their final name, the sidecar last."""

from __future__ import annotations

import asyncio
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from hub.channels.safe_folder import write_once
from hub.core import failpoint
from hub.core.errors import Misconfigured, Unavailable

failpoint.declare("outbox_before_file", "outbox_before_sidecar", "outbox_after_sidecar")

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,150}")


@dataclass(frozen=True, slots=True)
class OutboxFolder:
    """One partner's outbox at one office."""

    path: Path

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
        try:
            await asyncio.to_thread(self._put, name, data, promise_id)
        except OSError as exc:
            raise Unavailable(
                "outbox_unavailable",
                "Der Ausgangsordner ist nicht beschreibbar.",
                place=str(self.path),
                remedy="Freigabe, Rechte und Plattenplatz prüfen; es wird erneut versucht.",
            ) from exc

    def _put(self, name: str, data: bytes, promise_id: str) -> None:
        failpoint.reach("outbox_before_file")
        write_once(self.path, name, data, promise_id)
        failpoint.reach("outbox_before_sidecar")
        digest = hashlib.sha256(data).hexdigest()
        sidecar = f"{digest}  {name}\n".encode()
        write_once(self.path, f"{name}.sha256", sidecar, f"{promise_id}.sha256")
        failpoint.reach("outbox_after_sidecar")
