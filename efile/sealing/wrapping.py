"""Data keys under the key-encryption key (KEK), which lies neither in storage nor in the index.

Each data key is wrapped (AES key wrap, RFC 3394) under a key derived from the KEK for its file
alone: a wrapped key moved to another file or office does not open, and wrapping it again gives
the same bytes.
"""

from __future__ import annotations

import hmac
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.keywrap import (
    InvalidUnwrap,
    aes_key_unwrap,
    aes_key_wrap,
)

from efile.errors import IntegrityBroken, StorageMisconfigured
from efile.integrity.digest import canonical_json, derive_key
from efile.sealing.envelope import KEY_BYTES, DataKey

FORMAT = "efile-key-1"


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A data key as it is stored."""

    tenant: str
    akte: str
    key: str
    """Name of the data key, hex."""
    kek: str
    """Name of the KEK it lies under, hex."""
    wrapped: str
    """Hex."""

    def stored(self) -> bytes:
        """Return the object's bytes."""
        return canonical_json(
            {"format": FORMAT, "tenant": self.tenant, "akte": self.akte, "key": self.key,
             "kek": self.kek, "wrapped": self.wrapped}
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Secrets:
    """What the host keeps for the e-file, away from its database and from storage."""

    names: bytes = field(repr=False)
    """Names of objects and seals of manifests follow from it."""
    keys: KeyWrap
    """Wraps the data keys of files."""


def read_wrapped(stored: bytes, place: str) -> WrappedKey:
    """Return what :meth:`WrappedKey.stored` wrote.

    Raises:
        IntegrityBroken: it is something else.
    """
    try:
        content: dict[str, Any] = json.loads(stored)
        if content.pop("format") != FORMAT:
            raise key_altered(place)
        found = WrappedKey(**{name: str(value) for name, value in content.items()})
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as exc:
        raise key_altered(place) from exc
    return found


def new_key(tenant: str, akte: str) -> DataKey:
    """Return a fresh key for a file."""
    return DataKey(tenant, akte, secrets.token_bytes(KEY_BYTES))


class KeyWrap:
    """Wraps under one KEK; opens what lies under it or under an earlier one."""

    def __init__(self, kek: bytes, earlier: tuple[bytes, ...] = ()) -> None:
        """``earlier`` are KEKs that are being replaced.

        Raises:
            StorageMisconfigured: a KEK has a wrong length.
        """
        if any(len(each) != KEY_BYTES for each in (kek, *earlier)):
            raise StorageMisconfigured(
                "efile_kek_invalid",
                "Der Hauptschlüssel der E-Akte muss genau 32 Byte lang sein.",
                remedy="Das Geheimnis „efile_kek“ prüfen: 32 Byte, hexadezimal.",
            )
        self._keks = {_name(each): each for each in (kek, *earlier)}
        self.current = _name(kek)
        """Name of the KEK new keys are put under."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all KEKs known, the current one first."""
        return tuple(self._keks)

    def wrap(self, key: DataKey) -> WrappedKey:
        """Return the key under the current KEK."""
        over = _wrapping_key(self._keks[self.current], key.tenant, key.akte)
        wrapped = aes_key_wrap(over, key.secret).hex()
        return WrappedKey(key.tenant, key.akte, key.name, self.current, wrapped)

    def unwrap(self, tenant: str, akte: str, wrapped: WrappedKey, place: str) -> DataKey:
        """Return the data key of a file.

        Raises:
            StorageMisconfigured: it lies under a KEK nobody gave us.
            IntegrityBroken: it is not this file's, or was altered.
        """
        if wrapped.kek not in self._keks:
            raise StorageMisconfigured(
                "efile_kek_unknown",
                "Der Schlüssel einer Akte liegt unter einem anderen Hauptschlüssel.",
                remedy="Prüfen, ob das Geheimnis „efile_kek“ zu diesem Speicher gehört; wurde ein"
                " Wechsel unterbrochen, „aktenhub efile rotate-kek“ noch einmal ausführen.",
                place=place,
            )
        over = _wrapping_key(self._keks[wrapped.kek], tenant, akte)
        try:
            key = DataKey(tenant, akte, aes_key_unwrap(over, bytes.fromhex(wrapped.wrapped)))
        except (InvalidUnwrap, ValueError) as exc:
            raise key_altered(place) from exc
        if (wrapped.tenant, wrapped.akte, wrapped.key) != (tenant, akte, key.name):
            raise key_altered(place)
        return key


def _name(kek: bytes) -> str:
    return hmac.digest(kek, b"efile/kek-id/v1", "sha256")[:4].hex()


def _wrapping_key(kek: bytes, tenant: str, akte: str) -> bytes:
    return derive_key(kek, "efile/wrap/v1", tenant, akte)


def key_altered(place: str) -> IntegrityBroken:
    """What lies there is no key, or another file's."""
    return IntegrityBroken(
        "key_altered",
        "Der Schlüssel einer Akte ist unlesbar, verändert oder gehört zu einer anderen Akte.",
        remedy="Vorherige Fassung des Objekts im Speicher oder aus der Sicherung herstellen.",
        place=place,
    )
