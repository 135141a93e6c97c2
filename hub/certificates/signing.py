"""The key the installation signs its own statements with (Ed25519), sealed like every other.

It is made at the first use. A new one replaces it by command; what was signed before keeps
naming the key it was signed with, so public keys are never forgotten.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from hub.certificates.keystore import KeyStore, Owner, SealedKey
from hub.core.clock import Clock
from hub.core.errors import Misconfigured
from hub.core.ids import uuid7
from hub.store import certificates as rows
from hub.store.database import Database, Row, Transaction

PURPOSE = "sign-journal"
ALGORITHM = "ed25519"
INSTALLATION = ""
"""The key belongs to the installation, not to an office: who runs the hub answers for it."""


@dataclass(frozen=True, slots=True)
class Signer:
    """The active key, opened."""

    key_id: str
    """Digest of the public key."""
    public: str
    """The public key, 32 bytes in hex."""
    _key: Ed25519PrivateKey

    def sign(self, statement: bytes) -> str:
        """Return the signature in hex."""
        return self._key.sign(statement).hex()


class SigningKeys:
    """Opens and replaces the installation's signing key."""

    def __init__(self, database: Database, kek: bytes, clock: Clock) -> None:
        self._database = database
        self._keys = KeyStore(kek)
        self._clock = clock

    async def active(self, actor: str = "hub") -> Signer:
        """Return the active key; the first call ever makes it.

        Raises:
            Misconfigured: the key was sealed under another KEK.
        """
        found = await self._database.read(_active)
        if found is None:
            return await self._make(actor, replace=False)
        return self._opened(found)

    async def renew(self, actor: str) -> Signer:
        """Replace the active key by a new one."""
        return await self._make(actor, replace=True)

    async def _make(self, actor: str, *, replace: bool) -> Signer:
        key = Ed25519PrivateKey.generate()
        now_us = self._clock.now_us()
        owner = Owner(INSTALLATION, uuid7(now_us), PURPOSE)
        public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        sealed = self._keys.seal(key, owner)
        private = {"id": owner.key_id, "tenant": INSTALLATION, "purpose": PURPOSE,
                   "algorithm": ALGORITHM, "made_us": now_us, **asdict(sealed)}  # fmt: skip
        row = {"id": hashlib.sha256(public).hexdigest(), "public": public.hex(),
               "private_key_id": owner.key_id, "made_us": now_us, "made_by": actor}  # fmt: skip

        def work(tx: Transaction) -> Row:
            current = _active(tx)
            if current and not replace:
                # Another process was first.
                return current
            tx.run("UPDATE signing_key SET retired_us = :now WHERE retired_us IS NULL", now=now_us)
            rows.add_key(tx, private)
            tx.run(_INSERT, **row)
            return {**private, **row}

        return self._opened(await self._database.write(work))

    def _opened(self, row: Row) -> Signer:
        owner = Owner(INSTALLATION, row["private_key_id"], PURPOSE)
        key = self._keys.open(SealedKey(row["wrapped_dek"], row["sealed"]), owner)
        if not isinstance(key, Ed25519PrivateKey):
            raise Misconfigured(
                "key_unreadable",
                "Der Schlüssel für die Prüfpunkte ist keiner für Unterschriften.",
                place=owner.key_id,
                remedy="Mit „aktenhub journal key --renew“ einen neuen anlegen.",
            )
        return Signer(row["id"], row["public"], key)


def is_signed(public: str, statement: bytes, signature: str) -> bool:
    """Tell whether a statement was signed with the key of a public key, in hex."""
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public))
        key.verify(bytes.fromhex(signature), statement)
    except (InvalidSignature, ValueError):
        return False
    return True


def public_keys(tx: Transaction) -> list[Row]:
    """Return every public key that was ever in use, oldest first."""
    return tx.all(
        "SELECT id, public, made_us, made_by, retired_us FROM signing_key ORDER BY made_us, id"
    )


_INSERT = """
INSERT INTO signing_key (id, public, private_key_id, made_us, made_by)
VALUES (:id, :public, :private_key_id, :made_us, :made_by)
"""


def _active(tx: Transaction) -> Row | None:
    return tx.one(
        "SELECT signing_key.*, private_key.wrapped_dek, private_key.sealed FROM signing_key "
        "JOIN private_key ON private_key.id = signing_key.private_key_id "
        "WHERE signing_key.retired_us IS NULL ORDER BY signing_key.made_us DESC"
    )
