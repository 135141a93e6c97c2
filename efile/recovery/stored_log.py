"""The log as storage tells it: leaves, signed heads, and whether they fit each other.

Every root is computed anew from the leaves; nothing recorded is believed. Leaves count as far
as a sound head covers them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from efile.filing import Archive
from efile.index.log import Head
from efile.integrity import note
from efile.integrity.merkle import Frontier
from efile.integrity.note import Checkpoint
from efile.model import Fault
from efile.objects import layout
from efile.ports import Host, Signing, Stamping
from efile.proof.wording import moment
from efile.recovery import faults
from efile.recovery.fetching import each_of

_LEAF_BYTES = 32
_ROOTS = (layout.STAMPS_ROOT, layout.HEADS_ROOT, layout.LEAVES_ROOT, layout.KEYS_ROOT)
"""In the order of listing: what is written last first, so that what it is about is there, too."""
_ONE_TURN = 10_000
"""Leaves hashed at once beside the event loop."""


class StoredLeaves:
    """Leaves by place, 32 bytes each: all of an office are held."""

    def __init__(self, data: bytearray) -> None:
        self.data = data

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.data) // _LEAF_BYTES

    def run(self, begin: int, end: int) -> list[bytes]:
        """Return those between two places."""
        return _cut(self.data[begin * _LEAF_BYTES : end * _LEAF_BYTES])

    def named(self, begin: int, end: int) -> list[str]:
        """Return the same in hex, as the index has them."""
        return [leaf.hex() for leaf in self.run(begin, end)]


@dataclass(slots=True)
class StoredLog:
    """A tenant's log in storage at one moment."""

    leaves: StoredLeaves = field(default_factory=lambda: StoredLeaves(bytearray()))
    """As far as a sound head covers them."""
    heads: list[Head] = field(default_factory=list)
    """Sound heads, the first first."""
    faults: list[Fault] = field(default_factory=list)
    sizes: dict[str, int] = field(default_factory=dict)
    """Every object about the log by key."""

    @property
    def bytes(self) -> int:
        """How much was read."""
        return sum(self.sizes.values())


async def read_log(tenant: str, archive: Archive, host: Host) -> StoredLog:
    """Read and judge everything storage holds about a tenant's log."""
    found = StoredLog()
    for root in _ROOTS:
        async for page in archive.objects.pages(tenant, root):
            found.sizes |= {item.key: item.size for item in page}
    contents = {
        key: data
        async for key, data in each_of(
            sorted(found.sizes), lambda key: archive.objects.get(tenant, key)
        )
    }
    signing = host.signing
    keys = await _keys(tenant, contents, signing)
    begins = _leaves(contents, found)
    judge = _Judge(tenant, keys, signing, found)
    for key in sorted(key for key in contents if key.startswith(layout.HEADS_ROOT)):
        judge.look(key, contents[key])
    await judge.compare(begins)
    found.faults += _stamps(contents, host.stamping)
    return found


def _stamps(contents: dict[str, bytes], stamping: Stamping | None) -> Iterator[Fault]:
    """Yield what is wrong with time stamps; each is over the note of one head."""
    stamps = [key for key in contents if key.startswith(layout.STAMPS_ROOT)]
    if stamps and stamping is None:
        yield faults.stamp_unchecked(stamps[0])
        return
    for key in stamps:
        head = contents.get(layout.stamped_head(key))
        if head is None or stamping is None or stamping.time_of(contents[key], head) is None:
            yield faults.stamp_altered(key)


@dataclass(frozen=True, slots=True)
class _Key:
    public: bytes
    ours: bool
    """Whether the installation knows it, or it only lies beside the heads."""


