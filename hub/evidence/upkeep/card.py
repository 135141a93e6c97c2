"""The storage card: what is known of an office's storage, for pages and the command line."""

from __future__ import annotations

from dataclasses import dataclass

from efile import EFile
from hub.core.settings import Settings
from hub.evidence.upkeep.due import Standing, standing
from hub.store.database import Database, Transaction
from hub.store.upkeep import probes, runs
from hub.store.upkeep.probes import Probe


@dataclass(frozen=True, slots=True)
class Keys:
    """What is known of the main key of the e-file and of the keys of files."""

    current: str
    """Name of the main key in use."""
    files: dict[str, int]
    """Keys of files by the name of the main key they lie under."""
    changed_us: int
    split_us: int
    """When it was last given out in shares; 0: not as far as is known."""

    @property
    def elsewhere(self) -> int:
        """Keys that lie under another main key: a change was not brought to its end."""
        return sum(n for name, n in self.files.items() if name != self.current)

    @property
    def shared(self) -> bool:
        """Whether the main key in use was given out in shares."""
        return self.split_us > 0 and self.split_us >= self.changed_us


@dataclass(frozen=True, slots=True)
class Card:
    """An office's storage."""

    tenant: str
    office: str
    place: str
    secure: bool
    bucket: str
    durable: bool
    probe: Probe | None
    verification: Standing
    drill: Standing
    akten: int
    documents: int
    keys: Keys


async def card(
    database: Database, room: EFile, settings: Settings, tenant: str, now_us: int
) -> Card:
    """Return the card of an office."""
    rules = settings.efile

    def work(tx: Transaction) -> tuple[Probe | None, list[Standing], dict[str, int]]:
        found = [standing(tx, tenant, kind, rules, now_us) for kind in runs.KINDS]
        return probes.find(tx, tenant), found, probes.events(tx)

    probe, (verification, drill), events = await database.read(work)
    akten, documents = await room.contents.extent(tenant)
    storage = settings.storage
    return Card(
        tenant=tenant,
        office=settings.tenant(tenant).name,
        place=storage.endpoint,
        secure=storage.secure,
        bucket=f"{storage.bucket_prefix}-{tenant}-akte",
        durable=storage.durable,
        probe=probe,
        verification=verification,
        drill=drill,
        akten=akten,
        documents=documents,
        keys=Keys(
            room.keys.wrap.current, await room.keys.counted(tenant),
            events.get("kek_changed", 0), events.get("kek_split", 0),
        ),
    )  # fmt: skip
