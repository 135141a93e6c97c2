"""A hash chain: each entry's hash covers the one before it.

A changed, removed, inserted or swapped entry breaks every later hash. Residual risk: who can
rewrite the whole chain can forge it; cut-off ends show only to those who know the last hash.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from efile.integrity.digest import canonical_json

GENESIS = "0" * 64
"""What the first entry follows."""


def chain_hash(previous: str, entry: Mapping[str, object]) -> str:
    """Return SHA-256 over the previous hash (32 bytes) and the canonical entry, hex."""
    return hashlib.sha256(bytes.fromhex(previous) + canonical_json(dict(entry))).hexdigest()


def first_break(entries: Iterable[tuple[Mapping[str, object], str]]) -> int | None:
    """Return the index of the first entry whose recorded hash is wrong, or None."""
    previous = GENESIS
    for index, (entry, recorded) in enumerate(entries):
        if chain_hash(previous, entry) != recorded:
            return index
        previous = recorded
    return None
