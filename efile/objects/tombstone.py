"""What is left of a file that was destroyed, or of a document that was taken out of a wrong file.

A tombstone says who decided it when and by which rule, counts what is gone and names the leaves
of its documents in the log; nothing of it says what was filed or whom it was about. It lies in
clear, because the key of the file is gone, sealed like a manifest, so that a forged one is
found, and has a leaf of its own in the log. It lies there before anything is destroyed.
"""

from __future__ import annotations

import hmac
import json
from typing import Any

import msgspec
from msgspec import Struct

from efile.errors import IntegrityBroken
from efile.integrity.digest import canonical_json, keyed_hex, leaf_hash
from efile.objects import layout

FORMAT = "efile-tombstone-1"
RETENTION = "retention"
"""Ground of a file whose period was over; misfiled documents have others."""


class Tombstone(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One file or document that is gone; times are microseconds since the epoch, UTC."""

    tenant: str
    akte: str
    document: str = ""
    """Empty: the whole file."""
    kind: str
    ground: str
    """``retention``, or the word why a document was in the wrong file."""
    rule: str = ""
    """Name of the rule that allowed it."""
    source: str = ""
    """Where the rule stands."""
    run: str
    proposed_by: str
    proposed_at_us: int
    approved_by: str
    approved_at_us: int
    marked_at_us: int
    """From this moment on it could no longer be read."""
    documents: int
    parts: int
    size: int
    """Bytes of all parts, as filed."""
    leaves: tuple[str, ...]
    """Of its documents, hex, in the order of filing."""
    places: tuple[int, ...]
    """Of these leaves in the log, as far as they had one."""

    @property
    def key(self) -> str:
        """Where it lies."""
        return layout.tombstone_key(self.akte, self.document)

    @property
    def extracts(self) -> tuple[str, ...]:
        """Where extracts lie that cover what is gone."""
        return tuple(sorted(set(map(layout.extract_prefix, self.places))))


def write(said: Tombstone, secret: bytes) -> bytes:
    """Return the tombstone as it lies in storage: the same for ever."""
    content: dict[str, Any] = msgspec.to_builtins(said)
    content["format"] = FORMAT
    return canonical_json({**content, "seal": _seal(content, secret)})


def read(stored: bytes, secret: bytes, key: str) -> Tombstone:
    """Return what a stored tombstone says.

    Raises:
        IntegrityBroken: it is unreadable, forged, or lies in another's place.
    """
    try:
        content = json.loads(stored)
        seal = content.pop("seal")
        if not hmac.compare_digest(seal, _seal(content, secret)) or content.pop("format") != FORMAT:
            raise _altered(key)
        said = msgspec.convert(content, Tombstone)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as exc:
        raise _altered(key) from exc
    if said.key != key:
        raise _altered(key)
    return said


def leaf_of(stored: bytes) -> str:
    """Return the leaf of a stored tombstone in the log."""
    return leaf_hash(stored)


def _seal(content: dict[str, Any], secret: bytes) -> str:
    key = layout.file_key(secret, content["tenant"], content["akte"])
    return keyed_hex(key, b"tombstone" + canonical_json(content))


def _altered(key: str) -> IntegrityBroken:
    return IntegrityBroken(
        "tombstone_altered",
        "Ein Löschvermerk ist unlesbar, verändert oder gefälscht.",
        remedy="Vorherige Fassung des Objekts im Speicher oder aus der Sicherung herstellen und"
        " den Anlass klären.",
        place=key,
    )
