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
import queue
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import apsw

from hub.core.errors import Misconfigured, Unavailable
from hub.store.database import Row

T = TypeVar("T")
log = logging.getLogger(__name__)

GROUP_MAX = 100
"""Units per commit: beyond this the shared fsync is no longer what costs time."""

OLDEST_SAFE = (3, 51, 3)
"""Before it, two connections that write or checkpoint can corrupt the file (WAL reset)."""


class SqliteTransaction:
    """A unit's view of the connection."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection

    def run(self, sql: str, **values: object) -> int:
        """Execute and return the number of rows changed."""
        self._connection.execute(sql, values or None).fetchall()
        return self._connection.changes()

    def all(self, sql: str, **values: object) -> list[Row]:
        """Execute and return every row."""
        cursor = self._connection.execute(sql, values or None)
        try:
            names = [column[0] for column in cursor.get_description()]
        except apsw.ExecutionCompleteError:
            return []
        return [dict(zip(names, row, strict=True)) for row in cursor]

    def one(self, sql: str, **values: object) -> Row | None:
        """Execute and return the first row, if any."""
        rows = self.all(sql, **values)
        return rows[0] if rows else None

    def many(self, sql: str, rows: Iterable[Mapping[str, object]]) -> None:
        """Execute once for each row of values, prepared once."""
        self._connection.executemany(sql, rows).fetchall()


@dataclass(slots=True)
class _Unit:
    """A unit of work and who waits for it."""

    work: Callable[[SqliteTransaction], Any]
    done: asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop
    result: Any = None
    error: BaseException | None = None

    def answer(self) -> None:
        """Tell the waiter, in its own loop, what became of the unit."""
        # A loop that was closed has nobody left who waits; the writer must outlive it.
        with suppress(RuntimeError):
            self.loop.call_soon_threadsafe(self._resolve)

    def _resolve(self) -> None:
        if self.done.cancelled():
            return
        if isinstance(self.error, StopIteration):
            # A future refuses it, and its waiter would wait for ever.
            self.done.set_exception(RuntimeError("the unit raised StopIteration"))
        elif self.error is not None:
            self.done.set_exception(self.error)
        else:
            self.done.set_result(self.result)


@dataclass
class CommitFigures:
    """What the writer has done so far, for metrics and benchmarks."""

    groups: int = 0
    units: int = 0


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

    def __init__(self, path: Path) -> None:
        version = tuple(int(part) for part in apsw.sqlite_lib_version().split("."))
        if version < OLDEST_SAFE:
            raise Misconfigured(
                "sqlite_too_old",
                f"SQLite {apsw.sqlite_lib_version()} kann Daten beschädigen.",
                remedy="Das Paket apsw in Version 3.51.3 oder neuer installieren.",
            )
        path.parent.mkdir(parents=True, exist_ok=True)
        self.figures = CommitFigures()
        self._files = (path, path.with_name(f"{path.name}-wal"))
        self._readers = _Readers(str(path))
        self._queue: queue.SimpleQueue[_Unit | None] = queue.SimpleQueue()
        self._broken = False
        self._ended = threading.Event()
        self._door = threading.Lock()
        """Nothing is queued behind the end: its waiter would wait for ever."""
        self._writer = _open(path)
        self._thread = threading.Thread(target=self._write_groups, name="sqlite-writer")
        self._thread.start()

    async def write(self, work: Callable[[SqliteTransaction], T]) -> T:
        """Run the unit and return its result once its group is on disk.

        Raises:
            Unavailable: an earlier commit failed, or the database was closed.
        """
        loop = asyncio.get_running_loop()
        unit = _Unit(work, loop.create_future(), loop)
        with self._door:
            if self._ended.is_set():
                raise _closed()
            self._queue.put(unit)
        result: T = await unit.done
        return result

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
        if self._ended.is_set():
            raise _closed()
        connection = self._readers.take()
        connection.execute("BEGIN").fetchall()
        try:
            return work(SqliteTransaction(connection))
        finally:
            connection.execute("ROLLBACK").fetchall()
            self._readers.idle.put(connection)
            if self._ended.is_set():
                self._readers.close()

    async def size_bytes(self) -> int:
        """Return the size of the file and of what is not yet written back to it."""
        return sum(path.stat().st_size for path in self._files if path.exists())

    def close(self) -> None:
        """Finish what is queued, then close every connection."""
        with self._door:
            if not self._ended.is_set():
                self._ended.set()
                self._queue.put(None)
        self._thread.join()
        self._readers.close()
        self._writer.close()

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
            self._commit(group)
            for member in group:
                member.answer()
            if ended:
                return

    def _commit(self, group: list[_Unit]) -> None:
        if self._broken:
            _fail(group, _not_durable)
            return
        try:
            self._writer.execute("BEGIN IMMEDIATE").fetchall()
            for unit in group:
                self._run(unit)
            self._writer.execute("COMMIT").fetchall()
        except apsw.BusyError:
            _fail(group, _busy)
            self._roll_back()
        except Exception:  # the writer must answer whatever went wrong with the commit
            log.critical("database_broken", exc_info=True)
            self._broken = True
            _fail(group, _not_durable)
            self._roll_back()
        else:
            self.figures.groups += 1
            self.figures.units += len(group)

    def _run(self, unit: _Unit) -> None:
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
        return _connect(str(path))
    except apsw.BusyError as exc:
        raise _busy() from exc
    except apsw.Error as exc:
        raise Misconfigured(
            "database_unreadable",
            "Die Datenbankdatei lässt sich nicht öffnen oder ist beschädigt.",
            place=str(path),
            remedy="Rechte prüfen; ist sie beschädigt, die letzte Sicherung einspielen.",
        ) from exc


def _connect(path: str) -> apsw.Connection:
    connection = apsw.Connection(path)
    connection.set_busy_timeout(30_000)
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = 1"):
        connection.execute(f"PRAGMA {pragma}").fetchall()
    return connection


def _fail(group: list[_Unit], error: Callable[[], Unavailable]) -> None:
    for unit in group:
        unit.error = error()


def _busy() -> Unavailable:
    return Unavailable("database_busy", "Die Datenbank ist gesperrt.")


def _closed() -> Unavailable:
    return Unavailable("database_closed", "Die Datenbank ist geschlossen; der Dienst endet.")


def _not_durable() -> Unavailable:
    return Unavailable(
        "database_not_durable",
        "Die Datenbank konnte nicht sicher schreiben; es wird nichts mehr angenommen.",
        remedy="Plattenplatz und Datenträger prüfen, dann den Dienst neu starten.",
    )
