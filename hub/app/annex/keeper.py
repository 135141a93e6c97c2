"""Keeps the annex: starts it, hints to it, starts it again, ends it."""

from __future__ import annotations

import asyncio
import logging
import sys
from asyncio.subprocess import PIPE, Process

import msgspec

from hub.app.place import Place
from hub.core.errors import Unavailable
from hub.workers.ending import FINISH_S

log = logging.getLogger(__name__)

HINT = b"\n"
MARGIN_S = 5.0
"""How much longer than its own patience the annex is waited for."""


class Annex:
    """The annex of one installation, started with the first hint."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._process: Process | None = None

    async def ready(self) -> None:
        """Start the annex and return when it files."""
        await self.hint()
        if self._process is not None and self._process.stdout is not None:
            await self._process.stdout.readline()

    async def hint(self) -> int:
        """Say that there may be something to file; start the annex if it is not there.

        Raises:
            Unavailable: it has ended; the next hint starts it again.
        """
        if self._process is None:
            self._process = await _start(self._place)
        if self._process.returncode is not None:
            code, self._process = self._process.returncode, None
            raise Unavailable(
                "filing_process_ended",
                f"Der Prozess, der Dokumente ablegt, hat sich beendet (Rückgabewert {code}).",
                remedy="Er wird von selbst neu gestartet; kommt das öfter vor, das Protokoll des "
                "Dienstes und den freien Arbeitsspeicher prüfen.",
            )
        pipe = self._process.stdin
        # An annex that does not read has hints enough.
        if pipe is not None and not pipe.transport.get_write_buffer_size():
            pipe.write(HINT)
        return 0

    async def end(self) -> None:
        """Let the annex finish what it began; break it off when that takes too long."""
        process, self._process = self._process, None
        if process is None or process.stdin is None:
            return
        process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), FINISH_S + MARGIN_S)
        except TimeoutError:
            log.warning("filing_process_broken_off")
            process.kill()
            await process.wait()


async def _start(place: Place) -> Process:
    """Start the annex with the settings this process has, whatever the file says by now."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "hub.app.annex", str(place.base), stdin=PIPE, stdout=PIPE
    )
    if process.stdin is not None:
        process.stdin.write(msgspec.json.encode(place.settings) + b"\n")
    return process


def annex_of(place: Place) -> Annex | None:
    """Return the annex, where the settings want one."""
    return Annex(place) if place.settings.filing.own_process else None
