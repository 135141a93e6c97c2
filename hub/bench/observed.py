"""What the database and the e-file show of a run, while it lasts and afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from hub.app import Place, open_efile
from hub.bench.load import Load
from hub.bench.tally import Seen, ordered
from hub.store.database import Database, Row, Transaction

TICK_S = 0.2


@dataclass(frozen=True, slots=True)
class Observed:
    """An office of a run: where it works and what it was given."""

    place: Place
    database: Database
    load: Load

    @property
    def tenant(self) -> str:
        """The office."""
        return self.load.office.id

    async def rests(self) -> bool:
        """Tell whether every file is received and nothing is in progress; a cheap look."""
        tenant, files = self.tenant, self.load.files
        return await self.database.read(
            lambda tx: not _unfinished(tx, tenant) and _received(tx, tenant) >= files
        )

    async def at_rest(self) -> None:
        """Wait for that."""
        while not await self.rests():  # noqa: ASYNC110  another process works; only looking tells
            await asyncio.sleep(TICK_S)

    async def rows(self) -> list[Row]:
        """Return the messages of the run."""
        return await self.database.read(lambda tx: _messages(tx, self.tenant))

    async def last_us(self, action: str) -> int | None:
        """Return when something was done last."""
        row = await self.database.read(lambda tx: _last(tx, self.tenant, action))
        return row["last"] if row else None

    async def seen(self, accepted: Mapping[str, int]) -> Seen:
        """Return what was found, with the receipts as they were found elsewhere."""
        decided = await self.database.read(lambda tx: _decided(tx, self.tenant))
        folder = self.place.base / self.place.settings.folders.outbox / self.tenant / "ihv"
        return Seen(
            messages=await self.database.read(lambda tx: _received(tx, self.tenant)),
            accepted=accepted,
            documents=await self._documents(),
            orders=await asyncio.to_thread(ordered, folder),
            decided=[row["business_id"] for row in decided],
        )

    async def _documents(self) -> int:
        """Count what the e-file holds, file by file."""
        count, after = 0, None
        async with open_efile(self.place, self.database) as room:
            while akten := await room.akten(self.tenant, "", after, 200):
                count += sum(akte.documents for akte in akten)
                after = akten[-1].aktenzeichen
        return count


def _unfinished(tx: Transaction, tenant: str) -> bool:
    sql = (
        "SELECT 1 FROM message WHERE tenant = :tenant AND state IN ('received', 'routed') "
        "UNION ALL SELECT 1 FROM lane WHERE tenant = :tenant AND state IN ('ready', 'leased') "
        "LIMIT 1"
    )
    return tx.one(sql, tenant=tenant) is not None


def _received(tx: Transaction, tenant: str) -> int:
    row = tx.one("SELECT count(*) AS n FROM message WHERE tenant = :tenant", tenant=tenant)
    return row["n"] if row else 0


def _messages(tx: Transaction, tenant: str) -> list[Row]:
    return tx.all(
        "SELECT id, state, received_us, closed_us FROM message WHERE tenant = :tenant",
        tenant=tenant,
    )


def _last(tx: Transaction, tenant: str, action: str) -> Row | None:
    return tx.one(
        "SELECT max(at_us) AS last FROM journal WHERE tenant = :tenant AND action = :action",
        tenant=tenant, action=action,
    )  # fmt: skip


def _decided(tx: Transaction, tenant: str) -> list[Row]:
    return tx.all(
        "SELECT message.business_id FROM journal JOIN message "
        "ON message.tenant = journal.tenant AND message.id = journal.message_id "
        "WHERE journal.tenant = :tenant AND journal.action = 'decided' ORDER BY journal.seq",
        tenant=tenant,
    )
