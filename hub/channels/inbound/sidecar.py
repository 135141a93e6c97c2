"""Sidecars: small files that say which others are complete, and by which digest.

``name.done`` stands for ``name``; ``name.sha256`` and ``name.md5`` carry its digest; a list of
several names (``….manifest``, or one of the two with more than one line) makes them one unit,
of which the first is the message and the others are its attachments.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from hub.channels.inbound.rules import is_taken

ENDINGS = {".done": "", ".sha256": "sha256", ".md5": "md5", ".manifest": "sha256"}
"""How a sidecar ends, and the digest it carries."""
_LENGTHS = {"sha256": 64, "md5": 32}
_LINE = re.compile(r"([0-9A-Fa-f]+)(?: [ *](.+))?")
"""A digest, and a name as ``sha256sum`` writes it."""

LONGEST_BYTES = 1_000_000
"""A list of some ten thousand names."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A file a sidecar speaks of."""

    name: str
    algorithm: str
    """Empty: nothing was said about its bytes."""
    digest: str


def is_sidecar(name: str) -> bool:
    """Tell whether a name is one of a sidecar; hidden and unfinished ones are none."""
    ending = _ending(name)
    return bool(ending) and len(name) > len(ending) and not name.startswith((".", "~"))


def listed(name: str, content: bytes) -> tuple[Listed, ...]:
    """Return what a sidecar speaks of, the message first.

    Raises:
        ValueError: its lines are no list of digests and plain names.
    """
    ending = _ending(name)
    algorithm, stem = ENDINGS[ending], name[: -len(ending)]
    if not algorithm:
        return (Listed(stem, "", ""),)
    lines = [line for line in content.decode("utf-8-sig").splitlines() if line.strip()]
    files = tuple(_file(line, stem, algorithm) for line in lines)
    names = [file.name for file in files]
    if not files or len(set(names)) != len(names):
        raise ValueError("no list of different files")
    return files


def _file(line: str, stem: str, algorithm: str) -> Listed:
    found = _LINE.fullmatch(line.rstrip())
    if not found or len(found[1]) != _LENGTHS[algorithm]:
        raise ValueError("no digest")
    name = found[2] or stem
    # A name in a list is a name, never a path, and never a sidecar itself.
    if "/" in name or "\0" in name or not is_taken(name) or is_sidecar(name):
        raise ValueError("no plain name")
    return Listed(name, algorithm, found[1].lower())


def _ending(name: str) -> str:
    return next((ending for ending in ENDINGS if name.lower().endswith(ending)), "")
