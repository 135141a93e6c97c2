"""Private keys and shared secrets, encrypted at rest.

Each key is encrypted with a key of its own (DEK), the DEK with the key-encryption key (KEK)
handed in. Both bind tenant, key id and purpose, so that a row moved elsewhere does not open.
"""

from __future__ import annotations

import base64
import os
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)

from hub.core.errors import Misconfigured
from hub.core.record import canonical_json
from hub.store.accounts.factors import PURPOSE

KEK_BYTES = 32
_NONCE_BYTES = 12


@dataclass(frozen=True, slots=True)
class Owner:
    """Whom a key belongs to; part of what the encryption proves."""

    tenant: str
    key_id: str
    purpose: str

    def to_bytes(self) -> bytes:
        """Return the associated data, unambiguous whatever the names contain."""
        return canonical_json([self.tenant, self.key_id, self.purpose])


@dataclass(frozen=True, slots=True)
class SealedKey:
    """An encrypted private key as the database keeps it (base64)."""

    wrapped_dek: str
    sealed: str


class KeyStore:
    """Seals and opens private keys with the operator's KEK."""

    def __init__(self, kek: bytes) -> None:
        if len(kek) != KEK_BYTES:
            raise Misconfigured(
                "kek_invalid",
                f"Der Hauptschlüssel muss genau {KEK_BYTES} Byte lang sein.",
                remedy="Das Geheimnis „kek“ neu anlegen: 32 zufällige Byte, hexadezimal.",
            )
        self._kek = AESGCM(kek)

    def seal(self, key: PrivateKeyTypes, owner: Owner) -> SealedKey:
        """Encrypt a private key for its owner."""
        return self.seal_bytes(
            key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()), owner
        )

    def seal_bytes(self, plain: bytes, owner: Owner) -> SealedKey:
        """Encrypt a secret that is no private key."""
        dek = AESGCM.generate_key(bit_length=256)
        return SealedKey(
            wrapped_dek=_encrypt(self._kek, dek, owner),
            sealed=_encrypt(AESGCM(dek), plain, owner),
        )

    def open(self, sealed: SealedKey, owner: Owner) -> PrivateKeyTypes:
        """Decrypt a private key.

        Raises:
            Misconfigured: another KEK, another owner, or a changed row.
        """
        return load_der_private_key(self.open_bytes(sealed, owner), None)

    def open_bytes(self, sealed: SealedKey, owner: Owner) -> bytes:
        """Decrypt a secret that is no private key.

        Raises:
            Misconfigured: as for :meth:`open`.
        """
        dek = _decrypt(self._kek, sealed.wrapped_dek, owner)
        return _decrypt(AESGCM(dek), sealed.sealed, owner)

    def wraps(self, sealed: SealedKey, owner: Owner) -> bool:
        """Tell whether the key lies under this KEK; the private key itself is not opened."""
        try:
            _decrypt(self._kek, sealed.wrapped_dek, owner)
        except Misconfigured:
            return False
        return True

    def rewrap(self, sealed: SealedKey, owner: Owner, successor: KeyStore) -> SealedKey:
        """Put the DEK under the successor's KEK; the private key itself is not opened.

        Raises:
            Misconfigured: as for :meth:`open`.
        """
        dek = _decrypt(self._kek, sealed.wrapped_dek, owner)
        return SealedKey(_encrypt(successor._kek, dek, owner), sealed.sealed)


class FactorVault:
    """Seals the secrets of second factors, each for its office."""

    def __init__(self, kek: bytes) -> None:
        self._keys = KeyStore(kek)

    def seal(self, secret: bytes, tenant: str, key_id: str) -> tuple[str, str]:
        """Return the wrapped key of the secret and the sealed secret."""
        sealed = self._keys.seal_bytes(secret, Owner(tenant, key_id, PURPOSE))
        return sealed.wrapped_dek, sealed.sealed

    def open(self, wrapped_dek: str, sealed: str, tenant: str, key_id: str) -> bytes:
        """Return the secret.

        Raises:
            Misconfigured: another KEK, another office, or a changed row.
        """
        return self._keys.open_bytes(SealedKey(wrapped_dek, sealed), Owner(tenant, key_id, PURPOSE))


def _encrypt(cipher: AESGCM, plain: bytes, owner: Owner) -> str:
    nonce = os.urandom(_NONCE_BYTES)
    return base64.b64encode(nonce + cipher.encrypt(nonce, plain, owner.to_bytes())).decode()


def _decrypt(cipher: AESGCM, text: str, owner: Owner) -> bytes:
    raw = base64.b64decode(text)
    try:
        return cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], owner.to_bytes())
    except InvalidTag as exc:
        raise Misconfigured(
            "key_unreadable",
            "Ein privater Schlüssel lässt sich nicht entschlüsseln.",
            place=owner.key_id,
            remedy="Prüfen, ob der Hauptschlüssel (KEK) zu dieser Datenbank gehört; wurde sein "
            "Wechsel unterbrochen, „aktenhub certs change-kek“ noch einmal ausführen.",
        ) from exc
