"""Evidence records in their form (RFC 4998), and how they are renewed.

A record proves a group of contents: the contents of one file. Many files share one time stamp;
each gets the reduced hash tree from its group to the stamped root. A group is never of one
hash: the standard is not clear there, and allows to add others.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from efile.integrity import der

Algorithm = Literal["sha256", "sha512"]
Tree = tuple[tuple[bytes, ...], ...]
_OIDS: dict[Algorithm, bytes] = {
    "sha256": bytes.fromhex("608648016503040201"),
    "sha512": bytes.fromhex("608648016503040203"),
}
_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
_ALGORITHM, _TREE = 0xA0, 0xA2
_GRANTED = (b"\x00", b"\x01")


@dataclass(frozen=True, slots=True)
class ArchiveStamp:
    """A time stamp over the root of a hash tree (*ArchiveTimeStamp*)."""

    algorithm: Algorithm
    tree: Tree
    """From the group to below the root; empty where the stamp is over an earlier stamp."""
    token: bytes
    """*TimeStampToken* (RFC 3161)."""


@dataclass(frozen=True, slots=True)
class EvidenceRecord:
    """Chains of stamps: a stamp renews the one before, a chain the algorithm before."""

    chains: tuple[tuple[ArchiveStamp, ...], ...]

    @property
    def latest(self) -> ArchiveStamp:
        """The stamp everything stands on."""
        return self.chains[-1][-1]

    def encoded(self) -> bytes:
        """Return the record as other programs read it."""
        used = dict.fromkeys(stamp.algorithm for chain in self.chains for stamp in chain)
        named = (der.value(der.SEQUENCE, _named(one)) for one in used)
        return der.value(
            der.SEQUENCE, der.number(1), der.value(der.SEQUENCE, *named), sequence_of(self.chains)
        )


def sequence_of(chains: Sequence[Sequence[ArchiveStamp]]) -> bytes:
    """Return *ArchiveTimeStampSequence*: what a new algorithm is to cover."""
    return der.value(
        der.SEQUENCE, *(der.value(der.SEQUENCE, *map(_stamp, chain)) for chain in chains)
    )


def _stamp(stamp: ArchiveStamp) -> bytes:
    tree = b""
    if stamp.tree:
        lists = (
            der.value(der.SEQUENCE, *(der.value(der.OCTETS, one) for one in part))
            for part in stamp.tree
        )
        tree = der.implicit(2, *lists)
    return der.value(der.SEQUENCE, der.implicit(0, _named(stamp.algorithm)), tree, stamp.token)


def _named(algorithm: Algorithm) -> bytes:
    return der.value(der.OBJECT, _OIDS[algorithm])


def decoded(data: bytes) -> EvidenceRecord:
    """Read a record we wrote.

    Raises:
        ValueError: it is none.
    """
    version, _, chains = der.read(data).parts()
    if version.content != b"\x01":
        raise ValueError("unknown version")
    return EvidenceRecord(
        tuple(tuple(_read_stamp(stamp) for stamp in chain.parts()) for chain in chains.parts())
    )


def _read_stamp(stamp: der.Value) -> ArchiveStamp:
    fields = {part.tag: part for part in stamp.parts()}
    oid = fields[_ALGORITHM].parts()[0].content
    algorithm = next((name for name, known in _OIDS.items() if known == oid), None)
    if algorithm is None:
        raise ValueError("unknown algorithm")
    lists = fields[_TREE].parts() if _TREE in fields else ()
    tree = tuple(tuple(one.content for one in part.parts()) for part in lists)
    return ArchiveStamp(algorithm, tree, fields[der.SEQUENCE].whole)


def token_of(response: bytes) -> bytes:
    """Return the token in an authority's response (*TimeStampResp*).

    Raises:
        ValueError: it grants none.
    """
    status, *rest = der.read(response).parts()
    if status.parts()[0].content not in _GRANTED or not rest:
        raise ValueError("no time stamp was granted")
    token = rest[0].whole
    if _SIGNED_DATA not in token[:32]:
        raise ValueError("no signed data")
    return token


def joined(hashes: Sequence[bytes]) -> bytes:
    """Return hashes in binary ascending order behind each other: what a node is made from."""
    return b"".join(sorted(hashes))


def grow(groups: Sequence[Sequence[bytes]], algorithm: Algorithm) -> tuple[bytes, list[Tree]]:
    """Grow a tree over groups of hashes.

    Return what the root is the hash of, and for each group its reduced tree.
    """
    trees: list[list[tuple[bytes, ...]]] = [[tuple(sorted(group))] for group in groups]
    level = [([number], joined(group)) for number, group in enumerate(groups)]
    while len(level) > 1:
        above: list[tuple[list[int], bytes]] = []
        for left, right in zip(level[::2], level[1::2], strict=False):
            one, other = (hashlib.new(algorithm, node[1]).digest() for node in (left, right))
            for number in left[0]:
                trees[number].append((other,))
            for number in right[0]:
                trees[number].append((one,))
            above.append((left[0] + right[0], joined((one, other))))
        level = above + ([level[-1]] if len(level) % 2 else [])
    return level[0][1], [tuple(tree) for tree in trees]


def group_of(hashes: Sequence[bytes], filler: bytes, algorithm: Algorithm) -> tuple[bytes, ...]:
    """Return the hashes of a file's contents, each once, and never one alone."""
    found = tuple(sorted(set(hashes)))
    return found if len(found) > 1 else (*found, hashlib.new(algorithm, filler).digest())


def restamped(record: EvidenceRecord, token: bytes) -> EvidenceRecord:
    """Return a record whose latest stamp is covered by a new one (section 5.2)."""
    added = ArchiveStamp(record.latest.algorithm, (), token)
    return replace(record, chains=(*record.chains[:-1], (*record.chains[-1], added)))


def bound(hashes: Sequence[bytes], record: EvidenceRecord, algorithm: Algorithm) -> list[bytes]:
    """Bind new hashes of the contents to everything the record says so far (section 5.3)."""
    said = hashlib.new(algorithm, sequence_of(record.chains)).digest()
    return [hashlib.new(algorithm, one + said).digest() for one in hashes]
