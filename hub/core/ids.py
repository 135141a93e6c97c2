"""Identifiers: time-ordered ones for what is accepted, derived ones for what follows.

Everything that follows from a message is named by a digest of the message, so that
running a step again yields the same names and can be recognised as the same thing.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
import uuid

_TIMED = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[78][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_NAMESPACE = uuid.UUID("8f2f4a53-7c1d-5b9e-9d0e-6a1c3b5d7e90")


def uuid7(at_us: int) -> str:
    """Return a UUIDv7 (RFC 9562): time-ordered, the rest random."""
    millis = at_us // 1000
    # Sub-millisecond bits keep the order of ids given within one millisecond.
    fraction = (at_us % 1000) * 4096 // 1000
    value = (millis << 80) | (0x7 << 76) | (fraction << 64) | (0b10 << 62)
    return str(uuid.UUID(int=value | secrets.randbits(62)))


def derived_uuid(*parts: str) -> str:
    """Return an identifier made of the parts: same parts, same identifier.

    What follows from something with a time-ordered identifier, named first, keeps its time
    (UUIDv8 of RFC 9562): rows that are written together then lie together, and a database in
    which millions rest is touched in few places. Anything else gets a UUIDv5.
    """
    if _TIMED.fullmatch(parts[0]):
        digest = hashlib.sha256("|".join(parts).encode()).hexdigest()
        variant = "89ab"[int(digest[3], 16) & 3]
        return f"{parts[0][:13]}-8{digest[:3]}-{variant}{digest[4:7]}-{digest[7:19]}"
    return str(uuid.uuid5(_NAMESPACE, "|".join(parts)))


def derived_code(*parts: str) -> str:
    """Return 16 characters A-Z2-7 derived from the parts, for narrow partner fields."""
    digest = hashlib.sha256("|".join(parts).encode()).digest()
    return base64.b32encode(digest[:10]).decode()
