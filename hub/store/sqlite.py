"""SQLite behind the database port: one writing thread that shares each fsync.

Every caller's unit runs in its own savepoint; whatever has queued up while the last commit
was syncing becomes the next group. Readers have connections of their own (WAL), so a page
never waits for a commit.

A failed commit is never retried: the kernel may have dropped the dirty pages and a second
fsync would lie. The database then refuses all further work and the process must restart.

Residual risk: whether the disk keeps what it synced is beyond this program.
"""

from __future__ import annotations

import asyncio
import logging
import os
import queue
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import apsw

from hub.core import failpoint
from hub.core.errors import Misconfigured, Unavailable
from hub.disk.folders import make
from hub.store.database import Dialect, Row, spread
from hub.store.engines.groups import CommitFigures, Groups, Unit, busy, closed, fail
from hub.store.engines.listings import listing

failpoint.declare("database_before_commit", "database_after_commit")

T = TypeVar("T")
log = logging.getLogger(__name__)

OLDEST_SAFE = (3, 51, 3)
"""Before it, two connections that write or checkpoint can corrupt the file (WAL reset)."""


_FOR_WRITING = (
    "auto_vacuum = INCREMENTAL",
    "cache_size = -32768",
    "wal_autocheckpoint = 8192",
    "temp_store = MEMORY",
)
"""Of the writer alone. In new files the pages of archived years can be given back to the disk; a
reader that asked for it would wait for the writer. 32 MiB of pages, and as much log before it is
written back: digests are keys of several tables, so that a page is written by many messages
before it rests. What a unit has changed so far is remembered page by page, should it be taken
back; in files that cost more calls than all the rest of the database."""


_STATEMENTS = 512
"""Prepared statements a connection keeps, the most there can be: all of the message path, with
lists of most widths."""


class SqliteTransaction:
    """A unit's view of the connection."""

    dialect: Dialect = "sqlite"

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection

    def run(self, sql: str, **values: object) -> int:
        """Execute and return the number of rows changed."""
        self._execute(sql, values).fetchall()
        return self._connection.changes()

    def all(self, sql: str, **values: object) -> list[Row]:
        """Execute and return every row."""
        return _rows(self._execute(sql, values))

    def one(self, sql: str, **values: object) -> Row | None:
        """Execute and return the first row, if any."""
        rows = self.all(sql, **values)
        return rows[0] if rows else None

    def many(self, sql: str, rows: Iterable[Mapping[str, object]]) -> int:
        """Execute for each row of values; with one list of values many rows at a time.

        Every step of a statement lets other threads run, and takes its turn behind them again.
        """
        before = self._connection.total_changes()
        for cursor in self._steps(sql, rows):
            cursor.fetchall()
        return self._connection.total_changes() - before

    def each(self, sql: str, rows: Iterable[Mapping[str, object]]) -> list[Row]:
        """Execute as :meth:`many` and return every row that was returned."""
        return [row for cursor in self._steps(sql, rows) for row in _rows(cursor)]

    def _steps(self, sql: str, rows: Iterable[Mapping[str, object]]) -> Iterator[apsw.Cursor]:
        shape = listing(sql)
        if shape is None:
            yield self._connection.executemany(sql, rows)
            return
        for statement, values in shape.steps(rows):
            yield self._connection.execute(statement, values)

    def _execute(self, sql: str, values: dict[str, object]) -> apsw.Cursor:
        if any(type(value) is tuple for value in values.values()):
            sql, values = spread(sql, values)
        return self._connection.execute(sql, values or None)


def _rows(cursor: apsw.Cursor) -> list[Row]:
    try:
        names = [column[0] for column in cursor.get_description()]
    except apsw.ExecutionCompleteError:
        return []
    return [dict(zip(names, row, strict=True)) for row in cursor]


@dataclass
class _Readers:
    """Idle reading connections."""

    path: str
    idle: queue.SimpleQueue[apsw.Connection] = field(default_factory=queue.SimpleQueue)

    def take(self) -> apsw.Connection:
        try:
            return self.idle.get_nowait()
        except queue.Empty:
            connection = _connect(self.path)
            connection.execute("PRAGMA query_only = 1").fetchall()
            return connection

    def close(self) -> None:
        while True:
            try:
                self.idle.get_nowait().close()
            except queue.Empty:
                return


