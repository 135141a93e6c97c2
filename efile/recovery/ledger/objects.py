"""Every object of an office in storage, by key."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from efile.ports import ObjectInfo
from efile.recovery.ledger.book import Book

_LAST = "\x7f"
"""Sorts behind every sign of a key."""


class Objects:
    """What the listing said."""

    def __init__(self, book: Book) -> None:
        self._book = book
        book.execute(
            "CREATE TABLE object (key TEXT PRIMARY KEY, size INTEGER NOT NULL,"
            " copied INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID"
        )
        book.execute("CREATE TABLE used (key TEXT PRIMARY KEY) WITHOUT ROWID")

    def note(self, listed: Iterable[ObjectInfo]) -> None:
        """Enter a page of the listing."""
        self._book.executemany(
            "INSERT OR REPLACE INTO object (key, size) VALUES (?, ?)",
            [(each.key, each.size) for each in listed],
        )

    def forget(self, keys: Iterable[str]) -> None:
        """Take out what went since it was listed."""
        self._book.executemany("DELETE FROM object WHERE key = ?", [(key,) for key in keys])

    def sizes(self, keys: Iterable[str]) -> dict[str, int]:
        """Return the sizes of those of the objects that lie there."""
        wanted = list(keys)
        if not wanted:
            return {}
        # One row: each lets other threads run, and waits for its turn behind them.
        row = self._book.execute(
            "SELECT json_group_object(key, size) FROM object"
            " WHERE key IN (SELECT value FROM json_each(?))",
            (json.dumps(wanted),),
        ).fetchone()
        sizes: dict[str, int] = json.loads(row[0])
        return sizes

    def copied(self, keys: Iterable[str]) -> None:
        """Take note that there is no need to read these."""
        self._book.executemany("UPDATE object SET copied = 1 WHERE key = ?", [(k,) for k in keys])

    def below(self, root: str) -> Iterator[tuple[str, int]]:
        """Yield keys and sizes below a root by key, but for what was copied."""
        return self._book.execute(
            "SELECT key, size FROM object WHERE key >= ? AND key < ? AND copied = 0 ORDER BY key",
            (root, root + _LAST),
        )

    def are_used(self, packs: Iterable[str]) -> None:
        """Take note of packs the index has documents in."""
        self._book.executemany("INSERT OR IGNORE INTO used (key) VALUES (?)", [(k,) for k in packs])

    def unused(self, root: str) -> Iterator[str]:
        """Yield those below a root it has none in."""
        for (key,) in self._book.execute(
            "SELECT key FROM object WHERE key >= ? AND key < ?"
            " AND key NOT IN (SELECT key FROM used) ORDER BY key",
            (root, root + _LAST),
        ):
            yield key

    def __len__(self) -> int:
        """Return how many there are."""
        return int(self._book.execute("SELECT count(*) FROM object").fetchone()[0])
