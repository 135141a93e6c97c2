"""A database with a journal, a signing key and a notary, for tests of what outsiders check."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hub.certificates.signing import SigningKeys
from hub.core.clock import FixedClock
from hub.core.settings import Evidence
from hub.evidence import export
from hub.evidence.checkpoints import Notary
from hub.evidence.export import Period
from hub.evidence.proof import Proven
from hub.evidence.seals import Seal
from hub.store.database import Row, Transaction
from hub.store.journal import Entry, Journal
from hub.store.migrate import hub_migrations, migrate
from hub.store.sqlite import SqliteDatabase
from tests.engines import AnyDatabase

KEK = bytes(range(32))


@dataclass
class Archive:
    """What the tests of evidence work with."""

    database: AnyDatabase
    folder: Path
    clock: FixedClock = field(default_factory=FixedClock)
    rules: Evidence = field(default_factory=lambda: Evidence(checkpoint_entries=4))

    @property
    def keys(self) -> SigningKeys:
        return SigningKeys(self.database, KEK, self.clock)

    @property
    def notary(self) -> Notary:
        return Notary(self.database, self.keys, self.clock, self.folder, self.rules)

    async def note(self, count: int, tenant: str = "a", **values: Any) -> None:
        """Append entries, each a second after the one before."""
        for number in range(count):
            self.clock.advance(1)
            entry = Entry(tenant, "received", f"m-{number}", facts={"ä": number}, **values)
            now_us = self.clock.now_us()
            await self.database.write(
                lambda tx, at=now_us, one=entry: Journal("hub-1").append(tx, at, one)
            )

    async def lines(self, tenant: str = "a", period: Period | None = None) -> list[str]:
        return await self.database.scan(lambda tx: list(export.section(tx, tenant, period)))

    async def rows(self, sql: str) -> list[Row]:
        return await self.database.read(lambda tx: tx.all(sql))

    async def tamper(self, *statements: str) -> None:
        """Change the database as its owner can: past every guard."""

        def work(tx: Transaction) -> None:
            for row in tx.all("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
                tx.run(f"DROP TRIGGER {row['name']}")
            for statement in statements:
                tx.run(statement)

        await self.database.write(work)


def no_archives(seals: Sequence[Seal], is_wanted: Callable[[Row], bool]) -> list[Proven]:
    """Find entries in archives where there are none."""
    assert not seals
    return []


@asynccontextmanager
async def open_archive(folder: Path, database: AnyDatabase | None = None) -> AsyncIterator[Archive]:
    database = database or SqliteDatabase(folder / "hub.sqlite")
    try:
        await migrate(database, hub_migrations(database.dialect), 0)
        yield Archive(database, folder / "checkpoints")
    finally:
        await asyncio.to_thread(database.close)
