"""The annex itself: ``python -m hub.app.annex FOLDER`` with the settings in the first line.

Every further line is a hint; the end of its input is the word to finish. So it ends with the
process that started it, however that one ends.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import msgspec
from msgspec.structs import replace

from hub.app import memory
from hub.app.place import Place
from hub.app.rooms import open_annex
from hub.core.errors import Unavailable
from hub.core.log import set_up_logging
from hub.core.settings import Settings
from hub.workers.loops import Workers
from hub.workers.queues.roster import Loop

SUFFIX = "-ablage"
"""Of the node's name: what the annex has leased is not the hub's."""
ALIVE_S = 10.0
STUCK = 70
"""Exit status of an annex that no longer comes round (``EX_SOFTWARE``)."""


class Filing(Workers):
    """Files and does nothing else."""

    def loops(self, *, at_once: bool) -> list[Loop]:  # noqa: ARG002  the same either way
        """Return the one loop."""
        return [self.roster.filing()]


async def work(base: Path) -> None:
    """File until the input ends."""
    source = await _input()
    settings = msgspec.json.decode(await source.readline(), type=Settings)
    set_up_logging(settings.log_level)
    place = Place(replace(settings, node=f"{settings.node}{SUFFIX}"), base)
    async with _alone(place), open_annex(place) as house:
        workers = Filing(house)
        memory.settle()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_listen(source, workers))
            watching = tasks.create_task(_watch(workers))
            await workers.run(_say_ready)
            watching.cancel()


def _say_ready() -> None:
    sys.stdout.write("\n")
    sys.stdout.flush()


async def _input() -> asyncio.StreamReader:
    loop, reader = asyncio.get_running_loop(), asyncio.StreamReader(limit=2**24)
    await loop.connect_read_pipe(partial(asyncio.StreamReaderProtocol, reader), sys.stdin)
    return reader


async def _listen(source: asyncio.StreamReader, workers: Workers) -> None:
    while await source.read(4096):
        workers.wake()
    workers.stop()


async def _watch(workers: Workers) -> None:
    """End at once when the loop hangs: whoever keeps us starts another."""
    while True:
        await asyncio.sleep(ALIVE_S)
        try:
            await workers.alive()
        except Unavailable:
            os._exit(STUCK)


@asynccontextmanager
async def _alone(place: Place) -> AsyncIterator[None]:
    """Wait until the annex of a hub that was killed has finished."""
    with (place.data / "annex.lock").open("w") as lock:
        await asyncio.to_thread(fcntl.flock, lock, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    # Asked to end is the hub, and it tells us when.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    memory.share()
    asyncio.run(work(Path(sys.argv[1])))
