"""Identifiers: time-ordered ones for what is accepted, derived ones for what follows.

Everything that follows from a message is named by a digest of the message, so that
running a step again yields the same names and can be recognised as the same thing.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import uuid

_NAMESPACE = uuid.UUID("8f2f4a53-7c1d-5b9e-9d0e-6a1c3b5d7e90")


def uuid7(at_us: int) -> str:
    """Return a UUIDv7 (RFC 9562): time-ordered, the rest random."""
    millis = at_us // 1000
    # Sub-millisecond bits keep the order of ids given within one millisecond.
    fraction = (at_us % 1000) * 4096 // 1000
    value = (millis << 80) | (0x7 << 76) | (fraction << 64) | (0b10 << 62)
    return str(uuid.UUID(int=value | secrets.randbits(62)))


def derived_uuid(*parts: str) -> str:
    """Return the UUIDv5 of the parts: same parts, same identifier."""
    return str(uuid.uuid5(_NAMESPACE, "|".join(parts)))


def derived_code(*parts: str) -> str:
    """Return 16 characters A-Z2-7 derived from the parts, for narrow partner fields."""
    digest = hashlib.sha256("|".join(parts).encode()).digest()
    return base64.b32encode(digest[:10]).decode()
