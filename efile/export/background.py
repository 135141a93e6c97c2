"""Work people watch on a page: begun at once, done in the background, told by its row.

A row tells every node how far the work is; its node touches it while it lives. A node that dies
leaves a row nobody touches, which then says so.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial

from efile.errors import FilingError
from efile.export import orders
from efile.export.orders import SAY_AFTER_US, ExportRow, Finished
from efile.ports import Clock, Database, Transaction

log = logging.getLogger(__name__)

Work = Callable[[], Awaitable[Finished]]
_AT_ONCE = 2
_FULL = 20
"""So much may wait on a node."""


class Background:
    """The work of one node."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._running: set[asyncio.Task[None]] = set()

    async def begin(self, row: ExportRow, work: Work) -> None:
        """Enter the row, in place of an older one of its name, and begin; unless that is under way.

        Raises:
            FilingError: too much waits.
        """
        if len(self._running) >= _FULL:
            raise FilingError(
                "exports_busy",
                "Es laufen schon sehr viele Ausgaben.",
                remedy="In einigen Minuten erneut versuchen.",
            )

        if not await self._database.write(lambda tx: orders.enter(tx, row)):
            return
        task = asyncio.create_task(self._run(row, work))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def close(self) -> None:
        """Stop what is under way; whoever asked for it is told."""
        # A task that never took its first step would not tell that it was stopped.
        await asyncio.sleep(0)
        for task in list(self._running):
            task.cancel()
        for task in list(self._running):
            with suppress(asyncio.CancelledError):
                await task

    async def _run(self, row: ExportRow, work: Work) -> None:
        heart = asyncio.create_task(self._beat(row))
        finished = Finished((), "export_stopped")
        try:
            async with self._slots:
                finished = await work()
        except FilingError as exc:
            finished = Finished((), exc.code)
        except Exception:
            log.exception("export_failed")
            finished = Finished((), "export_failed")
        finally:
            heart.cancel()
            now_us = self._clock.now_us()
            await asyncio.shield(
                self._database.write(lambda tx: orders.end(tx, row, finished, now_us))
            )

    async def _beat(self, row: ExportRow) -> None:
        while True:
            await asyncio.sleep(SAY_AFTER_US / 1e6)
            now_us = self._clock.now_us()
            await self._database.write(partial(_touched, row=row, now_us=now_us))


def _touched(tx: Transaction, row: ExportRow, now_us: int) -> None:
    orders.touch(tx, row, row.done, now_us)
