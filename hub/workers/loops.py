"""The loops: watch folders, travel, close cash files, keep promises.

Each loop looks for work, does it, and sleeps until somebody wakes it or its poll is due. A
wake-up is a hint; polling is the truth. A loop that fails is logged and goes on after a
pause: no single message and no single fault stops the house.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from hub.channels.inbound.watch import FolderWatch
from hub.core.errors import Unavailable
from hub.pipeline.balance import add_up
from hub.pipeline.desk import Desk
from hub.pipeline.desk.bulk import Bulk
from hub.pipeline.desk.correcting import enter_approved
from hub.pipeline.desk.status import put_questions
from hub.pipeline.fulfilment.cash_files import close_due_files
from hub.pipeline.fulfilment.letters import write_letters
from hub.pipeline.house import House
from hub.pipeline.pressure import service_ending
from hub.pipeline.recovery import recover
from hub.store import lanes
from hub.workers.doors import Doors
from hub.workers.ending import Remains, open_work, wind_down
from hub.workers.queues.crew import claim
from hub.workers.queues.roster import POLL_S, REST_S, Elsewhere, Loop, Roster, Round
from hub.workers.queues.strays import Strays
from hub.workers.sweep import Sweep
from hub.workers.troubles import Troubles

log = logging.getLogger(__name__)

BALANCE_LOOK_S = 30.0
"""How often what came to rest is added up for the balance."""
BULK_LOOK_S = 5.0
"""How often bulk jobs are looked for; whoever begins one carries on its first cases at once."""
SCAN_REST_S = 0.1
"""Where a loop of the queues rests shortly, one of folders rests longer: a look costs more."""
SWEEP_LOOK_S = 30.0
"""How often the daily sweep is asked whether its day is over."""
PAUSE_S = 2.0
"""How long a loop rests after a fault."""

LASTING_S = 30.0
"""People are told of a loop that has failed for so long; monitoring sees it at once."""
STUCK_S = 60.0
"""A loop that did not come round for this long, beyond the longest conversion, hangs."""

Duty = tuple[str, Round, float]
"""Name, what to do again and again beside the messages' way, and how often in seconds."""


