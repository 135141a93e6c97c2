"""The payload folder and the database know each other, so that no node works with another folder.

A file in the folder and a row in the database hold the same word. A node whose folder is not
mounted, or is its own instead of everybody's, would keep bytes the others cannot read; and
what no row names is removed from the folder, which must not happen to another database's.
"""

from __future__ import annotations

import asyncio
import os
import secrets
from contextlib import suppress
from pathlib import Path

from hub.core.errors import Misconfigured
from hub.disk.folders import make, sync
from hub.store.database import Database, Transaction

MARK = ".kennung"
"""The file. Its name tells people what it is."""
_NAME = "payload_folder"


async def belong(database: Database, folder: Path, now_us: int) -> None:
    """See that folder and database belong together; the first start ever makes them.

    Raises:
        Misconfigured: they do not.
    """
    wanted = await database.read(_known)
    found = await asyncio.to_thread(_read, folder)
    if wanted is None and (found is None or not await asyncio.to_thread(_holds_payloads, folder)):
        mine = found or await asyncio.to_thread(_make, folder)
        wanted = await database.write(lambda tx, word=mine: _note(tx, word, now_us))  # type: ignore[misc]  # mypy has no type for a default of a lambda
        found = mine
    if found != wanted:
        raise _apart(folder, found)


async def compare(database: Database, folder: Path) -> None:
    """Do the same without making anything; what was never used belongs together.

    Raises:
        Misconfigured: they do not belong together.
    """
    wanted = await database.read(_known)
    found = await asyncio.to_thread(_read, folder)
    if found != wanted and not (wanted is None and not _holds_payloads(folder)):
        raise _apart(folder, found)


def _known(tx: Transaction) -> str | None:
    row = tx.one("SELECT value FROM installation WHERE name = :name", name=_NAME)
    return row["value"] if row else None


def _note(tx: Transaction, mine: str, now_us: int) -> str | None:
    tx.run(
        "INSERT INTO installation (name, value, made_us) VALUES (:name, :value, :now) "
        "ON CONFLICT DO NOTHING",
        name=_NAME, value=mine, now=now_us,
    )  # fmt: skip
    return _known(tx)


def _read(folder: Path) -> str | None:
    try:
        return (folder / MARK).read_text(encoding="ascii", errors="replace").strip()
    except FileNotFoundError:
        return None


def _make(folder: Path) -> str:
    """Write a new word, or return the one another node has just written."""
    make(folder)
    temporary = folder / f"{MARK}.{os.getpid()}.{secrets.token_hex(4)}"
    with temporary.open("x", encoding="ascii") as file:
        file.write(f"{secrets.token_hex(16)}\n")
        file.flush()
        os.fsync(file.fileno())
    # A name given by a link is never given twice, and the file is whole when it has it.
    with suppress(FileExistsError):
        (folder / MARK).hardlink_to(temporary)
    temporary.unlink()
    sync(folder)
    return _read(folder) or ""


def _holds_payloads(folder: Path) -> bool:
    return any(
        path.is_dir() and not path.name.startswith(".") and any(path.iterdir())
        for path in folder.iterdir()
    )


def _apart(folder: Path, found: str | None) -> Misconfigured:
    if found is None:
        what = "In diesem Ordner fehlt die Kennung, die zur Datenbank gehört: Er ist nicht "
        what += "eingehängt oder nicht der gemeinsame."
    else:
        what = "Dieser Ordner für Nutzdaten gehört zu einer anderen Datenbank."
    return Misconfigured(
        "payload_folder_apart",
        what,
        place=str(folder),
        remedy="Alle Knoten brauchen unter folders.payloads denselben, eingehängten Ordner. Nach "
        "einem Umzug den ganzen Inhalt mitnehmen, auch die Datei „.kennung“.",
    )
