"""Trying out what the storage does, when it is due, and keeping what was seen."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial

from efile import Capability, EFile
from hub.app.place import CLOCK, Place
from hub.evidence.upkeep.due import DAY_US
from hub.store.database import Database
from hub.store.upkeep import probes
from hub.store.upkeep.probes import Probe


def storage_place(place: Place) -> str:
    """Return where the storage is: what was proven there holds nowhere else."""
    storage = place.settings.storage
    return f"{storage.endpoint}/{storage.bucket_prefix}"


async def probe_due(place: Place, database: Database, room: EFile) -> int:
    """Try out the storage of each office where it is due; return how many were.

    Raises:
        StorageUnavailable: the storage is away.
    """
    days, done = place.settings.efile.probe_days, 0
    for tenant in place.tenant_ids if days else ():
        known = await database.read(partial(probes.find, tenant=tenant))
        old = known is None or known.at_us + days * DAY_US <= CLOCK.now_us()
        if old or (known and known.place != storage_place(place)):
            await probe_now(place, database, room, tenant)
            done += 1
    return done


async def probe_now(
    place: Place, database: Database, room: EFile, tenant: str
) -> tuple[list[Capability], Probe]:
    """Try out an office's storage and keep what was seen.

    Raises:
        StorageUnavailable: the storage is away.
    """
    seen = await room.probe(tenant)
    note = partial(
        probes.note, tenant=tenant, place=storage_place(place),
        found=[asdict(one) for one in seen], now_us=CLOCK.now_us(),
    )  # fmt: skip
    return seen, await database.write(note)
