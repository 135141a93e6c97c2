"""Units of work in one line, committed in groups by one writing thread.

Whatever has queued up while the last commit was on its way becomes the next group, so every
caller shares the price of being durable.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from hub.core.errors import Unavailable

T = TypeVar("T")
log = logging.getLogger(__name__)

GROUP_MAX = 100
"""Units per commit: beyond this the shared fsync is no longer what costs time."""


@dataclass(slots=True)
class Unit:
    """A unit of work and who waits for it."""

    work: Callable[[Any], Any]
    done: asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop
    result: Any = None
    error: BaseException | None = None

    def resolve(self) -> None:
        """Tell the waiter what became of the unit; only the first time. In its own loop only."""
        if self.done.done():
            return
        if isinstance(self.error, StopIteration):
            # A future refuses it, and its waiter would wait for ever.
            self.done.set_exception(RuntimeError("the unit raised StopIteration"))
        elif self.error is not None:
            self.done.set_exception(self.error)
        else:
            self.done.set_result(self.result)


def answer(units: Sequence[Unit]) -> None:
    """Tell the waiters, in their own loops, what became of their units.

    A loop is woken once for all of its units: each wake-up is a call into the system.
    """
    loops: dict[asyncio.AbstractEventLoop, list[Unit]] = {}
    for unit in units:
        loops.setdefault(unit.loop, []).append(unit)
    for loop, own in loops.items():
        # A loop that was closed has nobody left who waits; the writer must outlive it.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(_resolve_all, own)


def _resolve_all(units: Sequence[Unit]) -> None:
    for unit in units:
        unit.resolve()


@dataclass
class CommitFigures:
    """What the writer has done so far, for metrics and benchmarks."""

    groups: int = 0
    units: int = 0


class Groups:
    """The line of units and the thread that commits them.

    ``commit`` gets a group and leaves in each unit its result or its error; it may answer
    those that are settled before the others.
    """

    def __init__(self, name: str, commit: Callable[[list[Unit]], None]) -> None:
        self._commit = commit
        self._queue: queue.SimpleQueue[Unit | None] = queue.SimpleQueue()
        self._door = threading.Lock()
        """Nothing is queued behind the end: its waiter would wait for ever."""
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._write_groups, name=name)
        self._thread.start()

    def is_over(self) -> bool:
        """Tell whether :meth:`end` was called."""
        return self._ended.is_set()

    async def submit(self, work: Callable[[Any], T]) -> T:
        """Queue the unit and return its result once its group is durable.

        Raises:
            Unavailable: the database was closed.
        """
        loop = asyncio.get_running_loop()
        unit = Unit(work, loop.create_future(), loop)
        with self._door:
            if self._ended.is_set():
                raise closed()
            self._queue.put(unit)
        result: T = await unit.done
        return result

    def end(self) -> None:
        """Finish what is queued and let nothing more in."""
        with self._door:
            if not self._ended.is_set():
                self._ended.set()
                self._queue.put(None)
        self._thread.join()

    def _write_groups(self) -> None:
        while (unit := self._queue.get()) is not None:
            group = [unit]
            ended = False
            while len(group) < GROUP_MAX and not self._queue.empty():
                following = self._queue.get()
                if following is None:
                    ended = True
                    break
                group.append(following)
            self._settle(group)
            answer(group)
            if ended:
                return

    def _settle(self, group: list[Unit]) -> None:
        try:
            self._commit(group)
        except Exception:  # whoever waits must hear of it; the thread must live on
            log.critical("database_broken", exc_info=True)
            fail(group, lambda: RuntimeError("the writer failed"))


def closed() -> Unavailable:
    """The database was closed; nothing more can be asked of it."""
    return Unavailable("database_closed", "Die Datenbank ist geschlossen; der Dienst endet.")


def busy() -> Unavailable:
    """Somebody else holds what the unit needs."""
    return Unavailable("database_busy", "Die Datenbank ist gesperrt.")


def fail(group: list[Unit], error: Callable[[], Exception]) -> None:
    """Give every unit of a group an error of its own."""
    for unit in group:
        unit.error = error()
