"""Exports under way: begun on a page, made in the background, fetched by whoever asked for them.

What is bound lies in storage under the file's prefix for renditions and is taken away after a
day: it can be made again.
"""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from copy import copy

from efile.errors import NotFound
from efile.export import orders, whole
from efile.export.background import Background
from efile.export.orders import ExportRow, Finished
from efile.export.whole import Order, Source, Volume
from efile.isolation.pool import LimitedPool
from efile.objects import layout
from efile.ports import Clock, Database
from efile.sealing.store import SealedStore

KEPT_US = 24 * 3600 * 1_000_000
"""How long a finished export can be fetched."""


class ExportRoom:
    """The whole file as PDF, at once or in the background."""

    def __init__(
        self, source: Source, database: Database, objects: SealedStore, clock: Clock
    ) -> None:
        self._source = source
        self._database = database
        self._objects = objects
        self._clock = clock
        self._pool = LimitedPool(whole.WORKER, limits=whole.LIMITS)
        self._background = Background(database, clock)

    def seen_by(self, source: Source) -> ExportRoom:
        """Return the same room for somebody who sees less of the e-file."""
        seen = copy(self)
        seen._source = source  # noqa: SLF001  a copy of itself
        return seen

    def whole_file(
        self, order: Order, progress: whole.Progress = lambda *_: None
    ) -> AsyncIterator[Volume]:
        """Yield the volumes of a whole-file PDF; see :mod:`efile.export.whole`."""
        return whole.whole_file(self._source, self._pool, order, progress)

    async def begin(self, order: Order, actor: str) -> str:
        """Begin an export in the background and return its id.

        Raises:
            NotFound: there is no such file.
            InvalidRequest: nothing is chosen.
            FilingError: too many exports wait.
        """
        view = await self._source.akte(order.tenant, order.akte)
        documents = whole.chosen(view.documents, order.documents)
        total = sum(len(whole.shown(one)) for one in documents)
        now_us = self._clock.now_us()
        row = ExportRow(order.tenant, str(uuid.uuid4()), view.akte.id, actor, now_us, total)
        await self._background.begin(row, lambda: self._make(row, order))
        return row.id

    async def state(self, tenant: str, akte: str, export: str, actor: str) -> ExportRow:
        """Return how far an export is.

        Raises:
            NotFound: this person began no such export of this file.
        """
        row = await self._database.read(lambda tx: orders.find(tx, tenant, export))
        if row is None or (row.akte_id, row.actor) != (akte, actor):
            raise _missing()
        return row.seen_at(self._clock.now_us())

    async def volume(self, tenant: str, akte: str, export: str, actor: str, number: int) -> bytes:
        """Return a bound volume.

        Raises:
            NotFound: there is none, or no longer.
        """
        row = await self.state(tenant, akte, export, actor)
        if not 1 <= number <= len(row.volumes):
            raise _missing()
        return await self._objects.derived(tenant, layout.export_key(akte, export, number))

    async def sweep(self) -> int:
        """Take away what nobody fetched in time; return how many exports that were."""
        border = self._clock.now_us() - KEPT_US
        rows = await self._database.read(lambda tx: orders.old(tx, border))
        for row in rows:
            for number in range(1, len(row.volumes) + 1):
                key = layout.export_key(row.akte_id, row.id, number)
                await self._objects.destroy(row.tenant, key)
        await self._database.write(lambda tx: orders.remove(tx, rows))
        return len(rows)

    async def close(self) -> None:
        """Stop what is under way; whoever asked for it is told."""
        await self._background.close()
        await self._pool.close()

    async def _make(self, row: ExportRow, order: Order) -> Finished:
        volumes = []
        async for volume in self.whole_file(order, row.note):
            key = layout.export_key(row.akte_id, row.id, volume.number)
            await self._objects.put_once(row.tenant, key, volume.pdf)
            volumes.append((volume.first, volume.last, len(volume.pdf), len(volume.lost)))
        return Finished(tuple(volumes), "")


def _missing() -> NotFound:
    return NotFound(
        "export_missing",
        "Diese Ausgabe gibt es nicht oder nicht mehr.",
        remedy="Auf der Seite der Akte neu erstellen.",
    )