async def _keys(
    tenant: str, contents: dict[str, bytes], signing: Signing | None
) -> dict[bytes, _Key]:
    """Return keys by the hash notes name them with."""
    origin = note.origin_of(tenant)
    beside = (
        note.public_of(data, origin)
        for key, data in contents.items()
        if key.startswith(layout.KEYS_ROOT)
    )
    known = await signing.public_keys() if signing else ()
    found = {note.key_hash(origin, one): _Key(one, ours=False) for one in beside if one}
    return found | {note.key_hash(origin, one): _Key(one, ours=True) for one in known}


def _leaves(contents: dict[str, bytes], found: StoredLog) -> dict[int, int]:
    """Take all leaves up to the first gap over; return the beginning of each run by its end."""
    begins: dict[int, int] = {}
    leaves = found.leaves
    for key in sorted(key for key in contents if key.startswith(layout.LEAVES_ROOT)):
        begin, end = layout.run_of(key)
        data = contents.pop(key)
        if begin < 0 or len(data) != (end - begin) * _LEAF_BYTES:
            found.faults.append(faults.log_altered(key))
        elif begin == len(leaves):
            leaves.data += data
            begins[end] = begin
        elif begin > len(leaves) or _cut(data) != leaves.run(begin, end):
            found.faults.append(faults.log_torn(key))
    return begins


def _cut(data: bytes | bytearray) -> list[bytes]:
    starts = range(0, len(data), _LEAF_BYTES)
    return [bytes(data[start : start + _LEAF_BYTES]) for start in starts]


class _Judge:
    """Judges heads: form, signature, and the root over the leaves they cover."""

    def __init__(
        self, tenant: str, keys: dict[bytes, _Key], signing: Signing | None, found: StoredLog
    ) -> None:
        self._tenant = tenant
        self._keys = keys
        self._signing = signing
        self._found = found
        self._signed: list[tuple[str, bytes, Checkpoint]] = []

    def look(self, key: str, data: bytes) -> None:
        """Take a head up whose form and signature are right."""
        fault = self._fault(key, data)
        if fault is not None:
            self._found.faults.append(fault)
        else:
            self._signed.append((key, data, note.read(data).checkpoint))

    def _fault(self, key: str, data: bytes) -> Fault | None:
        try:
            signed = note.read(data)
        except ValueError:
            return faults.log_altered(key)
        said = signed.checkpoint
        if key != layout.head_key(said.size) or said.origin != note.origin_of(self._tenant):
            return faults.log_altered(key)
        used = self._keys.get(signed.key_hash)
        if used is None or self._signing is None:
            return faults.head_key_unknown(key)
        if not self._signing.is_signed(used.public, said.text().encode(), signed.signature):
            return faults.head_forged(key)
        unknown = faults.head_key_unknown(layout.log_key_key(used.public))
        if not used.ours and unknown not in self._found.faults:
            # Said once; that the head is signed with the key that lies beside it is proven.
            self._found.faults.append(unknown)
        return None

    async def compare(self, begins: dict[int, int]) -> None:
        """Keep the heads whose root is that of the leaves they cover, and these."""
        found, frontier = self._found, Frontier()
        leaves = found.leaves
        for key, data, said in sorted(self._signed, key=lambda each: each[2].size):
            if said.size > len(leaves):
                found.faults.append(faults.leaves_missing(key))
                continue
            for start in range(frontier.size, said.size, _ONE_TURN):
                portion = leaves.run(start, min(start + _ONE_TURN, said.size))
                await asyncio.to_thread(_grow, frontier, portion)
            if frontier.root() != said.root:
                found.faults.append(faults.log_forked(key))
                continue
            peaks = b"".join(frontier.peaks).hex()
            begin, made_us = begins.get(said.size, 0), moment(said.time)
            head = Head(self._tenant, said.size, begin, peaks, data.decode(), made_us, 1)
            found.heads.append(head)
        covered = found.heads[-1].size if found.heads else 0
        del leaves.data[covered * _LEAF_BYTES :]


def _grow(frontier: Frontier, leaves: Iterable[bytes]) -> None:
    for leaf in leaves:
        frontier.add(leaf)
