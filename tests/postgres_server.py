"""A real PostgreSQL server of our own: its own data folder, its own socket, no network."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from hub.store.engines.session import Address

OWNER, ROLE = "aktenhub_owner", "aktenhub"
"""Who may create databases, and who the hub is: no superuser."""
SETTINGS = {
    "listen_addresses": "", "max_connections": "200", "shared_buffers": "64MB",
    "logging_collector": "off", "lc_messages": "C",
}  # fmt: skip


@dataclass(frozen=True)
class PostgresServer:
    """Where it keeps its data and listens."""

    directory: Path

    @property
    def data(self) -> Path:
        """Folder of the cluster."""
        return self.directory / "data"

    @contextmanager
    def database(self, locale: str = "C") -> Iterator[Address]:
        """Create a database of its own and drop it afterwards."""
        name = f"t{uuid4().hex}"
        self.command(
            f"CREATE DATABASE {name} OWNER {ROLE} TEMPLATE template0 ENCODING UTF8"
            f" LOCALE '{locale}'"
        )
        try:
            yield Address(f"host={self.directory} dbname={name} user={ROLE}")
        finally:
            self.command(f"DROP DATABASE {name} WITH (FORCE)")

    def command(self, sql: str, database: str = "postgres") -> list[tuple[object, ...]]:
        """Let the owner of the server do something."""
        dsn = f"host={self.directory} dbname={database} user={OWNER}"
        with psycopg.connect(dsn, autocommit=True) as session:
            cursor = session.execute(sql)
            return cursor.fetchall() if cursor.description else []

    def control(self, *arguments: str) -> None:
        """Call ``pg_ctl``: stop, start, restart."""
        _as_server(
            "pg_ctl", "-D", str(self.data), "-w", "-t", "60", "-l", str(self.directory / "log"),
            *arguments,
        )  # fmt: skip


def programs() -> Path | None:
    """Return the folder of the newest installed server's programs."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=_version)
    if found:
        return found[-1].parent
    beside = shutil.which("postgres")
    return Path(beside).parent if beside else None


def _version(program: Path) -> int:
    return int(program.parts[-3]) if program.parts[-3].isdigit() else 0


@contextmanager
def start_postgres() -> Iterator[PostgresServer]:
    """Run a server until the block ends."""
    # A socket's path is short, and the folder must be open to the server's own user.
    directory = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    server = PostgresServer(directory)
    try:
        _hand_over(directory)
        _as_server(
            "initdb", "-D", str(server.data), "-U", OWNER, "--auth=trust", "--no-sync",
            "--encoding=UTF8", "--locale=C",
        )  # fmt: skip
        _configure(server)
        server.control("start")
        try:
            _see_that_it_is_ours(server)
            server.command(f"CREATE ROLE {ROLE} LOGIN")
            yield server
        finally:
            server.control("stop", "-m", "immediate")
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _configure(server: PostgresServer) -> None:
    lines = [f"{key} = '{value}'" for key, value in SETTINGS.items()]
    lines.append(f"unix_socket_directories = '{server.directory}'")
    with (server.data / "postgresql.conf").open("a") as file:
        file.write("\n".join(lines) + "\n")


def _see_that_it_is_ours(server: PostgresServer) -> None:
    """Before the first write: a test must never write into somebody else's database."""
    [(found,)] = server.command("SELECT current_setting('data_directory')")
    assert str(server.data) == found


def _hand_over(directory: Path) -> None:
    if os.geteuid() == 0:
        user = pwd.getpwnam("postgres")
        os.chown(directory, user.pw_uid, user.pw_gid)
    directory.chmod(0o755)


def _as_server(program: str, *arguments: str) -> None:
    """Run a program as somebody who is not root: the server refuses to be."""
    folder = programs()
    if folder is None:
        pytest.skip("PostgreSQL is not installed")
    who = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
    done = subprocess.run(
        [folder / program, *arguments], cwd="/", check=False, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=90, **who,
    )  # fmt: skip
    assert 0 == done.returncode, done.stdout
