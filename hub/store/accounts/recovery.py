"""Codes for the day the device with the second factor is gone: shown once, each good for once.

The first four letters name the code, so that one slow hash is looked at and not all.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from hub.store.accounts.passwords import Passwords
from hub.store.database import Transaction

NUMBER: Final = 8
"""Codes a person gets."""
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
"""Without letters and digits people take for each other."""
_NAME, _REST = 4, 12
"""Letters of the name and of the secret: the latter has 59 bits."""


@dataclass(frozen=True, slots=True)
class Written:
    """A code as somebody wrote it, taken apart."""

    name: str
    rest: str


def new_word() -> str:
    """Return a password for the first sign-in, easy to read out and to type."""
    return _grouped("".join(secrets.choice(_ALPHABET) for _ in range(_NAME + _REST)))


def _grouped(text: str) -> str:
    return "-".join(text[at : at + _NAME] for at in range(0, len(text), _NAME))


def new_codes() -> tuple[str, ...]:
    """Return codes nobody can guess, each with a name of its own."""
    codes: dict[str, str] = {}
    while len(codes) < NUMBER:
        text = "".join(secrets.choice(_ALPHABET) for _ in range(_NAME + _REST))
        codes[text[:_NAME]] = text
    return tuple(map(_grouped, codes.values()))


def read(text: str) -> Written | None:
    """Return a code from what somebody typed; ``None`` if it is none."""
    letters = "".join(text.lower().replace("-", " ").split())
    if len(letters) != _NAME + _REST or set(letters) - set(_ALPHABET):
        return None
    return Written(letters[:_NAME], letters[_NAME:])


async def hashed(codes: Sequence[str], passwords: Passwords) -> dict[str, str]:
    """Return the hashes of codes by their names."""
    written = [one for one in map(read, codes) if one]
    return {one.name: await passwords.hash(one.rest) for one in written}


def keep(tx: Transaction, account_id: str, hashes: Mapping[str, str]) -> None:
    """Let these codes count and no earlier ones."""
    drop(tx, account_id)
    tx.many(
        "INSERT INTO recovery_code (account_id, name, hash) VALUES (:account, :name, :hash)",
        [{"account": account_id, "name": name, "hash": one} for name, one in hashes.items()],
    )


def drop(tx: Transaction, account_id: str) -> None:
    """Let no code count any more."""
    tx.run("DELETE FROM recovery_code WHERE account_id = :account", account=account_id)


def hash_of(tx: Transaction, account_id: str, name: str) -> str | None:
    """Return the hash of a code that was not used yet."""
    row = tx.one(
        "SELECT hash FROM recovery_code WHERE account_id = :account AND name = :name",
        account=account_id, name=name,
    )  # fmt: skip
    return str(row["hash"]) if row else None


def use_up(tx: Transaction, account_id: str, name: str) -> bool:
    """Take a code out; tell whether it was there."""
    return tx.run(
        "DELETE FROM recovery_code WHERE account_id = :account AND name = :name",
        account=account_id, name=name,
    ) == 1  # fmt: skip


def left(tx: Transaction, account_id: str) -> int:
    """Return how many codes are left."""
    row = tx.one(
        "SELECT count(*) AS number FROM recovery_code WHERE account_id = :account",
        account=account_id,
    )
    return int(row["number"]) if row else 0
