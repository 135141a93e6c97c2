"""Names of claimed files: our id, then the sender's name in plain ASCII.

A sender's name is metadata. It may hold line feeds, directions of writing or bytes that are no
text; quoted it can be kept, shown and given back, and never becomes a path.
"""

from __future__ import annotations

import os
import re
import uuid
from urllib.parse import quote_from_bytes, unquote_to_bytes

_CLAIM = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}__.+", re.DOTALL)

QUOTED_MAX = 190
"""Bytes of a quoted name: with claim id and endings it stays below the 255 of a file system."""


def claimed_name(claim_id: str, name: str) -> str:
    """Return the name a file is claimed under; a very long one loses its end and says „…“."""
    quoted = _quoted(name)
    if len(quoted) > QUOTED_MAX:
        quoted = _shortened(name) + _quoted("…")
    return f"{claim_id}__{quoted}"


def _shortened(name: str) -> str:
    room = QUOTED_MAX - len(_quoted("…"))
    kept = ""
    for character in name:
        piece = _quoted(character)
        if len(kept) + len(piece) > room:
            break
        kept += piece
    return kept


def is_claimed(name: str) -> bool:
    """Tell whether a name is one that :func:`claimed_name` gives."""
    return _CLAIM.fullmatch(name) is not None


def claim_id(claimed: str) -> str:
    """Return the id a file was claimed under; it becomes the id of its message."""
    return claimed.partition("__")[0]


def claimed_us(claimed: str) -> int:
    """Return when a file was claimed, as the id in its name tells; in microseconds."""
    return (uuid.UUID(claim_id(claimed)).int >> 80) * 1000


def original_name(claimed: str) -> str:
    """Return the sender's name of a claimed file; undecodable bytes become visible escapes."""
    return _unquoted(claimed).decode("utf-8", "backslashreplace")


def sender_name(claimed: str) -> str | None:
    """Return the name to give back, byte for byte; never a path, never a hidden name."""
    name = os.fsdecode(_unquoted(claimed))
    return None if not name or name.startswith(".") or set(name) & {"/", "\0"} else name


def _quoted(name: str) -> str:
    return quote_from_bytes(os.fsencode(name), safe=" ").replace(" ", "+")


def _unquoted(claimed: str) -> bytes:
    return unquote_to_bytes(claimed.partition("__")[2].replace("+", " "))
