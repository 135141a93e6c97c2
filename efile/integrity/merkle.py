"""Merkle trees (RFC 6962): one leaf is proven under a root without showing the others.

Leaves are the hashes RFC 6962 calls leaf hashes: SHA-256(0x00 ‖ entry), as
:func:`efile.integrity.digest.leaf_hash` makes them. A tree over ``n`` leaves is split at the
largest power of two below ``n``; every node is SHA-256(0x01 ‖ left ‖ right).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256

EMPTY = sha256(b"").digest()
"""Root of the tree without leaves."""


def node(left: bytes, right: bytes) -> bytes:
    """Return the node above two nodes."""
    return sha256(b"\x01" + left + right).digest()


class Frontier:
    """A growing tree, reduced to the roots of its complete subtrees, the largest first.

    A thousand million leaves take thirty hashes.
    """

    def __init__(self, size: int = 0, peaks: Iterable[bytes] = ()) -> None:
        self.size = size
        """Leaves so far."""
        self.peaks = list(peaks)
        if len(self.peaks) != size.bit_count():
            raise ValueError("a tree has one complete subtree for each bit of its size")

    def add(self, leaf: bytes) -> None:
        """Append a leaf."""
        carried, complete = leaf, self.size
        while complete & 1:
            carried = node(self.peaks.pop(), carried)
            complete >>= 1
        self.peaks.append(carried)
        self.size += 1

    def root(self) -> bytes:
        """Return the root over all leaves so far."""
        if not self.peaks:
            return EMPTY
        found = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            found = node(peak, found)
        return found


class Tree:
    """All nodes over a sequence of leaves, to prove from."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        """Hash every level; a last node without neighbour goes up as it is."""
        level = list(leaves)
        self._levels = [level]
        while len(level) > 1:
            joined = [node(*pair) for pair in zip(level[::2], level[1::2], strict=False)]
            level = joined + level[len(joined) * 2 :]
            self._levels.append(level)

    @property
    def size(self) -> int:
        """Return the number of leaves."""
        return len(self._levels[0])

    def root(self) -> bytes:
        """Return the root."""
        return self._levels[-1][0] if self.size else EMPTY

    def inclusion(self, index: int) -> list[bytes]:
        """Return the path from a leaf to the root (RFC 6962, 2.1.1), nearest neighbour first."""
        if not 0 <= index < self.size:
            raise IndexError(index)
        path = []
        for level in self._levels[:-1]:
            neighbour = index ^ 1
            if neighbour < len(level):
                path.append(level[neighbour])
            index >>= 1
        return path

    def consistency(self, old: int) -> list[bytes]:
        """Return what proves that the tree of the first ``old`` leaves is in this one (2.1.2)."""
        if not 0 <= old <= self.size:
            raise IndexError(old)
        return self._consistency(old, 0, self.size, whole=True) if 0 < old < self.size else []

    def _consistency(self, old: int, begin: int, end: int, *, whole: bool) -> list[bytes]:
        if old == end:
            return [] if whole else [self._over(begin, end)]
        middle = begin + _split(end - begin)
        if old <= middle:
            proof = self._consistency(old, begin, middle, whole=whole)
            return [*proof, self._over(middle, end)]
        proof = self._consistency(old, middle, end, whole=False)
        return [*proof, self._over(begin, middle)]

    def _over(self, begin: int, end: int) -> bytes:
        """Return the root over leaves that make one node: complete, or up to the last leaf."""
        level = (end - begin - 1).bit_length()
        return self._levels[level][begin >> level]


def _split(size: int) -> int:
    """Return the largest power of two below ``size``."""
    return 1 << (size - 1).bit_length() - 1


def root_above(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """Return the root a path leads to (RFC 9162, 2.1.3.2); None if it has the wrong length."""
    if not 0 <= index < size:
        return None
    found, last = leaf, size - 1
    for neighbour in path:
        if last == 0:
            return None
        if index & 1 or index == last:
            found = node(neighbour, found)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            found = node(found, neighbour)
        index, last = index >> 1, last >> 1
    return found if last == 0 else None


def is_consistent(
    old: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]
) -> bool:
    """Tell whether the proof shows the older tree within the newer (RFC 9162, 2.1.4.2)."""
    if not 0 <= old <= size:
        return False
    if old in {0, size}:
        return not proof and old_root == (EMPTY if old == 0 else root)
    left = list(proof) if old & (old - 1) else [old_root, *proof]
    return bool(left) and _roots_from(old, size, left) == (old_root, root)


def _roots_from(old: int, size: int, proof: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    """Return the roots of both trees a proof leads to."""
    index, last = old - 1, size - 1
    while index & 1:
        index, last = index >> 1, last >> 1
    older = newer = proof[0]
    for neighbour in proof[1:]:
        if last == 0:
            return None
        if index & 1 or index == last:
            older, newer = node(neighbour, older), node(neighbour, newer)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            newer = node(newer, neighbour)
        index, last = index >> 1, last >> 1
    return (older, newer) if last == 0 else None
