"""Carrying out what was approved, step by step, whatever happens to the process between them."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date
from functools import partial

from efile.disposal import certificate
from efile.disposal.clearing import clear
from efile.disposal.judging import Moment
from efile.disposal.marking import mark_file
from efile.disposal.misfiling import move
from efile.errors import FilingError
from efile.filing import Archive
from efile.index.ending import destroyed, runs
from efile.index.ending.destroyed import Destroyed
from efile.index.ending.runs import Item, RunRow
from efile.integrity.digest import sha256_hex
from efile.objects import layout
from efile.ports import Clock, Signing, Transaction

log = logging.getLogger(__name__)
_PAUSE_US = 60_000_000
"""So long after a fault it is tried again."""


class Carrier:
    """Carries out the runs of every office."""

    def __init__(self, archive: Archive, clock: Clock, signing: Signing | None) -> None:
        self._archive = archive
        self._clock = clock
        self._signing = signing

    async def round(self, today: date) -> int:
        """Do a step of each approved run and clear behind one tombstone."""
        done = await self._mark(today)
        done += await self._clear()
        return done + await self._certify()

    async def _mark(self, today: date) -> int:
        """Destroy the next file of each approved run, or move its document."""
        done = 0
        for run in await self._archive.database.read(runs.all_approved):
            items = await self._archive.database.read(partial(_listed, run=run))
            if not items:
                continue
            at = Moment(today, self._clock.now_us())
            if run.purpose == "misfiling":
                await move(items[0], run, at, self._archive)
            else:
                work = partial(mark_file, item=items[0], run=run, at=at, archive=self._archive)
                await self._archive.database.write(work)
            self._archive.passing("disposal_after_mark")
            done += 1
        return done

    async def _clear(self) -> int:
        """Clear storage behind one tombstone; what fails is tried again later."""
        now_us = self._clock.now_us()
        row = await self._archive.database.read(lambda tx: destroyed.next_marked(tx, now_us))
        if row is None:
            return 0
        try:
            kept = await clear(row, self._archive)
        except FilingError as exc:
            log.warning("disposal_hindered", extra={"tenant": row.tenant, "code": exc.code})
            again = self._clock.now_us() + _PAUSE_US
            fault = exc.code
            await self._archive.database.write(lambda tx: destroyed.put_off(tx, row, again, fault))
            return 0
        ended = self._clock.now_us()
        await self._archive.database.write(lambda tx: destroyed.settle(tx, row, kept, ended))
        return 1

    async def _certify(self) -> int:
        """Write the certificates of runs of which nothing is left to be done."""
        done = 0
        for run in await self._archive.database.read(runs.all_approved):
            gone, items = await self._archive.database.read(partial(_outcome, run=run))
            if any(i.state == "listed" for i in items) or not all(one.settled for one in gone):
                continue
            await self._issue(run, gone, items)
            done += 1
        return done

    async def _issue(self, run: RunRow, gone: Sequence[Destroyed], items: Sequence[Item]) -> None:
        now_us, secret = self._clock.now_us(), self._archive.secret
        said = certificate.content(run, gone, items, now_us, secret)
        written = (await certificate.write(said, secret, self._signing)).decode()
        counts = await self._archive.database.write(
            lambda tx: runs.certify(tx, run, written, now_us)
        )
        self._archive.passing("disposal_after_certificate")
        await self._archive.prepare(run.tenant)
        key = layout.certificate_key(run.id)
        await self._archive.objects.put_once(run.tenant, key, counts.encode())

        def finish(tx: Transaction) -> None:
            if runs.finish(tx, run):
                digest = sha256_hex(counts.encode())
                self._archive.beside.certified(tx, run.tenant, run.id, digest)

        await self._archive.database.write(finish)


def _listed(tx: Transaction, run: RunRow) -> list[Item]:
    """Return what of a run is still to be done; of a file that was marked just now, nothing."""
    return [item for item in runs.items(tx, run.tenant, run.id) if item.state == "listed"]


def _outcome(tx: Transaction, run: RunRow) -> tuple[list[Destroyed], list[Item]]:
    """Return what a run destroyed and what it was about."""
    return destroyed.of_run(tx, run.tenant, run.id), runs.items(tx, run.tenant, run.id)
