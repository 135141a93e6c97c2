"""The work on inspections in the background: one task for each, seen to be alive.

A task that ends with its process is taken up again from what was kept: documents that were
looked through stay so, and a copy is made anew.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial

import msgspec

from efile.errors import Conflict, FilingError, NotDisplayable, NotFound
from efile.filing import Archive
from efile.inspection import book
from efile.inspection.bindery import AT_ONCE, Bindery, Progress
from efile.inspection.plan import OPEN, Inspection, Mark, Plan, Report, Withheld, digest_of
from efile.inspection.workshop import LIMITS, WORKER, Workshop
from efile.isolation.pool import LimitedPool
from efile.model import AkteView, Document
from efile.objects import layout
from efile.ports import Clock, ObjectStore, Transaction

log = logging.getLogger(__name__)

LOOKED, MADE = "inspection_after_look", "inspection_after_result"
_BEAT_S = 5.0
"""So often work says how far it is."""
_FULL = 10
"""So many inspections may be worked on at once on a node."""
Work = Callable[[Workshop, Inspection, AkteView], Awaitable[None]]


@dataclass(slots=True)
class Running:
    """What is worked on here, and the children that do it."""

    archive: Archive
    clock: Clock
    pool: LimitedPool = field(default_factory=lambda: LimitedPool(WORKER, AT_ONCE, LIMITS))
    tasks: dict[str, asyncio.Task[None]] = field(default_factory=dict)

    def start(self, workshop: Workshop, one: Inspection, view: AkteView) -> None:
        """Begin the work the state asks for.

        Where too much is under way nothing begins: after a while the page offers to take it up.
        """
        if len(self.tasks) >= _FULL or one.id in self.tasks:
            return
        work = self._search if one.state == "searching" else self._make
        task = asyncio.create_task(self._run(work, workshop, one, view))
        self.tasks[one.id] = task
        task.add_done_callback(lambda _: self.tasks.pop(one.id, None))

    async def settled(self, name: str) -> None:
        """Return once nobody works on an inspection here."""
        while task := self.tasks.get(name):
            await asyncio.wait([task])

    async def close(self) -> None:
        """Stop what is under way; it is taken up again when somebody asks."""
        # A task that never took its first step could not be stopped.
        await asyncio.sleep(0)
        for task in list(self.tasks.values()):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await self.pool.close()

    async def change(
        self, one: Inspection, states: Sequence[str], work: Callable[[Inspection], Inspection]
    ) -> Inspection:
        """Change an inspection; see :func:`efile.inspection.book.change`."""
        now_us = self.clock.now_us()
        return await self.archive.database.write(
            lambda tx: book.change(tx, one, states, work, now_us)
        )

    async def _run(self, work: Work, workshop: Workshop, one: Inspection, view: AkteView) -> None:
        try:
            await work(workshop, one, view)
        except FilingError as exc:
            await self._failed(one, exc.code)
        except Exception:
            log.exception("inspection_failed")
            await self._failed(one, "inspection_failed")
        finally:
            # Children that wait for more would hold the last document all the while.
            await self.pool.close()

    async def _failed(self, one: Inspection, fault: str) -> None:
        # Somebody else may have ended it meanwhile, or taken it away: then theirs counts.
        with suppress(Conflict, NotFound):
            await self.change(
                one, ("searching", "making"), lambda known: replace(known, state=OPEN, fault=fault)
            )
            # What storage does not let go of now goes before the copy is begun anew.
            with suppress(FilingError):
                await Shelf(self.archive.objects, one).clear()

    async def _search(self, workshop: Workshop, one: Inspection, view: AkteView) -> None:
        """Look through what was not looked through yet; each document is kept as it is done."""
        documents = {each.id: each for each in view.documents}
        current, names = one, one.plan.documents
        async with self._beating(one) as note:
            for number, name in enumerate(names):
                note(number, len(names))
                if name not in current.plan.pages:
                    current = await self._look_through(workshop, current, documents[name])
                    self.archive.passing(LOOKED)
        await self.change(one, ("searching",), lambda known: replace(known, state=OPEN))

    async def _look_through(
        self, workshop: Workshop, one: Inspection, document: Document
    ) -> Inspection:
        try:
            seen = await workshop.look(document, one.plan.terms, one.plan.own)
        except NotDisplayable:
            return await self.change(one, ("searching",), lambda known: _unshown(known, document))
        now_us = self.clock.now_us()

        def looked(known: Inspection) -> Inspection:
            terms = {each.id: each for each in (*known.plan.terms, *seen.terms)}
            pages = known.plan.pages | {document.id: seen.pages}
            return _with(known, terms=tuple(terms.values()), pages=pages)

        def work(tx: Transaction) -> Inspection:
            book.add(tx, one, seen.marks)
            return book.change(tx, one, ("searching",), looked, now_us)

        return await self.archive.database.write(work)

    async def _make(self, workshop: Workshop, one: Inspection, view: AkteView) -> None:
        marks = await self.archive.database.read(lambda tx: book.marks(tx, one))
        shelf = Shelf(self.archive.objects, one)
        await shelf.clear()
        async with self._beating(one) as note:
            copy = await Bindery(workshop, one, marks).copy(view, shelf, note)
        report = replace(copy.report, proven_at_us=self.clock.now_us())
        if report.remnants:
            await self._leaking(one, report, copy.marks)
            await shelf.clear()
            return
        self.archive.passing(MADE)
        digest = digest_of(report.parts)
        await self.change(
            one, ("making",),
            lambda known: replace(known, state="waiting", report=report, sha256=digest),
        )  # fmt: skip

    async def _leaking(self, one: Inspection, report: Report, marks: Sequence[Mark]) -> None:
        """Nothing leaves; what was found is there to be decided on."""
        now_us = self.clock.now_us()

        def stopped(known: Inspection) -> Inspection:
            return replace(known, state=OPEN, fault="inspection_leaks", report=report, sha256="")

        def work(tx: Transaction) -> None:
            book.add(tx, one, marks)
            book.change(tx, one, ("making",), stopped, now_us)

        await self.archive.database.write(work)

    @asynccontextmanager
    async def _beating(self, one: Inspection) -> AsyncIterator[Progress]:
        """Say now and then how far the work is; yield who is told."""
        stand = [0, max(one.total, 1)]

        def note(done: int, total: int) -> None:
            stand[:] = [done, total]

        async def beat() -> None:
            while True:
                beaten = partial(
                    book.touch, one=one, done=stand[0], total=stand[1], now_us=self.clock.now_us()
                )
                await self.archive.database.write(beaten)
                await asyncio.sleep(_BEAT_S)

        heart = asyncio.create_task(beat())
        try:
            yield note
        finally:
            heart.cancel()
            with suppress(asyncio.CancelledError):
                await heart


class Shelf:
    """Where pages of a copy lie until their part is bound, and parts until they are approved."""

    def __init__(self, objects: ObjectStore, one: Inspection) -> None:
        self._objects = objects
        self._one = one

    async def keep(self, number: int, pages: bytes) -> None:
        """Keep pages on their way."""
        await self._objects.put_once(self._one.tenant, self._pages(number), pages)

    async def take(self, number: int) -> bytes:
        """Return kept pages and keep them no longer."""
        pages = await self._objects.get(self._one.tenant, self._pages(number))
        await self._objects.destroy(self._one.tenant, self._pages(number))
        return pages

    async def finish(self, number: int, pdf: bytes) -> None:
        """Keep a part of the copy; numbers begin with 1."""
        await self._objects.put_once(self._one.tenant, result_key(self._one, number), pdf)

    async def clear(self) -> None:
        """Take everything away, also what a process left that ended on its way."""
        prefix = layout.export_prefix(self._one.akte_id, self._one.id)
        found = [
            each.key async for page in self._objects.pages(self._one.tenant, prefix)
            for each in page
        ]  # fmt: skip
        for key in found:
            await self._objects.destroy(self._one.tenant, key)

    def _pages(self, number: int) -> str:
        return layout.pages_key(self._one.akte_id, self._one.id, number)


def result_key(one: Inspection, number: int) -> str:
    """Return where a part of a copy lies that waits to be approved."""
    return layout.export_key(one.akte_id, one.id, number)


def _unshown(known: Inspection, document: Document) -> Inspection:
    """Nobody can say what is in a document without pages: it is withheld."""
    reason = "Nicht als Seiten darstellbar"
    withheld = Withheld(ground="T", reason=reason, by="aktenhub")
    return _with(
        known, withheld=known.plan.withheld | {document.id: withheld},
        pages=known.plan.pages | {document.id: 0},
    )  # fmt: skip


def _with(known: Inspection, **changes: object) -> Inspection:
    plan: Plan = msgspec.structs.replace(known.plan, **changes)
    return replace(known, plan=plan)
