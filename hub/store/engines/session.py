"""A session with PostgreSQL: how it is opened, what is demanded of the server, what can fail.

Residual risk: whether the server's disk keeps what it synced is beyond this program, and so
is a standby that takes over without the last commits: it must be a synchronous one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import RawCursor, errors
from psycopg.abc import Buffer
from psycopg.adapt import Loader
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.types.numeric import Int8Dumper
from psycopg.types.string import StrDumperUnknown

from hub.core.errors import Misconfigured, Unavailable

Session = psycopg.Connection[tuple[Any, ...]]

OLDEST = 15
"""Major version of the oldest server the statements were tried on."""
LOCK_WAIT_S = 12
"""Longest wait for what another node holds."""
IDLE_S = 10
"""A node that stops in the middle of a transaction loses it after so long, and with it what
it holds; shorter than :data:`LOCK_WAIT_S`, so that the others need not give up."""

COLLISIONS = (errors.DeadlockDetected, errors.SerializationFailure, errors.LockNotAvailable)
"""Another node was in the way; nothing is wrong with the unit."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where the database is and who we are there."""

    dsn: str
    """``host=… dbname=… user=…`` or ``postgresql://…``; never with a password."""
    password: str = ""
    """Empty: the server knows us by socket or certificate."""

    def __repr__(self) -> str:
        """Say where, never the password."""
        return f"Address({self.place!r})"

    @property
    def place(self) -> str:
        """Host and database, for messages."""
        parts = conninfo_to_dict(self.dsn)
        return f"{parts.get('host', 'localhost')}/{parts.get('dbname', parts.get('user', ''))}"

    def conninfo(self) -> str:
        """Return everything the driver needs.

        Raises:
            Misconfigured: the address holds a password, or is none.
        """
        try:
            parts = conninfo_to_dict(self.dsn)
        except psycopg.ProgrammingError as exc:
            raise _wrong("Die Adresse der Datenbank ist nicht lesbar.") from exc
        if parts.get("password"):
            raise _wrong("Die Adresse der Datenbank enthält ein Passwort.")
        defaults: dict[str, Any] = {
            "connect_timeout": 10,
            # A server that fell silent is given up before our leases run out.
            "tcp_user_timeout": 20_000,
            "keepalives_idle": 10,
            "target_session_attrs": "read-write",
            "application_name": "aktenhub",
            "client_encoding": "UTF8",
        }
        if _is_remote(parts):
            defaults["sslmode"] = "verify-full"
        own = {"password": self.password} if self.password else {}
        return make_conninfo(**(defaults | parts | own))


def _is_remote(parts: dict[str, Any]) -> bool:
    hosts = str(parts.get("host") or "").split(",")
    return any(host and host[0] != "/" and host not in {"localhost", "127.0.0.1", "::1"}
               for host in hosts)  # fmt: skip


def open_session(address: Address) -> Session:
    """Open a session and see that the server keeps what it promises.

    Raises:
        Misconfigured: the server is too old or not set up to be durable.
        Unavailable: it cannot be reached or does not let us in.
    """
    conninfo = address.conninfo()
    try:
        session = psycopg.connect(conninfo, autocommit=True, cursor_factory=RawCursor)
    except psycopg.OperationalError as exc:
        raise away(address) from exc
    try:
        _prepare(session, address)
    except psycopg.OperationalError as exc:
        raise away(address) from exc
    except BaseException:
        session.close()
        raise
    return session


def _prepare(session: Session, address: Address) -> None:
    _demand(session, address)
    session.execute(
        f"SET lock_timeout = '{LOCK_WAIT_S}s';"
        f"SET idle_in_transaction_session_timeout = '{IDLE_S}s';"
        # A node that lost its power must not hold its name for hours.
        "SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5;"
        "SET tcp_keepalives_count = 3"
    )
    session.prepare_threshold = 2
    session.prepared_max = 500
    adapters = session.adapters
    adapters.register_dumper(int, Int8Dumper)
    adapters.register_dumper(str, _TextDumper)
    adapters.register_loader("numeric", _WholeLoader)
    adapters.register_loader("bool", _TruthLoader)


_SERVER = """
SELECT current_setting('server_version_num')::int / 10000, current_setting('synchronous_commit'),
  current_setting('fsync'), current_setting('full_page_writes'),
  pg_encoding_to_char(encoding), datcollate, datctype
FROM pg_database WHERE datname = current_database()
"""