class SqliteDatabase:
    """The database port on one SQLite file.

    Raises:
        Misconfigured: the library is too old, or the file cannot be opened.
        Unavailable: another program holds the file.
    """

    dialect: Dialect = "sqlite"

    def __init__(self, path: Path) -> None:
        version = tuple(int(part) for part in apsw.sqlite_lib_version().split("."))
        if version < OLDEST_SAFE:
            raise Misconfigured(
                "sqlite_too_old",
                f"SQLite {apsw.sqlite_lib_version()} kann Daten beschädigen.",
                remedy="Das Paket apsw in Version 3.51.3 oder neuer installieren.",
            )
        make(path.parent)
        self.figures = CommitFigures()
        self._files = (path, path.with_name(f"{path.name}-wal"))
        self._readers = _Readers(str(path))
        self._broken = False
        self._writer = _open(path)
        self._groups = Groups("sqlite-writer", self._commit)

    async def write(self, work: Callable[[SqliteTransaction], T]) -> T:
        """Run the unit and return its result once its group is on disk.

        Raises:
            Unavailable: an earlier commit failed, or the database was closed.
        """
        return await self._groups.submit(work)

    async def read(self, work: Callable[[SqliteTransaction], T]) -> T:
        """Run the unit on a consistent snapshot, here and now.

        A keyed look-up takes some thirty microseconds; handing it to a thread costs more
        than that. What walks through whole tables belongs into :meth:`scan`.
        """
        return self._read(work)

    async def scan(self, work: Callable[[SqliteTransaction], T]) -> T:
        """Run a long read on a consistent snapshot, in a thread."""
        return await asyncio.to_thread(self._read, work)

    def _read(self, work: Callable[[SqliteTransaction], T]) -> T:
        if self._groups.is_over():
            raise closed()
        connection = self._readers.take()
        connection.execute("BEGIN").fetchall()
        try:
            return work(SqliteTransaction(connection))
        finally:
            connection.execute("ROLLBACK").fetchall()
            self._readers.idle.put(connection)
            if self._groups.is_over():
                self._readers.close()

    async def size_bytes(self) -> int:
        """Return the size of the file and of what is not yet written back to it."""
        return sum(path.stat().st_size for path in self._files if path.exists())

    async def copy_to(self, target: Path) -> None:
        """Write a consistent copy into a new file while others go on working."""
        await asyncio.to_thread(self._copy_to, target)

    def _copy_to(self, target: Path) -> None:
        connection = _connect(self._readers.path)
        try:
            connection.execute("VACUUM INTO :target", {"target": str(target)}).fetchall()
        finally:
            connection.close()
        with target.open("rb") as file:
            os.fsync(file.fileno())

    def close(self) -> None:
        """Finish what is queued, then close every connection."""
        self._groups.end()
        self._readers.close()
        self._writer.close()

    def _commit(self, group: list[Unit]) -> None:
        if self._broken:
            fail(group, _not_durable)
            return
        try:
            self._writer.execute("BEGIN IMMEDIATE").fetchall()
            if not self._run_bare(group):
                for unit in group:
                    self._run(unit)
            failpoint.reach("database_before_commit")
            self._writer.execute("COMMIT").fetchall()
            failpoint.reach("database_after_commit")
        except apsw.BusyError:
            fail(group, busy)
            self._roll_back()
        except Exception:  # the writer must answer whatever went wrong with the commit
            log.critical("database_broken", exc_info=True)
            self._broken = True
            fail(group, _not_durable)
            self._roll_back()
        else:
            self.figures.groups += 1
            self.figures.units += len(group)

    def _run_bare(self, group: list[Unit]) -> bool:
        """Run the units without savepoints; where one of several fails, take back all and say so.

        Within a savepoint SQLite remembers every page as it was, and with each statement walks
        through all it remembers: in a unit of a thousand messages that was most of its time.
        """
        try:
            for unit in group:
                unit.result = unit.work(SqliteTransaction(self._writer))
        except (apsw.IOError, apsw.FullError, apsw.CorruptError):
            raise
        except BaseException as exc:  # noqa: BLE001  answered here or with a savepoint
            self._writer.execute("ROLLBACK").fetchall()
            self._writer.execute("BEGIN IMMEDIATE").fetchall()
            if len(group) > 1:
                return False
            group[0].error = exc
        return True

    def _run(self, unit: Unit) -> None:
        """Run one unit in its savepoint; its own failure does not touch its neighbours."""
        self._writer.execute("SAVEPOINT unit").fetchall()
        try:
            unit.result = unit.work(SqliteTransaction(self._writer))
        except (apsw.IOError, apsw.FullError, apsw.CorruptError):
            raise
        except BaseException as exc:  # noqa: BLE001  handed to the waiter, whatever it is
            unit.error = exc
            self._writer.execute("ROLLBACK TO unit").fetchall()
        self._writer.execute("RELEASE unit").fetchall()

    def _roll_back(self) -> None:
        if not self._writer.in_transaction:
            return
        try:
            self._writer.execute("ROLLBACK").fetchall()
        except apsw.Error:
            log.critical("database_broken", exc_info=True)
            self._broken = True


def _open(path: Path) -> apsw.Connection:
    try:
        return _connect(str(path), *_FOR_WRITING)
    except apsw.BusyError as exc:
        raise busy() from exc
    except (apsw.IOError, apsw.FullError) as exc:
        # The disk refuses; the file itself may well be whole.
        raise _not_durable() from exc
    except apsw.Error as exc:
        raise Misconfigured(
            "database_unreadable",
            "Die Datenbankdatei lässt sich nicht öffnen oder ist beschädigt.",
            place=str(path),
            remedy="Rechte prüfen; ist sie beschädigt, die letzte Sicherung einspielen.",
        ) from exc


def _connect(path: str, *first: str) -> apsw.Connection:
    connection = apsw.Connection(path, statementcachesize=_STATEMENTS)
    connection.set_busy_timeout(30_000)
    for pragma in (*first, "journal_mode = WAL", "synchronous = FULL", "foreign_keys = 1"):
        connection.execute(f"PRAGMA {pragma}").fetchall()
    return connection


def _not_durable() -> Unavailable:
    return Unavailable(
        "database_not_durable",
        "Die Datenbank konnte nicht sicher schreiben; es wird nichts mehr angenommen.",
        remedy="Plattenplatz und Datenträger prüfen, dann den Dienst neu starten.",
    )
