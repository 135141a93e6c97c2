"""Passwords: argon2id, off the event loop, few at a time.

One hash takes 64 MiB and about 0.15 s. Without the cap a burst of sign-ins would take the
machine down; with it they wait in line.
"""

from __future__ import annotations

import asyncio
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from hub.core.errors import Rejected

MIN_LENGTH: Final = 12
"""NIST SP 800-63B asks for 8, ASVS 6.2.1 recommends 15; no composition rules."""
MAX_LENGTH: Final = 256
"""Longer ones cost time and add nothing."""

_HASHER = PasswordHasher()
_PARALLEL = 2


class Passwords:
    """Hash and verify with capped parallelism."""

    def __init__(self, hasher: PasswordHasher = _HASHER) -> None:
        self._hasher = hasher
        self._turns = asyncio.Semaphore(_PARALLEL)
        self._nobody = hasher.hash("nobody has this password")

    async def hash(self, password: str) -> str:
        """Return the encoded hash.

        Raises:
            Rejected: the password is too short or too long.
        """
        if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
            raise Rejected(
                "password_length",
                f"Das Passwort muss {MIN_LENGTH} bis {MAX_LENGTH} Zeichen lang sein.",
                remedy="Einen längeren Satz als Passwort wählen.",
            )
        async with self._turns:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def verify(self, encoded: str | None, password: str) -> bool:
        """Tell whether the password fits; takes as long when there is no such account."""
        async with self._turns:
            return await asyncio.to_thread(self._fits, encoded, password[:MAX_LENGTH])

    def _fits(self, encoded: str | None, password: str) -> bool:
        try:
            self._hasher.verify(encoded or self._nobody, password)
        except (VerificationError, InvalidHashError):
            return False
        return encoded is not None
