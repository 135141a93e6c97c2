"""A worker that can be stopped at a chosen step: ``python -m tests.crash.zombie FOLDER STEP``.

It claims one delivery, says ``held`` when it stands before the step, and goes on when it is
told to on standard input. At the end it says in one JSON line what it did.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from hub.pipeline.fulfilment.keeping import fulfil
from hub.pipeline.house import PartnerAnswer
from tests.message_house import World, open_world


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


async def hold() -> None:
    """Stand still until told to go on."""
    _say("held")
    await asyncio.to_thread(sys.stdin.readline)


class BookedLine:
    """A partner whose effects are lines in a file that both processes write to."""

    def __init__(self, book: Path, *, stops: bool = False) -> None:
        self._book = book
        self._stops = stops

    async def ask(self, tenant: str, body: bytes, key: str) -> PartnerAnswer:
        if self._stops:
            await hold()
        with self._book.open("a", encoding="utf-8") as book:
            book.write(f"{key}\n")
        return PartnerAnswer(b"", "ab" * 32)

    async def inquire(self, tenant: str, key: str) -> PartnerAnswer | None:
        raise NotImplementedError


def connect(world: World, folder: Path, *, stops: bool = False) -> None:
    """Let the house deliver to the partner with the book."""
    lines = world.house.lines
    assert isinstance(lines, dict)
    lines["azr"] = BookedLine(folder / "book", stops=stops)


async def main(folder: Path, step: str, queue: str) -> None:
    """Do the one delivery that is due."""
    async with open_world(folder) as world:
        connect(world, folder, stops=step == "sending")
        world.clock.advance(1)
        [promise] = await world.claim(queue)
        if step == "leased":
            await hold()
        await fulfil(promise, world.house)
    _say(json.dumps({"epoch": promise.epoch}))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2], sys.argv[3]))
