"""The sealed form of one content: a header in clear, then segments under AES-256-GCM.

::

    header   MAGIC (8)  file (16)  key (16)  length (8)  mark (32)
    segment  256 KiB of the content, the last one shorter or empty, and its tag (16)

``file`` and ``key`` name whose data key opens it, ``length`` counts the content. The mark is a
keyed hash of content and place; the key of the segments is derived from the data key and the
mark. So equal content at one place gives equal bytes, and other content never meets the same
key and nonce. A nonce is the segment's number and whether it is the last (STREAM): segments
cannot be swapped, dropped or cut off, and each can be read without the others. Header, tenant
and place are authenticated with every segment: moved elsewhere, nothing opens.

Form for other programs: ``docs/development/sealed-objects.md``.
"""

from __future__ import annotations

import hashlib
import hmac
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from efile.errors import IntegrityBroken
from efile.integrity.proven import ProvenReader, proven
from efile.model import LargeFile

MAGIC = b"EFSEAL1\n"
SEGMENT = 256 * 1024
"""Bytes of content in a segment: small enough to read a part, large enough to cost nothing."""
TAG = 16
_HEADER = struct.Struct(">8s16s16sQ32s")
HEADER_BYTES = _HEADER.size
KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class DataKey:
    """The key of one file."""

    tenant: str
    akte: str
    secret: bytes = field(repr=False)
    id: bytes = field(init=False)
    """Follows from the key, so that a wrong one is known by its name."""
    _mark: bytes = field(init=False, repr=False)
    _segments: bytes = field(init=False, repr=False)
    own: bytes = field(init=False, repr=False)
    """Secret of the file from which names and salts are made; gone with the key."""

    def __post_init__(self) -> None:
        derived = {
            "id": self._derived(b"id")[:16],
            "_mark": self._derived(b"mark"),
            "_segments": self._derived(b"segments"),
            "own": self._derived(b"own"),
        }
        for name, value in derived.items():
            object.__setattr__(self, name, value)

    def _derived(self, purpose: bytes) -> bytes:
        return hmac.digest(self.secret, b"efile/key/v1/" + purpose, "sha256")

    @property
    def name(self) -> str:
        """The key's name, hex."""
        return self.id.hex()

    def mark(self, context: bytes, digest: bytes) -> bytes:
        """Return the keyed hash of a content, given by SHA-256, at a place."""
        return hmac.digest(self._mark, digest + context, "sha256")

    def cipher(self, mark: bytes) -> AESGCM:
        """Return what seals and opens the segments of the content with this mark."""
        return AESGCM(hmac.digest(self._segments, mark, "sha256"))


