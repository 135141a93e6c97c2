"""A PostgreSQL server for the time of a measurement: own folder, own socket, no network."""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from hub.core.errors import Misconfigured, Unavailable

OWNER, ROLE, DATABASE = "aktenhub_owner", "aktenhub", "bench"
"""Who may create databases; who the hub is; where it works."""
INSTALLED = Path("/usr/lib/postgresql")
SYSTEM_USER = "postgres"
"""Who the server runs as where we are root: it refuses to be."""
_SETTINGS = {
    "listen_addresses": "", "max_connections": "200", "shared_buffers": "256MB",
    "logging_collector": "off", "lc_messages": "C",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Server:
    """Where it is reached."""

    dsn: str
    process: int | None = None
    """Its first process; unknown where the server is not ours."""


@asynccontextmanager
async def throw_away_server(installed: Path = INSTALLED) -> AsyncIterator[Server]:
    """Run a server with an empty database until the block ends.

    Raises:
        Misconfigured: no server is installed.
        Unavailable: it does not start.
    """
    programs = _programs(installed)
    # A socket's path is short, and the folder must be open to the server's own user.
    folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="aktenhub-pg-"))
    data = folder / "data"
    control = (programs / "pg_ctl", "-D", data, "-w", "-t", "60", "-l", folder / "log")
    who = ("-h", folder, "-U", OWNER)
    try:
        await asyncio.to_thread(_hand_over, folder)
        await _run(programs / "initdb", "-D", data, "-U", OWNER, "--auth=trust", "--no-sync",
                   "--encoding=UTF8", "--locale=C")  # fmt: skip
        await asyncio.to_thread(_configure, data, folder)
        await _run(*control, "start")
        try:
            await _run(programs / "createuser", *who, ROLE)
            await _run(programs / "createdb", *who, "-O", ROLE, DATABASE)
            pid = await asyncio.to_thread((data / "postmaster.pid").read_text, "utf-8")
            dsn = f"host={folder} dbname={DATABASE} user={ROLE}"
            yield Server(dsn, int(pid.split("\n", 1)[0]))
        finally:
            await _run(*control, "stop", "-m", "immediate")
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


def _programs(installed: Path) -> Path:
    """Return the folder of the newest installed server's programs."""
    found = sorted(installed.glob("*/bin/initdb"), key=_version)
    if found:
        return found[-1].parent
    beside = shutil.which("initdb") if installed == INSTALLED else None
    if beside is None:
        raise Misconfigured(
            "postgresql_missing",
            "Für die Messung mit PostgreSQL ist kein Server installiert.",
            place=str(installed),
            remedy="PostgreSQL ab Version 15 installieren (initdb, pg_ctl) oder mit --database "
            "eine leere Datenbank nennen.",
        )
    return Path(beside).parent


def _version(program: Path) -> int:
    number = program.parts[-3]
    return int(number) if number.isdigit() else 0


def _configure(data: Path, folder: Path) -> None:
    lines = [f"{key} = '{value}'" for key, value in _SETTINGS.items()]
    lines.append(f"unix_socket_directories = '{folder}'")
    with (data / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


def _hand_over(folder: Path) -> None:
    if os.geteuid() == 0:
        os.chown(folder, pwd.getpwnam(SYSTEM_USER).pw_uid, -1)
    folder.chmod(0o755)


async def _run(program: Path, *arguments: str | Path) -> None:
    """Run a program of the server as somebody who is not root."""
    is_root = os.geteuid() == 0
    process = await asyncio.create_subprocess_exec(
        program, *arguments, cwd="/", stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        user=SYSTEM_USER if is_root else None, extra_groups=[] if is_root else None,
    )  # fmt: skip
    said, _ = await process.communicate()
    if process.returncode:
        raise Unavailable(
            "postgresql_unusable", f"{program.name} ist gescheitert.", place=str(program),
            remedy=said.decode("utf-8", "replace")[-500:],
        )  # fmt: skip
