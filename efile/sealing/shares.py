"""A key in three shares of which any two give it back, and one alone tells nothing (Shamir).

Each byte of the key is where a straight line over GF(2^8) meets zero; a share is a point on each
line. Written down, a share names its number, the key it is of and a check for each of its
groups, so that whoever types it in learns where the mistake is.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from efile.errors import InvalidRequest

SHARES, NEEDED = 3, 2
_GROUP = 4
"""Bytes between two checks."""
_HEAD = re.compile(r"(\d)-([0-9a-f]{8})")


@dataclass(frozen=True, slots=True)
class Share:
    """One of the three."""

    number: int
    key: str
    """Name of the whole key, to tell which shares belong together; tells nothing of it."""
    points: bytes

    def written(self) -> str:
        """Return it as groups of ten hex digits to be printed, the last two of each a check."""
        groups = [self.points[at : at + _GROUP] for at in range(0, len(self.points), _GROUP)]
        said = [each.hex() + _check(self.number, n, each) for n, each in enumerate(groups)]
        return " ".join([f"{self.number}-{self.key}", *said])


def split(key: bytes) -> list[Share]:
    """Return three shares of a key."""
    slopes = secrets.token_bytes(len(key))
    return [
        Share(
            x, _name(key), bytes(k ^ _times(slope, x) for k, slope in zip(key, slopes, strict=True))
        )
        for x in range(1, SHARES + 1)
    ]


def read_share(text: str) -> Share:
    """Return a share that was typed in.

    Raises:
        InvalidRequest: names the group that is wrong.
    """
    head, *groups = text.lower().split() or [""]
    named = _HEAD.fullmatch(head)
    if named is None or not 1 <= int(named[1]) <= SHARES or not groups:
        raise _mistyped("1")
    points = b""
    for n, group in enumerate(groups):
        if not re.fullmatch(r"[0-9a-f]{10}", group):
            raise _mistyped(str(n + 2))
        found = bytes.fromhex(group[:-2])
        if group[-2:] != _check(int(named[1]), n, found):
            raise _mistyped(str(n + 2))
        points += found
    return Share(int(named[1]), named[2], points)


def join(shares: Sequence[Share]) -> bytes:
    """Return the key two shares give.

    Raises:
        InvalidRequest: they are the same one, or of different keys.
    """
    if len(shares) != NEEDED or shares[0].number == shares[1].number:
        raise _apart()
    one, two = shares
    if one.key != two.key or len(one.points) != len(two.points):
        raise _apart()
    # The line through (x1, y1) and (x2, y2) meets zero at (x2·y1 + x1·y2) / (x1 + x2).
    over = _inverse(one.number ^ two.number)
    key = bytes(
        _times(_times(two.number, a) ^ _times(one.number, b), over)
        for a, b in zip(one.points, two.points, strict=True)
    )
    if _name(key) != one.key:
        raise _apart()
    return key


def _name(key: bytes) -> str:
    return hashlib.sha256(b"efile/share/v1" + key).hexdigest()[:8]


def _check(number: int, place: int, group: bytes) -> str:
    return hashlib.sha256(bytes([number, place]) + group).hexdigest()[:2]


def _times(a: int, b: int) -> int:
    """Multiply in GF(2^8) with the polynomial of AES."""
    product = 0
    while b:
        if b & 1:
            product ^= a
        a = (a << 1) ^ (0x11B if a & 0x80 else 0)
        b >>= 1
    return product


def _inverse(a: int) -> int:
    return next(b for b in range(1, 256) if _times(a, b) == 1)


def _mistyped(group: str) -> InvalidRequest:
    return InvalidRequest(
        "share_mistyped",
        "Dieser Schlüsselteil ist falsch abgeschrieben.",
        remedy="Die genannte Gruppe (von links gezählt) mit dem Ausdruck vergleichen.",
        place=group,
    )


def _apart() -> InvalidRequest:
    return InvalidRequest(
        "shares_apart",
        "Diese beiden Teile ergeben keinen Schlüssel.",
        remedy="Zwei verschiedene Teile desselben Schlüssels eingeben (gleiche Kennung).",
    )
