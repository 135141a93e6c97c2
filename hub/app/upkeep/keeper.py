"""Plans what is due, tries the storage out, and keeps the process that verifies and drills."""

from __future__ import annotations

import asyncio
import logging
import sys
import time
from asyncio.subprocess import PIPE, Process
from functools import partial

import msgspec

from efile import EFile, FilingError
from hub.app.place import CLOCK, Place
from hub.app.upkeep.probing import probe_due
from hub.evidence.upkeep.due import want_due
from hub.store.database import Database, Transaction
from hub.store.upkeep import runs

log = logging.getLogger(__name__)

LOOK_S = 5.0
"""How often wanted runs are looked for."""
SETTLED_S = 120.0
"""After a start the storage is left to the messages for so long."""
PLAN_S = 60.0


class Keeper:
    """Looks after the storage of one node's installation."""

    def __init__(self, place: Place, database: Database, room: EFile) -> None:
        self._place = place
        self._database = database
        self._room = room
        self._process: Process | None = None
        self._next_plan = time.monotonic() + SETTLED_S

    async def round(self) -> int:
        """Look once; return 0, for nothing of it makes others look."""
        if time.monotonic() >= self._next_plan:
            self._next_plan = time.monotonic() + PLAN_S
            await self._plan()
        if self._process is not None and self._process.returncode is not None:
            await self._ended(self._process.returncode)
            self._process = None
        if self._process is None and await self._database.read(_is_wanted):
            self._process = await _start(self._place)
        return 0

    async def end(self) -> None:
        """Break off what is under way: it changes nothing and is asked for again."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.returncode is None:
            process.kill()
        await process.wait()
        await self._ended(-1)

    async def _plan(self) -> None:
        rules, tenants = self._place.settings.efile, self._place.tenant_ids
        try:
            await probe_due(self._place, self._database, self._room)
        except FilingError as exc:
            log.warning("probe_failed", extra={"code": exc.code})
        now_us = CLOCK.now_us()

        def work(tx: Transaction) -> None:
            runs.break_off(tx, "upkeep_broken_off", now_us)
            want_due(tx, tenants, rules, now_us)

        await self._database.write(work)

    async def _ended(self, code: int) -> None:
        """What the process left running is broken off; a killed one often lacked memory."""
        if code == 0:
            return
        why = "upkeep_broken_off" if code == -1 else "upkeep_process_ended"
        node = self._place.settings.node
        await self._database.write(
            partial(runs.break_off, code=why, now_us=CLOCK.now_us(), node=node)
        )


def _is_wanted(tx: Transaction) -> bool:
    return tx.one("SELECT id FROM upkeep_run WHERE state = 'wanted' LIMIT 1") is not None


async def _start(place: Place) -> Process:
    """Start the process with the settings this one has, whatever the file says by now."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "hub.app.upkeep", str(place.base), stdin=PIPE
    )
    if process.stdin is not None:
        process.stdin.write(msgspec.json.encode(place.settings) + b"\n")
    return process
