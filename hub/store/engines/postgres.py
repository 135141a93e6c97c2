"""PostgreSQL behind the database port: one writing thread per node, any number of nodes.

A unit is a plain function that asks and gets answers, so it needs a blocking driver and
therefore threads: one that writes in groups, a few that read. Every unit of a group runs in a
savepoint. A unit that meets another node's lock does not keep the group waiting: what is done
is committed, and the unit waits as the first of the next transaction, where it holds nothing
another could be waiting for.

A session that is lost before the commit costs nothing: the units run again on a new one. When
it is lost during the commit nobody knows; the units are reported as unavailable.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import LiteralString, TypeVar

import psycopg
from psycopg import errors
from psycopg.pq import TransactionStatus

from hub.core.errors import Misconfigured, Unavailable
from hub.store.database import Dialect
from hub.store.engines.asking import Glance, PostgresTransaction, SeveralStatements
from hub.store.engines.groups import CommitFigures, Groups, Unit, answer, busy, closed, fail
from hub.store.engines.session import (
    COLLISIONS,
    Address,
    Session,
    away,
    end_stalled,
    is_lost,
    is_outdated,
    open_session,
    unable,
    unanswered,
)

T = TypeVar("T")
log = logging.getLogger(__name__)

NAME_LOOK_S = 0.1
LOOKS, SCANS = 6, 3
"""Threads, and so sessions, for short look-ups and for long reads."""
ATTEMPTS = 4
"""How often a unit gives way to other nodes before its caller is told to come again."""
PATIENCE_MS = 20
"""How long a unit behind others waits for a lock before the others are committed first."""


class _Collided(Exception):
    """A unit met another node; the units before it may be committed."""


class _Lost(Exception):
    """The session is over; nothing of its transaction is left."""


class PostgresDatabase:
    """The database port on PostgreSQL.

    Raises:
        Misconfigured: the server is too old or not set up to be durable.
        Unavailable: the server cannot be reached.
    """

    dialect: Dialect = "postgresql"

    def __init__(self, address: Address) -> None:
        self.figures = CommitFigures()
        self._address = address
        self._node: str | None = None
        self._writer: Session | None = open_session(address)
        self._idle: queue.SimpleQueue[Session] = queue.SimpleQueue()
        self._several: set[object] = set()
        """Code of looks that were seen to need more than one statement."""
        self._lookers = ThreadPoolExecutor(LOOKS, "postgresql-look")
        self._scanners = ThreadPoolExecutor(SCANS, "postgresql-scan")
        self._groups = Groups("postgresql-writer", self._commit)

    async def write(self, work: Callable[[PostgresTransaction], T]) -> T:
        """Run the unit and return its result once its group is durable.

        Raises:
            Unavailable: the server is away, or did not confirm the commit.
        """
        return await self._groups.submit(work)

    async def read(self, work: Callable[[PostgresTransaction], T]) -> T:
        """Run the unit on a consistent snapshot, in a thread: the server may be far."""
        return await self._in(self._lookers, work)

    async def scan(self, work: Callable[[PostgresTransaction], T]) -> T:
        """Run a long read on a consistent snapshot; look-ups go on meanwhile."""
        if code := getattr(work, "__code__", None):
            # Too dear to be begun a second time.
            self._several.add(code)
        return await self._in(self._scanners, work)

    async def size_bytes(self) -> int:
        """Return how much room the database takes on the server's disk."""
        row = await self.read(lambda tx: tx.one(_SIZE))
        return int(row["size"]) if row else 0

    async def clock_offset_us(self, now_us: Callable[[], int]) -> int:
        """Return by how much the server's clock is ahead of ours, beyond what asking took."""
        before = now_us()
        row = await self.read(lambda tx: tx.one(_NOW))
        after = now_us()
        there = row["now_us"] if row else before
        return int(min(there - before, 0) + max(there - after, 0))

    async def be_node(self, name: str, patience_s: float) -> None:
        """Hold the name of this node for as long as this process writes.

        Args:
            name: of the node.
            patience_s: for how long to wait for the server to let go of a process that ended.

        Raises:
            Misconfigured: another living process writes under this name.
        """
        until = time.monotonic() + patience_s
        while not await self.write(lambda tx: _is_held(tx, name)):
            if time.monotonic() < until:
                await asyncio.sleep(NAME_LOOK_S)
                continue
            raise Misconfigured(
                "node_name_taken",
                f"Unter dem Namen „{name}“ arbeitet bereits ein Dienst an dieser Datenbank.",
                remedy="Jedem Knoten in hub.toml einen eigenen Namen geben (node).",
            )
        self._node = name

    def close(self) -> None:
        """Finish what is queued, then close every session."""
        self._groups.end()
        for readers in (self._lookers, self._scanners):
            readers.shutdown()
        self._close_idle()
        self._drop_writer()

    async def _in(self, readers: ThreadPoolExecutor, work: Callable[[PostgresTransaction], T]) -> T:
        if self._groups.is_over():
            raise closed()
        return await asyncio.get_running_loop().run_in_executor(readers, self._read, work)

    def _read(self, work: Callable[[PostgresTransaction], T]) -> T:
        """Read; a session that died while it was idle is replaced once."""
        try:
            session = self._idle.get_nowait()
        except queue.Empty:
            return self._read_anew(work)
        try:
            return self._read_with(session, work)
        except psycopg.Error as exc:
            if not (is_lost(session, exc) or is_outdated(exc)):
                raise
            self._close_idle()
        return self._read_anew(work)

    def _read_anew(self, work: Callable[[PostgresTransaction], T]) -> T:
        session = open_session(self._address)
        session.execute("SET default_transaction_read_only = on")
        try:
            return self._read_with(session, work)
        except psycopg.OperationalError as exc:
            raise away(self._address) from exc

    def _read_with(self, session: Session, work: Callable[[PostgresTransaction], T]) -> T:
        code = getattr(work, "__code__", None)
        try:
            if code and code not in self._several:
                try:
                    return work(Glance(session))
                except SeveralStatements:
                    self._several.add(code)
            session.execute(_BEGIN_READING, prepare=False)
            return work(PostgresTransaction(session))
        finally:
            self._give_back(session)

    def _give_back(self, session: Session) -> None:
        try:
            if session.info.transaction_status != TransactionStatus.IDLE:
                session.execute("ROLLBACK", prepare=False)
        except psycopg.Error:
            session.close()
            return
        if session.closed:
            return
        self._idle.put(session)

    def _close_idle(self) -> None:
        while True:
            try:
                self._idle.get_nowait().close()
            except queue.Empty:
                return

    def _commit(self, group: list[Unit]) -> None:
        """Commit the group in as few transactions as other nodes allow."""
        waiting, attempts = list(group), 0
        while waiting:
            settled = self._commit_some(waiting, attempts)
            if not settled:
                attempts += 1
                # Two that gave way to each other must not come back at the same moment.
                time.sleep(random.uniform(0, 0.02 * attempts))  # noqa: S311  no secret
                if attempts == ATTEMPTS:
                    fail(waiting[:1], busy)
                    settled = 1
            if settled:
                answer(waiting[:settled])
                del waiting[:settled]
                attempts = 0

    def _commit_some(self, units: list[Unit], attempts: int) -> int:
        """Commit as many units as come through together and return how many are settled.

        ``attempts`` is how often the first of them has given way already.
        """
        try:
            session = self._open_writer()
        except (Unavailable, Misconfigured) as exc:
            fail(units, partial(_again, exc))
            return len(units)
        done = 0
        try:
            for unit in units:
                again = attempts > 0 and done == 0
                self._run(session, unit, _NEXT if done else _FIRST, again=again)
                done += 1
        except _Collided:
            pass
        except (_Lost, psycopg.Error):
            log.warning("session_lost", exc_info=True)
            self._drop_writer()
            return 0
        return self._end(session, units[:done]) if done else self._undo(session)

    def _run(self, session: Session, unit: Unit, begin: LiteralString, *, again: bool) -> None:
        """Run one unit in its savepoint; its own failure does not touch its neighbours.

        A row that is there already may have come from another node since the unit looked for
        it: run again, the unit sees it. The second time it is the unit's own fault.

        Raises:
            _Collided: it met another node; nothing of it is left.
            _Lost: the session is over.
        """
        session.execute(begin, prepare=False)
        unit.result = unit.error = None
        try:
            unit.result = unit.work(PostgresTransaction(session))
            _see_that_all_went_well(session)
        except BaseException as exc:
            if is_lost(session, exc) or is_outdated(exc):
                raise _Lost from exc
            session.execute("ROLLBACK TO unit", prepare=False)
            if isinstance(exc, COLLISIONS if again else (*COLLISIONS, errors.UniqueViolation)):
                raise _Collided from exc
            unit.error = unable(exc) if isinstance(exc, psycopg.OperationalError) else exc

    def _undo(self, session: Session) -> int:
        """Give way to whom the unit met, and see that it does not stand still."""
        try:
            session.execute("ROLLBACK", prepare=False)
            if ended := end_stalled(session):
                log.warning("stalled_sessions_ended", extra={"count": ended})
        except psycopg.Error:
            self._drop_writer()
        return 0

    def _end(self, session: Session, units: list[Unit]) -> int:
        """Commit and return how many units are settled by that."""
        try:
            session.execute("COMMIT", prepare=False)
        except errors.IdleInTransactionSessionTimeout:
            # We had stood still; the server had ended the transaction before we asked.
            self._drop_writer()
            return 0
        except psycopg.Error:
            log.warning("commit_unanswered", exc_info=True, extra={"count": len(units)})
            self._drop_writer()
            fail(units, unanswered)
        else:
            self.figures.groups += 1
            self.figures.units += len(units)
        return len(units)

    def _open_writer(self) -> Session:
        """Return the writing session; a new one where the last was lost."""
        if self._writer is None:
            session = open_session(self._address)
            if self._node is not None and not _is_held(PostgresTransaction(session), self._node):
                session.close()
                raise Unavailable("node_name_taken", "Ein anderer Dienst hat diesen Knotennamen.")
            self._writer = session
        return self._writer

    def _drop_writer(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None


_BEGIN_READING = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_FIRST = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SAVEPOINT unit"
_NEXT: LiteralString = f"RELEASE unit; SET LOCAL lock_timeout = '{PATIENCE_MS}ms'; SAVEPOINT unit"
_HOLD = "SELECT pg_try_advisory_lock(4151, hashtext(:name)) AS held"
_SIZE = "SELECT pg_database_size(current_database()) AS size"
_NOW = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS now_us"


def _is_held(tx: PostgresTransaction, node: str) -> bool:
    row = tx.one(_HOLD, name=node)
    return row is not None and bool(row["held"])


def _see_that_all_went_well(session: Session) -> None:
    """Refuse a unit that went on after one of its statements failed; SQLite would have kept it."""
    if session.info.transaction_status == TransactionStatus.INERROR:
        msg = "a statement failed and the unit went on"
        raise RuntimeError(msg)


def _again(error: Exception) -> Exception:
    """Return an error of the same kind: no two waiters share one with its traceback."""
    if isinstance(error, Unavailable | Misconfigured):
        return Unavailable(error.code, error.message, remedy=error.remedy, place=error.place)
    return error
