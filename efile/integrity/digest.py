"""Digests, keyed names and the one canonical form of a record.

Canonical JSON here: UTF-8, keys sorted, no spaces, no escapes beyond JSON's own; floats are
refused because their text differs between implementations.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection, Iterable, Mapping

import msgspec

_ENCODER = msgspec.json.Encoder(order="deterministic")


def sha256_hex(data: bytes) -> str:
    """Return the SHA-256 of the bytes, lower-case hex."""
    return hashlib.sha256(data).hexdigest()


def sha256_of_stream(pieces: Iterable[bytes]) -> tuple[str, int]:
    """Return digest and length of a stream without holding it."""
    digest, size = hashlib.sha256(), 0
    for piece in pieces:
        digest.update(piece)
        size += len(piece)
    return digest.hexdigest(), size


def leaf_hash(manifest: bytes) -> str:
    """Return the Merkle leaf (RFC 6962): SHA-256 over 0x00 and the manifest."""
    return hashlib.sha256(b"\x00" + manifest).hexdigest()


def derive_key(secret: bytes, *purpose: str) -> bytes:
    """Return a 32-byte key for exactly this purpose."""
    return hmac.digest(secret, canonical_json(list(purpose)), "sha256")


def keyed_hex(key: bytes, data: bytes) -> str:
    """Return the HMAC-SHA256 of the bytes, lower-case hex."""
    return hmac.digest(key, data, "sha256").hex()


def canonical_json(value: object) -> bytes:
    """Return the one byte form of a JSON value.

    Raises:
        TypeError: the value holds something that has no single JSON form.
    """
    _refuse_ambiguous(value)
    return _ENCODER.encode(value)


def _refuse_ambiguous(value: object) -> None:
    """Refuse what has no single form, and keys that are no text, wherever they stand."""
    if isinstance(value, Mapping):
        if not set(map(type, value)) <= _TEXT and not all(isinstance(key, str) for key in value):
            raise TypeError("keys of canonical JSON are text")
        _refuse_within(value.values())
    elif isinstance(value, list | tuple):
        _refuse_within(value)
    elif type(value) not in _PLAIN:
        raise TypeError(f"{type(value).__name__} has no canonical form")


def _refuse_within(values: Collection[object]) -> None:
    # Nearly all values are text or whole numbers; asking for all types at once is the quickest.
    if not set(map(type, values)) <= _PLAIN:
        for inner in values:
            if type(inner) not in _PLAIN:
                _refuse_ambiguous(inner)


_TEXT = frozenset({str})
_PLAIN = frozenset({str, int, bool, type(None)})
