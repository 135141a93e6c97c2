"""The file a recovery notes in what it saw, so that its memory does not grow with the office.

It has no name any more once it is open, so that it is gone with the process, however that ends:
like the index it says whose files there are. Nothing of it has to outlive anything, so that
nothing is waited for to be durable, and nothing is ever taken back.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile

from efile.errors import StorageUnavailable

Book = sqlite3.Connection
_FOR_ONE_USE = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA locking_mode = EXCLUSIVE;
PRAGMA cache_size = -32768;
PRAGMA temp_store = FILE;
BEGIN EXCLUSIVE;
"""
"""No more than 32 MiB of it are held in memory."""


@contextmanager
def open_book(folder: Path | None = None) -> Iterator[Book]:
    """Yield an empty book in a folder, else where the system keeps what is temporary.

    Raises:
        StorageUnavailable: there is no room for it.
    """
    try:
        book = _nameless(folder)
    except (sqlite3.OperationalError, OSError) as exc:
        raise _without_room() from exc
    with closing(book):
        try:
            yield book
        except sqlite3.OperationalError as exc:
            raise _without_room() from exc


def _nameless(folder: Path | None) -> Book:
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(prefix="efile-", dir=folder) as file:
        # What takes long is done beside the event loop, one thread at a time.
        book = sqlite3.connect(file.name, isolation_level=None, check_same_thread=False)
        book.executescript(_FOR_ONE_USE)
    return book


def _without_room() -> StorageUnavailable:
    return StorageUnavailable(
        "recovery_without_room",
        "Die E-Akte kann sich nicht auf der Platte merken, was sie im Speicher gesehen hat.",
        remedy="Im Datenordner Platz schaffen: etwa 2 GB je Million Dokumente.",
    )
