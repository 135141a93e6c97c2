"""Reads packs from their description in ``docs/development/packs.md`` alone.

Shares no code with the e-file: what the tests of recovery and the judge of crashes see in a pack
does not depend on the reader they judge.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from typing import Any

MAGIC = b"EFPACK1\n"


def entries(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield kind and content of each entry of a whole pack.

    Raises:
        ValueError: it is not whole.
    """
    if data[:8] != MAGIC or data[-8:] != MAGIC:
        raise ValueError("no pack")
    place, end = 8, len(data) - 16
    while place < end:
        size = int.from_bytes(data[place + 1 : place + 5])
        content = data[place + 37 : place + 37 + size]
        if hashlib.sha256(content).digest() != data[place + 5 : place + 37]:
            raise ValueError(f"entry at {place} is damaged")
        yield chr(data[place]), content
        place += 37 + size
    if place != end:
        raise ValueError("the last entry is cut off")


def documents(
    data: bytes, content_of: Callable[[bytes, str], bytes] = lambda sealed, _: sealed
) -> list[tuple[dict[str, Any], list[bytes]]]:
    """Return manifest and parts of each document, in order, each opened by ``content_of``.

    Raises:
        ValueError: the pack is not whole, or its index tells something else.
    """
    found: list[tuple[dict[str, Any], list[bytes]]] = []
    parts: list[bytes] = []
    listed = []
    for kind, content in entries(data):
        if kind == "P":
            parts.append(content)
        elif kind == "M":
            manifest = json.loads(content_of(content, "packed/manifest"))
            places = (f"packed/{manifest['id']}/{number}" for number in range(len(parts)))
            parts = [content_of(part, place) for part, place in zip(parts, places, strict=True)]
            found.append((manifest, parts))
            parts = []
        elif kind == "I":
            listed = json.loads(content)["documents"]
    ids = [(manifest["id"], manifest["version"]) for manifest, _ in found]
    if ids != [(name, version) for name, version, _, _ in listed]:
        raise ValueError("the index tells something else")
    return found
