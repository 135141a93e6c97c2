"""Codes of an authenticator app: TOTP (RFC 6238), six digits, thirty seconds, HMAC-SHA-1.

These are the parameters every app understands; collisions of SHA-1 do not help against HMAC.
"""

from __future__ import annotations

import base64
import hmac
from typing import Final
from urllib.parse import quote, urlencode

PERIOD_US: Final = 30_000_000
DIGITS: Final = 6
SECRET_BYTES: Final = 20
"""As RFC 4226 recommends: 160 bits."""
DRIFT: Final = 1
"""Steps a clock may be ahead or behind."""
ISSUER: Final = "aktenhub"
_GROUP = 4


def step_at(now_us: int) -> int:
    """Return the number of the step a time lies in."""
    return now_us // PERIOD_US


def code_at(secret: bytes, step: int, digits: int = DIGITS) -> str:
    """Return the code of a step (RFC 4226, 5.3)."""
    mac = hmac.digest(secret, step.to_bytes(8, "big"), "sha1")
    offset = mac[-1] & 0x0F
    number = int.from_bytes(mac[offset : offset + 4], "big") & 0x7FFF_FFFF
    return str(number % 10**digits).zfill(digits)


def step_of(secret: bytes, code: str, now_us: int) -> int | None:
    """Return the step a code belongs to, if it is one of now; it takes as long whatever it is."""
    found = None
    now = step_at(now_us)
    for step in range(max(0, now - DRIFT), now + DRIFT + 1):
        if hmac.compare_digest(code_at(secret, step).encode(), code.encode()):
            found = step
    return found


def address(secret: bytes, login: str) -> str:
    """Return what a QR code says to an app (``otpauth``)."""
    fields = {
        "secret": base64.b32encode(secret).decode(), "issuer": ISSUER, "algorithm": "SHA1",
        "digits": DIGITS, "period": PERIOD_US // 1_000_000,
    }  # fmt: skip
    return f"otpauth://totp/{quote(f'{ISSUER}:{login}')}?{urlencode(fields)}"


def spelled(secret: bytes) -> tuple[str, ...]:
    """Return the secret as people type it, in groups of four."""
    text = base64.b32encode(secret).decode()
    return tuple(text[at : at + _GROUP] for at in range(0, len(text), _GROUP))
