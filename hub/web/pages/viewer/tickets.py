"""Tickets that belong to one view of one document, so that its bytes are not logged again.

A browser that draws a document asks for its bytes in ranges, and again as the reader goes on.
The view was logged when its frame was given; the frame carries a ticket, and what is asked
for under it is part of that view. Whatever comes without one is an access of its own.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

from hub.store.accounts import lasting
from hub.web.visit import Visit

LIFETIME_S: Final = 3600
"""Who still reads after this time is logged again."""
_MAX_DIGITS: Final = 12


def ticket(visit: Visit, document_id: str) -> str:
    """Return a ticket for what belongs to this view; worth nothing in another session."""
    until = visit.services.clock.now_us() // 1_000_000 + LIFETIME_S
    return f"{until}.{_seal(visit, document_id, until)}"


def is_valid(visit: Visit, document_id: str, word: str) -> bool:
    """Say whether this session was given the ticket for this document, not long ago."""
    until, _, seal = word.partition(".")
    if not until.isascii() or not until.isdecimal() or len(until) > _MAX_DIGITS:
        return False
    if int(until) < visit.services.clock.now_us() // 1_000_000:
        return False
    return hmac.compare_digest(seal.encode(), _seal(visit, document_id, int(until)).encode())


def _seal(visit: Visit, document_id: str, until: int) -> str:
    said = f"view\n{document_id}\n{until}".encode()
    return hmac.new(lasting(visit.token).encode(), said, hashlib.sha256).hexdigest()
