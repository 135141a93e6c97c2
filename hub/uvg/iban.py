"""Check digits of account numbers (ISO 13616, ISO 7064 MOD 97-10).

A right check digit says the number was not mistyped, not that the account exists.
"""

from __future__ import annotations

import re

_SHAPE = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")
_GERMAN_LENGTH = 22


def compact_iban(text: str) -> str:
    """Return the number without spaces, in capitals."""
    return "".join(text.split()).upper()


def is_iban(text: str) -> bool:
    """Whether a compact number has the right shape and check digits."""
    if not _SHAPE.fullmatch(text) or (text.startswith("DE") and len(text) != _GERMAN_LENGTH):
        return False
    digits = "".join(str(int(character, 36)) for character in text[4:] + text[:4])
    return int(digits) % 97 == 1


def grouped_iban(text: str) -> str:
    """Return the number in groups of four, as letters print it."""
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))
