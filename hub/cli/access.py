"""Looks at social data from the command line are in the access log like any other."""

from __future__ import annotations

import getpass
from dataclasses import dataclass

from hub.app import CLOCK
from hub.store import audit
from hub.store.database import Database


@dataclass(frozen=True, slots=True)
class Look:
    """What somebody wants to see."""

    action: str
    object_kind: str
    object_id: str
    tenant: str | None
    akte: str | None = None
    """Id of the file it is about: who has read a file is asked by it."""
    document: str | None = None
    purpose: str = "Befehlszeile"


async def log_look(database: Database, look: Look) -> None:
    """Write the look down, durably, before anything is shown."""
    access = audit.Access(
        at_us=CLOCK.now_us(),
        tenant=look.tenant,
        actor=f"cli:{getpass.getuser()}",
        role="operator",
        action=look.action,
        object_kind=look.object_kind,
        object_id=look.object_id,
        akte=look.akte,
        document=look.document,
        purpose=look.purpose,
    )
    await database.write(lambda tx: audit.append(tx, access))
