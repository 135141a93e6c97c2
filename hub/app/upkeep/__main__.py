"""The process that verifies and drills: ``python -m hub.app.upkeep FOLDER``, settings in a line.

It takes what is wanted, one run after the other, and ends when nothing is. It ends at once with
the process that started it: its input then ends.
"""

from __future__ import annotations

import asyncio
import os
import resource
import sys
from functools import partial
from pathlib import Path

import msgspec

from hub.app.place import CLOCK, Place
from hub.app.rooms import open_database
from hub.app.upkeep.working import Performer
from hub.core.log import set_up_logging
from hub.core.settings import Settings
from hub.store.upkeep import runs

POLITE = 10
"""How much this process stands back behind the service (``nice``)."""
_MEGA = 1024 * 1024


async def work(base: Path) -> None:
    """Perform what is wanted, then return."""
    reader = asyncio.StreamReader(limit=2**24)
    await asyncio.get_running_loop().connect_read_pipe(
        partial(asyncio.StreamReaderProtocol, reader), sys.stdin
    )
    settings = msgspec.json.decode(await reader.readline(), type=Settings)
    set_up_logging(settings.log_level)
    limit = settings.efile.memory_mb * _MEGA
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    place = Place(settings, base)
    working = asyncio.create_task(_perform(place))
    listening = asyncio.create_task(reader.read())
    await asyncio.wait([working, listening], return_when=asyncio.FIRST_COMPLETED)
    listening.cancel()
    if not working.done():
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        return
    working.result()


async def _perform(place: Place) -> None:
    async with open_database(place) as database:
        performer = Performer(place, database)
        take = partial(runs.claim, node=place.settings.node)
        while run := await database.write(partial(take, now_us=CLOCK.now_us())):
            await performer.perform(run)


if __name__ == "__main__":
    os.nice(POLITE)
    asyncio.run(work(Path(sys.argv[1])))