def _demand(session: Session, address: Address) -> None:
    found = session.execute(_SERVER).fetchone()
    if found is None:
        raise away(address)
    version, commit, *switches, encoding, collate, ctype = found
    if version < OLDEST:
        raise Misconfigured(
            "database_too_old",
            f"Der Datenbankserver hat die Version {version}.",
            place=address.place,
            remedy=f"PostgreSQL {OLDEST} oder neuer verwenden.",
        )
    if commit not in {"on", "remote_apply"} or switches != ["on", "on"]:
        raise Misconfigured(
            "database_would_lose",
            "Der Datenbankserver bestätigt, bevor er sicher geschrieben hat.",
            place=address.place,
            remedy="synchronous_commit, fsync und full_page_writes auf „on“ stellen.",
        )
    if encoding != "UTF8" or {collate, ctype} - {"C", "POSIX"}:
        raise Misconfigured(
            "database_collation",
            "Die Datenbank sortiert anders als vereinbart oder ist nicht in UTF-8 angelegt.",
            place=address.place,
            remedy="Neu anlegen: createdb --template=template0 --encoding=UTF8 --locale=C NAME",
        )


_STALLED = """
SELECT pg_terminate_backend(pid) AS ended FROM pg_stat_activity
WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()
  AND application_name = current_setting('application_name') AND xact_start IS NOT NULL
  AND wait_event = 'ClientRead' AND state_change < clock_timestamp() - make_interval(secs => {})
"""


def end_stalled(session: Session) -> int:
    """End sessions of ours whose node stands still in the middle of a transaction; how many.

    The server does it by itself between two statements. Within statements that are sent at
    once it takes the sleeper for busy and would let it hold its locks for ever.
    """
    return len(session.execute(_STALLED.format(float(IDLE_S)), prepare=False).fetchall())


class _TextDumper(StrDumperUnknown):
    """Texts; a zero sign, which the server refuses, is asked and kept as its picture ``␀``.

    Only crooked questions and foreign texts hold one: nothing is found, nothing breaks.
    """

    def dump(self, obj: str) -> Buffer | None:
        return super().dump(obj.replace("\0", "␀") if "\0" in obj else obj)


class _WholeLoader(Loader):
    """Sums of whole numbers come as ``numeric``; fractions are never summed here."""

    def load(self, data: bytes | bytearray | memoryview) -> int:
        return int(bytes(data))


class _TruthLoader(Loader):
    """0 and 1, as SQLite says it."""

    def load(self, data: bytes | bytearray | memoryview) -> int:
        return int(bytes(data) == b"t")


def is_lost(session: Session, error: BaseException) -> bool:
    """Tell whether the session is over, whatever the statement was."""
    return session.closed or isinstance(error, errors.AdminShutdown | errors.CrashShutdown)


def is_outdated(error: BaseException) -> bool:
    """Tell whether another node has changed a table since the statement was prepared."""
    return isinstance(error, errors.FeatureNotSupported) and "cached plan" in str(error)


def away(address: Address) -> Unavailable:
    """The server cannot be reached."""
    return Unavailable(
        "database_away",
        "Der Datenbankserver ist nicht erreichbar oder lässt uns nicht ein.",
        place=address.place,
        remedy="Läuft er? Stimmen Adresse, Kennung und Passwort? Es wird erneut versucht.",
    )


def unanswered() -> Unavailable:
    """The session was lost while the server committed: done or not, nobody knows."""
    return Unavailable(
        "commit_unanswered",
        "Der Datenbankserver hat den Abschluss nicht bestätigt; die Arbeit wird wiederholt.",
    )


def unable(error: BaseException) -> Unavailable:
    """The server is there but cannot do it now: no room, no memory, told to stop."""
    sorry = Unavailable(
        "database_unable",
        "Der Datenbankserver kann zurzeit nicht schreiben.",
        remedy="Plattenplatz, Speicher und Protokoll des Datenbankservers prüfen.",
    )
    sorry.__cause__ = error
    return sorry


def _wrong(message: str) -> Misconfigured:
    return Misconfigured(
        "database_address",
        message,
        remedy="In hub.toml [postgresql] dsn ohne Passwort angeben; es ist ein Geheimnis.",
    )