class Workers:
    """All loops of one node."""

    def __init__(
        self, house: House, duties: Sequence[Duty] = (), filer: Elsewhere | None = None
    ) -> None:
        """``filer`` files in our place; without one it is done here."""
        self._house = house
        self._duties = tuple(duties)
        self.roster = Roster(house, filer)
        self._running: list[Loop] = []
        self._stopping = False
        self._told = asyncio.Event()
        self._hint = asyncio.Event()
        self._hurry = asyncio.Event()
        self._last_round: dict[str, float] = {}
        self._troubles = Troubles()
        self._doors = Doors(house, self._troubles)

    def look_after(self, duty: Duty) -> None:
        """Take on one more duty, before the work begins."""
        self._duties += (duty,)

    def loops(self, *, at_once: bool) -> list[Loop]:
        """Return the loops in the order a message passes them."""
        house = self._house
        loops = [
            Loop(
                "pickup",
                self._doors.round,
                house.settings.pickup.scan_s,
                SCAN_REST_S,
                sooner_s=lambda: _settling_s(house),
            ),
            self.roster.travel(),
            Loop("cash_files", lambda: close_due_files(house, at_once=at_once), POLL_S, POLL_S),
            Loop("letter", self._letters, POLL_S),
            self.roster.filing(),
            self.roster.refusals(),
            *self.roster.deliveries(),
            Loop("bulk", self._decide_many, BULK_LOOK_S, seldom=True),
            Loop("status", self._put_questions, POLL_S, seldom=True),
            Loop("balance", self._add_up, BALANCE_LOOK_S, seldom=True),
            Loop("sweep", Sweep(house).round, SWEEP_LOOK_S, seldom=True),
            *(Loop(*duty, seldom=True) for duty in self._duties),
        ]
        strays = Strays([loop.name for loop in loops], house)
        return [*loops, Loop("strays", strays.round, SWEEP_LOOK_S, seldom=True)]

    async def run(self, started: Callable[[], None] = lambda: None) -> Remains:
        """Work until :meth:`stop`, finish what was begun, and return what remained.

        ``started`` is called when what a crash left has been put in order.
        """
        await recover(self._house)
        started()
        watch = self._watch()
        self._running = self.loops(at_once=False)
        running = [asyncio.create_task(self._supervise(loop)) for loop in self._running]
        waking = asyncio.create_task(_wake_who_is_needed(self._hint, self._running, self._house))
        told = asyncio.create_task(self._told.wait())
        try:
            # A loop ends untold only by a fault after which nothing may go on.
            await asyncio.wait([told, *running], return_when=asyncio.FIRST_COMPLETED)
        finally:
            told.cancel()
            waking.cancel()
            watch.stop()
            broken_off = await wind_down(running, self.roster.crews, self._hurry)
            await self.roster.end()
            me, now_us = self._house.settings.node, self._house.clock.now_us()
            await self._house.database.write(lambda tx: lanes.hand_back(tx, me, now_us))
            await self._doors.hand_back()
        for task in running:
            if not task.cancelled():
                task.result()
        return Remains(broken_off, await self._house.database.scan(open_work))

    async def run_once(self) -> None:
        """Do everything that is due, and what follows from it, then return."""
        await recover(self._house)
        loops = self.loops(at_once=True)
        while True:
            done = 0
            for loop in loops:
                done += await loop.round()
            if done == 0 and not await _unsettled(self._house) and not await self._relieved():
                return

    def stop(self) -> None:
        """Take nothing more in and let every loop end; a second call breaks off what is left."""
        if self._stopping:
            self._hurry.set()
        self._stopping = True
        self._house.pressure.close()
        self._told.set()
        for loop in self._running:
            loop.woken.set()

    def wake(self) -> None:
        """Say that there may be something to do on the messages' way; a hint."""
        self._hint.set()

    async def ping(self) -> None:
        """Return when the house takes in messages and works.

        Raises:
            HubError: a loop hangs or fails, or the service is ending.
        """
        await self.alive()
        self._troubles.ask()
        if self._stopping:
            raise service_ending()

    async def able(self) -> None:
        """Return when nothing has been in the way of a loop for long.

        Raises:
            HubError: a loop hangs, or has failed for a while.
        """
        await self.alive()
        self._troubles.ask(LASTING_S)

    async def alive(self) -> None:
        """Return when every loop has come round lately.

        Raises:
            Unavailable: a loop hangs.
        """
        if self._stopping:
            return
        oldest = time.monotonic() - self._house.settings.letters.timeout_s - STUCK_S
        stuck = sorted(name for name, at in self._last_round.items() if at < oldest)
        if stuck:
            raise Unavailable(
                "loop_stuck",
                f"Die Verarbeitung steht still: {', '.join(stuck)}.",
                remedy="Dienst neu starten; angefangene Arbeit wird dabei nicht verloren.",
            )

    async def _relieved(self) -> bool:
        """Tell whether a folder that was left alone may be looked into by now."""
        pressure = self._house.pressure
        doors = dict(pressure.paused)
        pressure.look_again()
        return any([await pressure.obstacle(*door) is None for door in doors])

    def _watch(self) -> FolderWatch:
        running = asyncio.get_running_loop()

        def wake() -> None:
            running.call_soon_threadsafe(self.wake)

        watch = FolderWatch(wake)
        for folder in self._house.inboxes.values():
            watch.add(folder.path)
        watch.start()
        return watch

    async def _supervise(self, loop: Loop) -> None:
        while not self._stopping:
            self._last_round[loop.name] = time.monotonic()
            # Before the look: what is said during it is not forgotten after it.
            loop.woken.clear()
            try:
                done = await loop.round()
            except Unavailable as exc:
                if exc.code == "database_not_durable":
                    # A retried fsync may lie: accept nothing more, end, recover by replay.
                    self.stop()
                    raise
                log.warning("loop_failed", extra={"queue": loop.name, "code": exc.code})
                await self._rest(loop, exc)
            except Exception as exc:  # the loop must outlive any fault of a round
                log.exception("loop_failed", extra={"queue": loop.name})
                await self._rest(loop, exc)
            else:
                self._troubles.over(loop.name)
                await self._after(done, loop)

    async def _rest(self, loop: Loop, exc: Exception) -> None:
        self._troubles.note(loop.name, exc)
        await asyncio.sleep(PAUSE_S)

    async def _after(self, done: int, loop: Loop) -> None:
        """Wake the others after work, sleep after none."""
        if done:
            self.wake()
            return
        rested = time.monotonic() + loop.rest_s
        with suppress(TimeoutError):
            await asyncio.wait_for(loop.woken.wait(), min(loop.poll_s, loop.sooner_s()))
        if not self._stopping:
            await asyncio.sleep(rested - time.monotonic())

    async def _add_up(self) -> int:
        return await add_up(self._house.database, self._house.clock.now_us())

    async def _decide_many(self) -> int:
        house, desk = self._house, self._desk()
        entered = await enter_approved(house, desk)
        return entered + await Bulk(house.database, house.clock, desk).round()

    async def _put_questions(self) -> int:
        return await put_questions(self._house, self._desk())

    def _desk(self) -> Desk:
        house = self._house
        patience_s = house.settings.delivery.deadline_h * 3600
        return Desk(house.database, house.journal, house.clock, patience_s, house.routes)

    async def _letters(self) -> int:
        # The lease must outlast the longest conversion.
        lease_s = self._house.settings.letters.timeout_s + self._house.settings.delivery.lease_s
        claimed = await claim("letter", 50, self._house, lease_s)
        if claimed:
            await write_letters(claimed, self._house)
        return len(claimed)


async def _wake_who_is_needed(hint: asyncio.Event, loops: Sequence[Loop], house: House) -> None:
    """Look once for all queues and wake those who work on one that is due, and the others.

    Whoever is not woken looks by itself when its poll is due.
    """
    queues = [loop.queue for loop in loops if loop.queue]
    while True:
        await hint.wait()
        hint.clear()
        due = await _due(queues, house)
        for loop in loops:
            if not loop.seldom and (loop.queue is None or loop.queue in due):
                loop.woken.set()
        await asyncio.sleep(REST_S)


async def _due(queues: Sequence[str], house: House) -> set[str]:
    now_us = house.clock.now_us()
    try:
        return await house.database.read(lambda tx: lanes.due_among(tx, queues, now_us))
    except Exception:  # noqa: BLE001  each of them meets the fault, and says so, by itself
        return set(queues)


def _settling_s(house: House) -> float:
    """Return how long the first of the files that still have to stand still has to."""
    unsettled = (folder.rules for folder in house.inboxes.values() if folder.unsettled)
    return min((rules.settle_s for rules in unsettled), default=math.inf)


async def _unsettled(house: House) -> bool:
    """Wait a little when files still have to stand still."""
    if _settling_s(house) < math.inf:
        await asyncio.sleep(POLL_S)
        return True
    return False
