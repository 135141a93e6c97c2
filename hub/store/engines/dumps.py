"""Copies of a PostgreSQL database, made and put back with the server's own programs.

``pg_dump`` sees the database as one of our sessions sees it: what is looked up there and what
the copy holds are of the same moment, while others go on working. The password goes to the
programs in a file that is only in memory, never as an argument and never to the disk.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from psycopg.conninfo import make_conninfo

from hub.core.errors import Misconfigured, Unavailable
from hub.store.database import Transaction
from hub.store.engines.asking import PostgresTransaction
from hub.store.engines.session import Address, Session, open_session

T = TypeVar("T")
_SAID = 300
"""So many characters of what a program says are shown; never a row."""


def dump(address: Address, target: Path, look: Callable[[Transaction], T], programs: str) -> T:
    """Write the database into a file, durably; return what was looked up at the same moment.

    Raises:
        Misconfigured: the program is missing or of another version than the server.
        Unavailable: the server is away, or the program failed.
    """
    with closing(open_session(address)) as session:
        program = _program("pg_dump", programs, session)
        session.execute("SET idle_in_transaction_session_timeout = 0")
        session.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", prepare=False)
        row = session.execute("SELECT pg_export_snapshot()").fetchone()
        found = look(PostgresTransaction(session))
        _run(
            [program, "--format=custom", "--no-owner", "--no-privileges",
             f"--snapshot={row[0] if row else ''}", f"--file={target}"],
            address,
        )  # fmt: skip
        session.execute("COMMIT", prepare=False)
    return found


def load(address: Address, source: Path, programs: str) -> None:
    """Put a copy back into an empty database: all of it or nothing.

    Raises:
        Misconfigured: the program is missing or of another version than the server, or the
            database is not empty.
        Unavailable: the server is away, or the program failed.
    """
    with closing(open_session(address)) as session:
        program = _program("pg_restore", programs, session)
        row = session.execute(_TABLES).fetchone()
        if row and row[0]:
            raise Misconfigured(
                "restore_database_taken",
                "Die Datenbank für die Wiederherstellung ist nicht leer.",
                place=address.place,
                remedy="Eine leere Datenbank anlegen und mit --dsn nennen.",
            )
    _run(
        [program, "--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges",
         str(source)],
        address,
    )  # fmt: skip


_TABLES = (
    "SELECT count(*) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
)


def _program(name: str, programs: str, session: Session) -> str:
    """Return the path of a program that is of the server's version."""
    path = shutil.which(name, path=programs or None)
    if path is None:
        raise Misconfigured(
            "backup_tools_missing",
            f"Das Programm {name} von PostgreSQL ist nicht installiert.",
            place=programs or "PATH",
            remedy="Das Paket postgresql-client in der Version des Servers installieren, oder "
            "postgresql.programs in hub.toml auf seinen Ordner setzen.",
        )
    said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603  found above
    number = re.search(r"\) (\d+)", said)
    server = session.info.server_version // 10_000
    if number is None or int(number[1]) != server:
        raise Misconfigured(
            "backup_tools_version",
            f"{name} hat nicht die Version des Servers ({server}): {said.strip()[:_SAID]}",
            place=path,
            remedy="postgresql.programs in hub.toml auf den Ordner der passenden Version setzen, "
            f"zum Beispiel /usr/lib/postgresql/{server}/bin.",
        )
    return path


def _run(command: list[str], address: Address) -> None:
    secret = os.memfd_create("pgpass")
    try:
        os.fchmod(secret, 0o600)
        escaped = address.password.replace("\\", "\\\\").replace(":", "\\:")
        os.write(secret, f"*:*:*:*:{escaped}\n".encode())
        where = Address(address.dsn).conninfo()
        if address.password:
            where = make_conninfo(where, passfile=f"/proc/self/fd/{secret}")
        done = subprocess.run(  # noqa: S603  a program found by its name
            [*command[:1], f"--dbname={where}", "--no-password", *command[1:]],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace",
            check=False, pass_fds=(secret,),
        )  # fmt: skip
    finally:
        os.close(secret)
    if done.returncode:
        raise Unavailable(
            "backup_tools_failed",
            f"{Path(command[0]).name} ist gescheitert: {_first_line(done.stderr)}",
            place=address.place,
            remedy="Protokoll des Datenbankservers, Rechte und freien Platz prüfen.",
        )


def _first_line(said: str) -> str:
    """Return the first line; those behind it may quote rows."""
    return said.partition("\n")[0][:_SAID]