@dataclass(frozen=True, slots=True)
class Header:
    """What a sealed content says of itself in clear."""

    akte: str
    key: bytes
    size: int
    """Bytes of the content."""
    raw: bytes

    @property
    def mark(self) -> bytes:
        """What the key of the segments follows from."""
        return self.raw[-32:]

    @property
    def segments(self) -> int:
        """Number of segments; an empty content has one."""
        return max(1, -(-self.size // SEGMENT))


def context(tenant: str, place: str) -> bytes:
    """Return what binds a content to its place."""
    return f"{tenant}\n{place}".encode()


def sealed_size(size: int) -> int:
    """Return how many bytes a content of this length takes when sealed."""
    return HEADER_BYTES + size + TAG * max(1, -(-size // SEGMENT))


def is_sealed(data: bytes) -> bool:
    """Say whether these are, or begin, a sealed content."""
    return data.startswith(MAGIC)


def header_of(data: bytes, place: str) -> Header:
    """Return the header a sealed content begins with.

    Raises:
        IntegrityBroken: it is cut off.
    """
    if len(data) < HEADER_BYTES or not is_sealed(data):
        raise altered(place)
    _, akte, key, size, _ = _HEADER.unpack_from(data)
    name = akte.hex()
    akte_id = f"{name[:8]}-{name[8:12]}-{name[12:16]}-{name[16:20]}-{name[20:]}"
    return Header(akte_id, key, size, data[:HEADER_BYTES])


def seal(key: DataKey, place: str, data: bytes) -> bytes:
    """Return the content sealed for a place."""
    bound = context(key.tenant, place)
    header = _header(key, bound, len(data), hashlib.sha256(data).digest())
    cipher, extra = key.cipher(header.mark), header.raw + bound
    if header.segments == 1:
        return header.raw + cipher.encrypt(_nonce(0, last=True), data, extra)
    view = memoryview(data)
    sealed = [
        cipher.encrypt(_nonce(n, last=n == header.segments - 1), view[at : at + SEGMENT], extra)
        for n, at in enumerate(range(0, len(data), SEGMENT))
    ]
    return b"".join((header.raw, *sealed))


def seal_file(key: DataKey, place: str, file: LargeFile, target: IO[bytes]) -> tuple[str, int]:
    """Write a file sealed for a place; return digest and length of what was written.

    Raises:
        IntegrityBroken: the file is not what was said of it.
    """
    bound = context(key.tenant, place)
    header = _header(key, bound, file.size, bytes.fromhex(file.sha256))
    cipher, extra = key.cipher(header.mark), header.raw + bound
    seen, size = hashlib.sha256(), 0
    with proven(file) as source:
        for piece in _sealing(header, source, cipher, extra):
            seen.update(piece)
            size += target.write(piece)
    return seen.hexdigest(), size


def _sealing(header: Header, source: ProvenReader, cipher: AESGCM, extra: bytes) -> Iterator[bytes]:
    yield header.raw
    for number in range(header.segments):
        piece = source.read(SEGMENT)
        yield cipher.encrypt(_nonce(number, last=number == header.segments - 1), piece, extra)


def unseal(key: DataKey, place: str, sealed: bytes) -> bytes:
    """Return the content of what was sealed for this place.

    Raises:
        IntegrityBroken: it was sealed for another place, with another key, or was altered.
    """
    header = header_of(sealed, place)
    if len(sealed) != sealed_size(header.size):
        raise altered(place)
    return open_segments(key, place, header, 0, sealed[HEADER_BYTES:])


def open_segments(key: DataKey, place: str, header: Header, first: int, sealed: bytes) -> bytes:
    """Return the content of segments that lie behind each other, from number ``first`` on.

    Raises:
        IntegrityBroken: as :func:`unseal`.
    """
    if (header.akte, header.key) != (key.akte, key.id):
        raise altered(place)
    cipher, extra = key.cipher(header.mark), header.raw + context(key.tenant, place)
    view, opened = memoryview(sealed), []
    try:
        for number, at in enumerate(range(0, len(sealed), SEGMENT + TAG), first):
            nonce = _nonce(number, last=number == header.segments - 1)
            opened.append(cipher.decrypt(nonce, view[at : at + SEGMENT + TAG], extra))
    except InvalidTag as exc:
        raise altered(place) from exc
    return opened[0] if len(opened) == 1 else b"".join(opened)


def altered(place: str) -> IntegrityBroken:
    """What lies there was not sealed for this place by this file's key, or not like this."""
    return IntegrityBroken(
        "sealed_object_altered",
        "Ein verschlüsseltes Objekt lässt sich nicht öffnen: Es wurde verändert, verschoben oder"
        " gehört zu einer anderen Akte.",
        remedy="Vorherige Fassung des Objekts im Speicher oder aus der Sicherung herstellen.",
        place=place,
    )


def _header(key: DataKey, bound: bytes, size: int, digest: bytes) -> Header:
    akte = bytes.fromhex(key.akte.replace("-", ""))
    raw = _HEADER.pack(MAGIC, akte, key.id, size, key.mark(bound, digest))
    return Header(key.akte, key.id, size, raw)


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11) + bytes([last])
