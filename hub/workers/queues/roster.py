"""The loops of the queues, and whose each of them is: a crew of this process or another one."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol

from hub.pipeline.fulfilment.groups import deliver_files, file_documents
from hub.pipeline.fulfilment.keeping import fulfil
from hub.pipeline.house import House
from hub.pipeline.journey.travel import travel
from hub.workers.queues.crew import Act, Claim, Crew, Group, Size, claim, heads, lines, singly
from hub.workers.queues.gates import FILE_QUEUE, Gate, StorageGate

REST_S = 0.02
"""Where a hundred things happen in a second, looking after each would cost more than the work."""
POLL_S = 0.25
"""How long a loop sleeps when nothing wakes it."""

TRAVEL = Size(lanes=64, behind=15, groups=3)
FILE = Size(lanes=128, behind=15, groups=2)
DELIVER = Size(lanes=256, behind=0, groups=2)
"""Partners get the files of a case one after the other: none goes out before the one ahead."""
AT_ONCE = 64
"""Promises in work at the same time where each is done by itself."""

Round = Callable[[], Awaitable[int]]
"""Do what is due and return how much it was."""


@dataclass(slots=True)
class Loop:
    """What is looked after again and again, and when."""

    name: str
    round: Round
    poll_s: float
    rest_s: float = REST_S
    """A loop that found nothing looks again no sooner, however often it is woken."""
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    seldom: bool = False
    """Keeps its own time: what happens to messages is no reason to look sooner."""
    sooner_s: Callable[[], float] = lambda: math.inf
    """Where something is known to become due before its poll: in how many seconds."""
    queue: str | None = None
    """Works on this queue alone, and is woken only when a lane of it is due."""


class Elsewhere(Protocol):
    """Somebody else who works on a queue in our place."""

    async def hint(self) -> int:
        """Say that there may be something to do; return 0, because nothing was done here.

        Raises:
            Unavailable: nobody is there.
        """
        ...

    async def end(self) -> None:
        """Let what was begun be finished; return when nothing more is done."""
        ...


class Roster:
    """Who works on which queue of a house."""

    def __init__(self, house: House, filer: Elsewhere | None = None) -> None:
        self.crews: list[Crew] = []
        """Those of this process."""
        self._house = house
        self._filer = filer

    def travel(self) -> Loop:
        """Return the loop that reads messages and decides."""
        return self._groups("travel", TRAVEL, travel)

    def filing(self) -> Loop:
        """Return the loop that brings documents into the e-file, or sees to it that it is done."""
        if self._filer:
            return Loop(FILE_QUEUE, self._filer.hint, POLL_S, queue=FILE_QUEUE)
        gate = StorageGate(FILE, self._house)
        return self._crew(FILE_QUEUE, FILE.groups, file_documents, gate.claim)

    def refusals(self) -> Loop:
        """Return the loop that puts refused bytes aside."""
        return self._one_by_one("refuse")

    def deliveries(self) -> list[Loop]:
        """Return who delivers to each partner; over the network through its gate."""
        return [
            self._deliverers(partner)
            for partner in sorted({route.partner for route in self._house.routes.ways_out})
        ]

    async def end(self) -> None:
        """Let those who work elsewhere finish."""
        if self._filer:
            await self._filer.end()

    def _deliverers(self, partner: str) -> Loop:
        queue = f"deliver:{partner}"
        target = next((one for one in self._house.settings.https if one.name == partner), None)
        if target is None and self._has_line(partner):
            # Its address is missing: each delivery says so in its own clearing case.
            return self._one_by_one(queue)
        if target is None:
            return self._groups(queue, DELIVER, deliver_files)
        gate = Gate(target, queue, self._house)
        return self._crew(queue, target.concurrency, singly(fulfil), heads(gate.claim))

    def _has_line(self, partner: str) -> bool:
        ways = self._house.routes.ways_out
        return any(way.partner == partner and way.door == "https" for way in ways)

    def _groups(self, queue: str, size: Size, act: Act) -> Loop:
        return self._crew(queue, size.groups, act, lines(queue, size, self._house))

    def _one_by_one(self, queue: str) -> Loop:
        def claim_up_to(count: int) -> Awaitable[Group]:
            return claim(queue, count, self._house)

        return self._crew(queue, AT_ONCE, singly(fulfil), heads(claim_up_to))

    def _crew(self, queue: str, places: int, act: Act, claim_groups: Claim) -> Loop:
        crew = Crew(places, act, self._house, claim_groups)
        self.crews.append(crew)
        return Loop(queue, crew.round, POLL_S, queue=queue)
