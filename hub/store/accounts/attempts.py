"""Wrong passwords and wrong codes: counted together, and after too many the account rests."""

from __future__ import annotations

from typing import Final

from hub.store.database import Transaction

LOCK_AFTER: Final = 10
"""Failures in a row after which an account rests; guessing then costs years."""
LOCK_US: Final = 15 * 60 * 1_000_000
LONGEST_US: Final = 24 * 3600 * 1_000_000
"""Whoever guesses codes knows the password: they wait twice as long each time, up to this."""


def note_failure(tx: Transaction, account_id: str, now_us: int) -> None:
    """Count a wrong password or code; let the account rest after every tenth in a row."""
    tx.run(
        "UPDATE account SET failures = failures + 1, locked_until_us ="
        " CASE WHEN (failures + 1) % :limit = 0 THEN :until ELSE locked_until_us END"
        " WHERE id = :id",
        limit=LOCK_AFTER, until=now_us + LOCK_US, id=account_id,
    )  # fmt: skip


def note_wrong_code(tx: Transaction, account_id: str, now_us: int) -> None:
    """Count a wrong code; every tenth in a row lets the account rest longer than the one before."""
    note_failure(tx, account_id, now_us)
    row = tx.one(
        "UPDATE second_factor SET failures = failures + 1 WHERE account_id = :id"
        " RETURNING failures",
        id=account_id,
    )
    if row is None or row["failures"] % LOCK_AFTER:
        return
    rest_us = min(LOCK_US << (row["failures"] // LOCK_AFTER - 1), LONGEST_US)
    tx.run(
        "UPDATE account SET locked_until_us = :until WHERE id = :id AND locked_until_us < :until",
        until=now_us + rest_us, id=account_id,
    )  # fmt: skip


def forget(tx: Transaction, account_id: str) -> None:
    """Begin to count anew: the person has proved who they are."""
    tx.run("UPDATE account SET failures = 0 WHERE id = :id", id=account_id)
    tx.run("UPDATE second_factor SET failures = 0 WHERE account_id = :id", id=account_id)
