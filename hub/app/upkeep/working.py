"""One verification or drill from its beginning to its result."""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

from efile import Fault, FilingError, LookedAt, index_differences, index_migrations
from hub.app.place import CLOCK, Place
from hub.app.rooms import open_efile, open_store
from hub.core.errors import HubError, Unavailable
from hub.store.database import Database, Row, Transaction
from hub.store.journal import Entry, Journal
from hub.store.migrate import migrate
from hub.store.sqlite import SqliteDatabase
from hub.store.upkeep import runs
from hub.store.upkeep.runs import Result

log = logging.getLogger(__name__)

REPORT_S = 2.0
"""How often a run gives a sign of life."""


class Performer:
    """Performs runs on one installation."""

    def __init__(self, place: Place, database: Database) -> None:
        self._place = place
        self._database = database
        self._book = Journal(place.settings.node)

    async def perform(self, run: Row, *, open_faults: bool = False) -> Result:
        """Do what a claimed run asks for, and keep and journal what it came to.

        With ``open_faults`` what keeps a run from its end is raised once it is noted.
        """
        store = LookedAt(open_store(self._place))
        beat = asyncio.create_task(self._report(run["id"], store))
        hindrance: HubError | FilingError | None = None
        try:
            result = await self._done(run, store)
        except (HubError, FilingError) as exc:
            result, hindrance = Result(code=exc.code), exc
        except MemoryError:
            result = Result(code="upkeep_out_of_memory")
        finally:
            beat.cancel()
            with suppress(asyncio.CancelledError):
                await beat
        if not result.bytes:
            result = replace(result, objects=store.objects, bytes=store.bytes)
        await self._database.write(partial(self._finish, run=run, result=result))
        if hindrance is not None and open_faults:
            raise hindrance
        told = {"kind": run["kind"], "state": result.state, "code": result.code}
        log.info("upkeep_done", extra=told)
        return result

    async def _done(self, run: Row, store: LookedAt) -> Result:
        if run["kind"] == "verify":
            return await self._verify(run["tenant"], store)
        return await self._drill(run, store)

    async def _verify(self, tenant: str, store: LookedAt) -> Result:
        async with open_efile(self._place, self._database, store=store) as room:
            found = await room.verify(tenant)
        return Result(objects=found.objects, bytes=found.bytes, faults=_written(found.faults))

    async def _drill(self, run: Row, store: LookedAt) -> Result:
        """Build an index beside the one in use and compare the two."""
        tenant = run["tenant"]
        async with (
            _scratch(self._place, run["id"]) as scratch,
            open_efile(self._place, self._database, index=scratch, store=store) as room,
        ):
            built = await room.rebuild(tenant)
            different = await index_differences(tenant, self._database, scratch, store)
        return Result(documents=built.documents, faults=_written([*built.faults, *different]))

    async def _report(self, run: str, store: LookedAt) -> None:
        while True:
            await asyncio.sleep(REPORT_S)
            now_us = CLOCK.now_us()
            await self._database.write(
                partial(
                    runs.report, run=run, objects=store.objects, bytes_read=store.bytes,
                    now_us=now_us,
                )
            )  # fmt: skip

    def _finish(self, tx: Transaction, *, run: Row, result: Result) -> None:
        now_us = CLOCK.now_us()
        if not runs.finish(tx, run["id"], result, now_us):
            return
        action = "efile_verified" if run["kind"] == "verify" else "efile_rebuild_drilled"
        facts = {
            "state": result.state, "objects": result.objects, "bytes": result.bytes,
            "faults": len(result.faults), "code": result.code,
        }  # fmt: skip
        actor = "hub" if run["wanted_by"] == runs.DUE else run["wanted_by"]
        self._book.append(tx, now_us, Entry(run["tenant"], action, actor=actor, facts=facts))


@asynccontextmanager
async def _scratch(place: Place, run: str) -> AsyncIterator[Database]:
    """Yield an empty index that is gone afterwards."""
    folder = place.data / "work" / f"drill-{run}"
    await asyncio.to_thread(_make_room, place, folder)
    index = SqliteDatabase(folder / "index.sqlite")
    try:
        await migrate(index, index_migrations(index.dialect), CLOCK.now_us())
        yield index
    finally:
        await asyncio.to_thread(index.close)
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


def _make_room(place: Place, folder: Path) -> None:
    folder.mkdir(parents=True)
    free = shutil.disk_usage(folder).free
    if free < place.settings.limits.free_bytes:
        folder.rmdir()
        raise Unavailable(
            "drill_without_room",
            "Für die Wiederaufbau-Übung ist auf der Platte des Datenordners zu wenig Platz.",
            remedy="Platz schaffen; gebraucht wird etwa so viel, wie das Register der E-Akte hat.",
        )


def _written(faults: Iterable[Fault]) -> list[dict[str, str]]:
    return [{"what": one.what, "where": one.where, "message": one.message} for one in faults]
