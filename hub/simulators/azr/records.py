"""The register's memory in one SQLite file: benefits, answers given, log of accesses.

Invariant: what a message changed, the bytes of its answer and its line in the access log
(§ 13 AZRG) are committed in one transaction.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass
from pathlib import Path

from hub.simulators.books import Books

TABLES = """
CREATE TABLE IF NOT EXISTS known (azr_number TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS benefits (
  fact TEXT PRIMARY KEY, azr_number TEXT NOT NULL, reference TEXT NOT NULL,
  version INTEGER NOT NULL, kind TEXT NOT NULL, begin TEXT NOT NULL, "end" TEXT NOT NULL,
  authority TEXT NOT NULL, file_reference TEXT NOT NULL, changed TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS answers (
  message_id TEXT PRIMARY KEY, digest TEXT NOT NULL, content BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS accesses (
  at TEXT NOT NULL, authority TEXT NOT NULL, clerk TEXT NOT NULL, purpose TEXT NOT NULL,
  message_id TEXT NOT NULL, request TEXT NOT NULL, answer TEXT NOT NULL,
  repeated INTEGER NOT NULL);
"""


@dataclass(frozen=True)
class Entry:
    """A benefit interval on the register, as its table row; ``end`` empty: open."""

    fact: str
    azr_number: str
    reference: str
    version: int
    kind: str
    begin: str
    end: str
    authority: str
    file_reference: str
    changed: str


@dataclass(frozen=True)
class Access:
    """One line of the access log, as its table row."""

    at: str
    authority: str
    clerk: str
    purpose: str
    message_id: str
    request: str
    answer: str
    repeated: bool


class Records(Books):
    """Access to the file; several calls inside :meth:`transaction` commit together."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, TABLES)

    def make_known(self, azr_number: str) -> bool:
        """Remember a record; whether it is new."""
        sql = "INSERT OR IGNORE INTO known VALUES (?)"
        return self._db.execute(sql, (azr_number,)).rowcount == 1

    def benefits(self, azr_number: str) -> list[Entry]:
        """All intervals of a person, oldest first."""
        sql = "SELECT * FROM benefits WHERE azr_number = ? ORDER BY begin, fact"
        return [Entry(*row) for row in self._db.execute(sql, (azr_number,))]

    def store(self, entry: Entry) -> None:
        """Write an interval, new or changed."""
        sql = "INSERT OR REPLACE INTO benefits VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        self._db.execute(sql, astuple(entry))

    def remove(self, fact: str) -> None:
        """Delete an interval."""
        self._db.execute("DELETE FROM benefits WHERE fact = ?", (fact,))

    def answer(self, message_id: str) -> tuple[str, bytes] | None:
        """Digest of the message and bytes of the answer given to it."""
        sql = "SELECT digest, content FROM answers WHERE message_id = ?"
        row = self._db.execute(sql, (message_id,)).fetchone()
        return None if row is None else (str(row[0]), bytes(row[1]))

    def keep_answer(self, message_id: str, digest: str, content: bytes) -> None:
        """Remember an answer for repetitions of its message."""
        sql = "INSERT INTO answers VALUES (?, ?, ?)"
        self._db.execute(sql, (message_id, digest, content))

    def log(self, access: Access) -> None:
        """Add a line to the access log."""
        sql = "INSERT INTO accesses VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        self._db.execute(sql, astuple(access))
