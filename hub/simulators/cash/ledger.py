"""The books of the cash office in one SQLite file.

Invariant: an order file, its bookings, its money and the bytes of its answers are committed in
one transaction, so a restart neither books nor pays twice and repeats an answer byte for byte.
Residual risk: whoever deletes the file starts all numbers anew.
"""

from __future__ import annotations

from pathlib import Path

from hub.simulators.books import Books

TABLES = """
CREATE TABLE IF NOT EXISTS files (
  office TEXT, sequence INTEGER, digest TEXT NOT NULL, PRIMARY KEY (office, sequence));
CREATE TABLE IF NOT EXISTS bookings (order_id TEXT PRIMARY KEY, office TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS standing (
  order_id TEXT PRIMARY KEY, office TEXT NOT NULL, amount_cents INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS claims (
  office TEXT, number INTEGER, reference TEXT NOT NULL UNIQUE, PRIMARY KEY (office, number));
CREATE TABLE IF NOT EXISTS receipts (
  office TEXT, number INTEGER, reference TEXT NOT NULL, amount_cents INTEGER NOT NULL,
  stray INTEGER NOT NULL, PRIMARY KEY (office, number));
CREATE TABLE IF NOT EXISTS answers (
  office TEXT, sequence INTEGER, name TEXT NOT NULL, content BLOB NOT NULL,
  delivered INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (office, sequence));
"""


class Ledger(Books):
    """Thin access to the books; several calls inside :meth:`transaction` commit together."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, TABLES)

    def digest_of(self, office: str, sequence: int) -> str | None:
        """Digest of the order file booked under this number."""
        sql = "SELECT digest FROM files WHERE office = ? AND sequence = ?"
        row = self._db.execute(sql, (office, sequence)).fetchone()
        return None if row is None else str(row[0])

    def next_order_sequence(self, office: str) -> int:
        """Number the next order file of the office must carry."""
        return self._number("SELECT max(sequence) FROM files WHERE office = ?", office) + 1

    def note_file(self, office: str, sequence: int, digest: str) -> None:
        """Remember an order file as booked."""
        self._db.execute("INSERT INTO files VALUES (?, ?, ?)", (office, sequence, digest))

    def is_booked(self, order_id: str) -> bool:
        """Whether an order of this number was ever booked."""
        sql = "SELECT count(*) FROM bookings WHERE order_id = ?"
        return self._number(sql, order_id) > 0

    def note_order(self, office: str, order_id: str) -> None:
        """Remember an order as booked."""
        self._db.execute("INSERT INTO bookings VALUES (?, ?)", (order_id, office))

    def standing_cents(self, office: str, order_id: str) -> int | None:
        """Amount a standing payment of the office pays; ``None`` when there is none."""
        sql = "SELECT amount_cents FROM standing WHERE office = ? AND order_id = ?"
        row = self._db.execute(sql, (office, order_id)).fetchone()
        return None if row is None else int(row[0])

    def note_standing(self, office: str, order_id: str, cents: int) -> None:
        """Begin a standing payment, or go on with another amount."""
        sql = (
            "INSERT INTO standing VALUES (?, ?, ?) ON CONFLICT (order_id)"
            " DO UPDATE SET amount_cents = excluded.amount_cents"
        )
        self._db.execute(sql, (order_id, office, cents))

    def end_standing(self, order_id: str) -> None:
        """Pay nothing more on an order."""
        self._db.execute("DELETE FROM standing WHERE order_id = ?", (order_id,))

    def next_claim(self, office: str) -> int:
        """Number of the office's next claim."""
        return self._number("SELECT max(number) FROM claims WHERE office = ?", office) + 1

    def note_claim(self, office: str, number: int, reference: str) -> None:
        """Put a claim on the books."""
        self._db.execute("INSERT INTO claims VALUES (?, ?, ?)", (office, number, reference))

    def next_receipt(self, office: str) -> int:
        """Number of the office's next receipt."""
        return self._number("SELECT max(number) FROM receipts WHERE office = ?", office) + 1

    def is_paid(self, office: str) -> bool:
        """Whether money ever came in for a claim of the office."""
        sql = "SELECT EXISTS (SELECT 1 FROM receipts WHERE office = ? AND stray = 0)"
        return self._number(sql, office) > 0

    def strays(self, office: str) -> int:
        """How many receipts with an unknown reference the office ever had."""
        sql = "SELECT count(*) FROM receipts WHERE office = ? AND stray = 1"
        return self._number(sql, office)

    def note_receipt(
        self, office: str, number: int, reference: str, cents: int, *, stray: bool
    ) -> None:
        """Remember that money came in."""
        row = (office, number, reference, cents, int(stray))
        self._db.execute("INSERT INTO receipts VALUES (?, ?, ?, ?, ?)", row)

    def next_answer_sequence(self, office: str) -> int:
        """Number of the office's next answer file."""
        return self._number("SELECT max(sequence) FROM answers WHERE office = ?", office) + 1

    def note_answer(self, office: str, sequence: int, name: str, content: bytes) -> None:
        """Keep the bytes of an answer until it is delivered, and after."""
        sql = "INSERT INTO answers (office, sequence, name, content) VALUES (?, ?, ?, ?)"
        self._db.execute(sql, (office, sequence, name, content))

    def undelivered(self, office: str) -> list[tuple[int, str, bytes]]:
        """Answers not yet in the folder, oldest first."""
        sql = (
            "SELECT sequence, name, content FROM answers"
            " WHERE office = ? AND delivered = 0 ORDER BY sequence"
        )
        return list(self._db.execute(sql, (office,)))

    def note_delivered(self, office: str, sequence: int) -> None:
        """Remember that an answer lies in its folder."""
        sql = "UPDATE answers SET delivered = 1 WHERE office = ? AND sequence = ?"
        self._db.execute(sql, (office, sequence))

    def _number(self, sql: str, *values: object) -> int:
        row = self._db.execute(sql, values).fetchone()
        return int(row[0] or 0)
