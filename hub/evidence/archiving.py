"""Takes closed years out of the journal into signed archives, so that the proof stays whole.

Order is the protocol. A part of a tenant's chain that ends with a checkpoint is written into a
file, sealed, and judged by the verifier, a program of its own. Then the seal is entered: from
that commit on the live chain begins behind it. Only then are the rows removed, in small
portions, past a trigger that lets go only what is sealed. Whatever dies in between, the next
call goes on: a file whose seal was not entered is written anew; where sealed rows are left,
the file is judged once more before they are removed. No file ever takes another's place.

Residual risk: whoever loses the file loses the entries; what stays are head, digest, signature.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from hub.certificates.signing import SigningKeys
from hub.core import failpoint
from hub.core.clock import Clock
from hub.core.errors import Conflict, NotChecked
from hub.evidence import closing, seals
from hub.evidence.archive_file import is_sealed_by, settle, write
from hub.evidence.closing import Plan, Span
from hub.evidence.export import Period
from hub.evidence.seals import Seal
from hub.store import journal
from hub.store.database import Database, Transaction
from hub.store.desk import tally
from hub.store.journal import Entry, Journal

failpoint.declare("archive_written", "archive_sealed", "archive_removing")

PORTION = 2_000
"""Entries removed per unit of work: nobody waits noticeably for it."""
PAGES = 2_000
"""Pages of the SQLite file given back per unit of work."""

Judge = Callable[[Path], Awaitable[bool]]
"""Lets the verifier judge a file."""


class Archivist:
    """Plans, archives, removes."""

    def __init__(
        self, database: Database, keys: SigningKeys, clock: Clock, folder: Path, judge: Judge
    ) -> None:
        self._database = database
        self._keys = keys
        self._clock = clock
        self._folder = folder
        self._judge = judge

    async def plan(self, tenant: str, year: Period) -> Plan:
        """Look at what could be archived; nothing is changed."""
        return await self._database.scan(lambda tx: closing.plan(tx, tenant, year))

    async def archive(self, span: Span, book: Journal, actor: str) -> Seal:
        """Write, judge and enter an archive; from then on :meth:`remove` may remove.

        Raises:
            Conflict: somebody else was first.
            NotChecked: the verifier does not accept what was written; nothing was changed.
        """
        tenant, now_us = span.run.tenant, self._clock.now_us()
        while await self._database.read(lambda tx: tally.counted_to(tx, tenant)) < span.run.last:
            # The balance counts the entries before they go.
            await self._database.write(lambda tx: tally.advance(tx, tenant, now_us))
        signer = await self._keys.active()
        seal, part = await self._database.scan(
            lambda tx: write(tx, span, signer, now_us, self._folder)
        )
        failpoint.reach("archive_written")
        await self._see_that_it_holds(seal, part)
        if not await self._database.write(lambda tx: _enter(tx, seal, book, now_us, actor)):
            raise Conflict(
                "archive_overtaken",
                "Währenddessen hat jemand anderes dieses Journal archiviert.",
                place=seal.name,
                remedy="„aktenhub journal archive“ noch einmal ausführen.",
            )
        failpoint.reach("archive_sealed")
        await asyncio.to_thread(settle, self._folder, seal)
        return seal

    async def remove(self, tenant: str) -> int:
        """Remove what is sealed and still there; return how many entries that were.

        Raises:
            NotChecked: the file of an archive is missing or not what was sealed.
        """
        first = await self._database.read(lambda tx: closing.first_left(tx, tenant))
        if first is None:
            return 0
        for seal in await self._database.read(lambda tx: seals.of(tx, tenant)):
            if seal.seq >= first:
                path = await asyncio.to_thread(settle, self._folder, seal)
                await self._see_that_it_holds(seal, path)
        base = await self._database.read(lambda tx: journal.base(tx, tenant))
        removed = 0
        for begin in range(first, base.seq + 1, PORTION):
            until = min(begin + PORTION - 1, base.seq)
            removed += await self._database.write(
                lambda tx, a=begin, b=until: _remove(tx, tenant, a, b)  # type: ignore[misc]  # mypy has no type for a default of a lambda
            )
            failpoint.reach("archive_removing")
        return removed

    async def give_back(self) -> None:
        """Let SQLite give freed pages back to the disk; PostgreSQL reuses them by itself."""
        if self._database.dialect == "sqlite":
            while await self._database.write(_vacuum):
                pass

    async def _see_that_it_holds(self, seal: Seal, path: Path) -> None:
        is_whole = await asyncio.to_thread(is_sealed_by, path, seal)
        if not (is_whole and await self._judge(path)):
            raise NotChecked(
                "archive_not_sound",
                "Das Archiv fehlt oder ist nicht, was besiegelt wurde; es wurde nichts entfernt.",
                place=str(path),
                remedy="Die Datei aus ihrer Kopie zurücklegen; „aktenhub journal verify DATEI“ "
                "sagt, was nicht stimmt.",
            )


def _enter(tx: Transaction, seal: Seal, book: Journal, now_us: int, actor: str) -> bool:
    if not seals.keep(tx, seal):
        return False
    facts = {"name": seal.name, "first": seal.first_seq, "last": seal.seq}
    entry = Entry(seal.tenant, "journal_archived", actor=actor, digest=seal.digest, facts=facts)
    book.append(tx, now_us, entry)
    return True


def _remove(tx: Transaction, tenant: str, first: int, last: int) -> int:
    return tx.run(
        "DELETE FROM journal WHERE tenant = :tenant AND seq BETWEEN :first AND :last",
        tenant=tenant, first=first, last=last,
    )  # fmt: skip


def _vacuum(tx: Transaction) -> bool:
    """Give some pages back; tell whether there may be more."""
    before = tx.one("PRAGMA freelist_count")
    tx.run(f"PRAGMA incremental_vacuum({PAGES})")
    return before != tx.one("PRAGMA freelist_count")
