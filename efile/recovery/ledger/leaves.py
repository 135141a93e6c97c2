"""The log of an office as its index has it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from efile.recovery.ledger.book import Book


class Leaves:
    """Leaves by place, and those without a document that are accounted for."""

    def __init__(self, book: Book) -> None:
        self._book = book
        book.execute("CREATE TABLE logged (place INTEGER PRIMARY KEY, leaf TEXT NOT NULL)")
        book.execute("CREATE TABLE accounted (leaf TEXT PRIMARY KEY) WITHOUT ROWID")

    @property
    def end(self) -> int:
        """The place behind the last."""
        last = self._book.execute("SELECT max(place) FROM logged").fetchone()[0]
        return 0 if last is None else int(last) + 1

    def note(self, leaves: Iterable[tuple[int, str]]) -> None:
        """Enter leaves with their places."""
        self._book.executemany("INSERT INTO logged (place, leaf) VALUES (?, ?)", leaves)

    def forget(self) -> None:
        """Begin anew."""
        self._book.execute("DELETE FROM logged")

    def find_by_leaf(self) -> None:
        """Let leaves be found; what is noted later is found, too."""
        self._book.execute("CREATE INDEX IF NOT EXISTS logged_by_leaf ON logged (leaf, place)")

    def __iter__(self) -> Iterator[tuple[int, str]]:
        """Yield places and leaves in order."""
        return self._book.execute("SELECT place, leaf FROM logged ORDER BY place")

    def places(self, leaves: Iterable[str]) -> dict[str, int]:
        """Return the places of those of the leaves that have one."""
        return dict(
            self._book.execute(
                "SELECT leaf, max(place) FROM logged"
                " WHERE leaf IN (SELECT value FROM json_each(?)) GROUP BY leaf",
                (json.dumps(list(leaves)),),
            )
        )

    def account(self, leaves: Iterable[str]) -> None:
        """Take note of leaves that need no document in storage."""
        self._book.executemany(
            "INSERT OR IGNORE INTO accounted (leaf) VALUES (?)", [(leaf,) for leaf in leaves]
        )

    def unaccounted(self) -> Iterator[int]:
        """Yield the places of leaves nobody accounts for."""
        for (place,) in self._book.execute(
            "SELECT place FROM logged WHERE NOT EXISTS (SELECT 1 FROM document"
            " WHERE document.leaf = logged.leaf AND standing < 2)"
            " AND leaf NOT IN (SELECT leaf FROM accounted) ORDER BY place"
        ):
            yield place
