"""Signed notes as transparency logs write them (C2SP signed-note and tlog-checkpoint).

::

    aktenhub/efile/muster            the log
    48213                            how many leaves
    <root in base64>
    time 2026-11-22T10:00:00Z        an extension line of ours

    — aktenhub/efile/muster <base64 of key hash (4 bytes) and Ed25519 signature>

What is signed is the text up to the empty line. Any program for such notes can check them.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass

_ED25519 = b"\x01"
_DASH = "— "
_HASH_BYTES, _SIGNATURE_BYTES, _ROOT_BYTES = 4, 64, 32
_LINES = 4
_TIME = "time "


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log says of itself at one moment."""

    origin: str
    size: int
    root: bytes
    time: str
    """UTC, as people and programs read it."""

    def text(self) -> str:
        """Return what is signed."""
        root = base64.b64encode(self.root).decode()
        return f"{self.origin}\n{self.size}\n{root}\n{_TIME}{self.time}\n"


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A checkpoint and the signature under it."""

    checkpoint: Checkpoint
    key_hash: bytes
    signature: bytes


def origin_of(tenant: str) -> str:
    """Return the name of a tenant's log, which is also the name of its key."""
    return f"aktenhub/efile/{tenant}"


def key_hash(name: str, public: bytes) -> bytes:
    """Return by which four bytes a note names an Ed25519 key."""
    return hashlib.sha256(name.encode() + b"\n" + _ED25519 + public).digest()[:_HASH_BYTES]


def verifier_key(name: str, public: bytes) -> str:
    """Return a public key as programs for signed notes expect it."""
    key = base64.b64encode(_ED25519 + public).decode()
    return f"{name}+{key_hash(name, public).hex()}+{key}"


def public_of(key: bytes, name: str) -> bytes | None:
    """Return the public key :func:`verifier_key` wrote; None if it is none of this name."""
    raw = key.decode(errors="replace").rpartition("+")[2]
    try:
        public = base64.b64decode(raw, validate=True).removeprefix(_ED25519)
    except ValueError:
        return None
    return public if verifier_key(name, public).encode() == key else None


def signed(checkpoint: Checkpoint, public: bytes, signature: bytes) -> bytes:
    """Return the note."""
    return _note(checkpoint, key_hash(checkpoint.origin, public) + signature)


def _note(checkpoint: Checkpoint, stamp: bytes) -> bytes:
    encoded = base64.b64encode(stamp).decode()
    return f"{checkpoint.text()}\n{_DASH}{checkpoint.origin} {encoded}\n".encode()


def read(note: bytes) -> SignedCheckpoint:
    """Return what a note says; nothing of it is proven yet.

    Raises:
        ValueError: it is no note of ours.
    """
    text, _, stamp = note.decode().partition(f"\n{_DASH}")
    lines = text.split("\n")
    if len(lines) != _LINES + 1 or lines[-1] or not lines[3].startswith(_TIME):
        raise ValueError("no checkpoint")
    origin, size, root, time = lines[0], lines[1], lines[2], lines[3].removeprefix(_TIME)
    checkpoint = Checkpoint(origin, int(size), base64.b64decode(root, validate=True), time)
    name, _, encoded = stamp.removesuffix("\n").rpartition(" ")
    raw = base64.b64decode(encoded, validate=True)
    if name != origin or len(raw) != _HASH_BYTES + _SIGNATURE_BYTES:
        raise ValueError("no signature of the log")
    found = SignedCheckpoint(checkpoint, raw[:_HASH_BYTES], raw[_HASH_BYTES:])
    # One form only: what can be written in two ways could be read in two ways.
    if _note(checkpoint, raw) != note or len(checkpoint.root) != _ROOT_BYTES:
        raise ValueError("not in its one form")
    return found
