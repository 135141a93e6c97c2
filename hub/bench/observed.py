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
    since_id: str = ""
    """Ids of the run's messages are greater."""
    since_seq: int = 0
    """Journal entries of the run have higher numbers."""

    @property
    def tenant(self) -> str:
        """The office."""
        return self.load.office.id

    async def rests(self) -> bool:
        """Tell whether every file is received and nothing is in progress; a cheap look."""
        files = self.load.files
        return await self.database.read(
            lambda tx: not _unfinished(tx, self.tenant) and self._received(tx) >= files
        )

    async def at_rest(self) -> None:
        """Wait for that."""
        while not await self.rests():  # noqa: ASYNC110  another process works; only looking tells
            await asyncio.sleep(TICK_S)

    async def rows(self) -> list[Row]:
        """Return the messages of the run."""
        return await self.database.read(
            lambda tx: tx.all(_MESSAGES, tenant=self.tenant, since=self.since_id)
        )

    async def last_us(self, action: str) -> int | None:
        """Return when something was done last."""
        row = await self.database.read(
            lambda tx: tx.one(_LAST, tenant=self.tenant, since=self.since_seq, action=action)
        )
        return row["last"] if row else None

    async def seen(self, accepted: Mapping[str, int]) -> Seen:
        """Return what was found, with the receipts as they were found elsewhere."""
        decided = await self.database.read(
            lambda tx: tx.all(_DECIDED, tenant=self.tenant, since=self.since_seq)
        )
        folder = self.place.base / self.place.settings.folders.outbox / self.tenant / "ihv"
        return Seen(
            messages=await self.database.read(self._received),
            accepted=accepted,
            documents=await self._documents(),
            orders=await asyncio.to_thread(ordered, folder),
            decided=[row["business_id"] for row in decided],
        )

    def _received(self, tx: Transaction) -> int:
        row = tx.one(_COUNT, tenant=self.tenant, since=self.since_id)
        return row["n"] if row else 0

    async def _documents(self) -> int:
        """Count what the e-file holds, file by file."""
        count, after = 0, None
        async with open_efile(self.place, self.database) as room:
            while akten := await room.akten(self.tenant, "", after, 200):
                count += sum(akte.documents for akte in akten)
                after = akten[-1].aktenzeichen
        return count


def _unfinished(tx: Transaction, tenant: str) -> bool:
    return tx.one(_UNFINISHED, tenant=tenant) is not None


_UNFINISHED = """
SELECT 1 FROM message WHERE tenant = :tenant AND state IN ('received', 'routed')
UNION ALL SELECT 1 FROM lane WHERE tenant || '' = :tenant AND state IN ('ready', 'leased')
LIMIT 1
"""
"""Not by the office's lanes, of which an old installation has very many, but by those at work."""

_COUNT = "SELECT count(*) AS n FROM message WHERE tenant = :tenant AND id > :since"

_MESSAGES = """
SELECT id, state, received_us, closed_us FROM message WHERE tenant = :tenant AND id > :since
"""

_LAST = """
SELECT max(at_us) AS last FROM journal
WHERE tenant = :tenant AND seq > :since AND action = :action
"""

_DECIDED = """
SELECT message.business_id FROM journal JOIN message
  ON message.tenant = journal.tenant AND message.id = journal.message_id
WHERE journal.tenant = :tenant AND journal.seq > :since AND journal.action = 'decided'
ORDER BY journal.seq
"""
