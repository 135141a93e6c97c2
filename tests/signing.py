"""A key to sign heads with, the same in every test."""

from __future__ import annotations

from collections.abc import Sequence

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey


class FixedSigning:
    """The signing port on keys made from numbers; the last one signs."""

    def __init__(self, *seeds: int) -> None:
        self._keys = [Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32) for seed in seeds]

    @property
    def public(self) -> bytes:
        return self._keys[-1].public_key().public_bytes_raw()

    async def sign(self, statement: bytes) -> tuple[bytes, bytes]:
        return self.public, self._keys[-1].sign(statement)

    async def public_keys(self) -> Sequence[bytes]:
        return [key.public_key().public_bytes_raw() for key in self._keys]

    def is_signed(self, public: bytes, statement: bytes, signature: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(signature, statement)
        except (InvalidSignature, ValueError):
            return False
        return True


SIGNING = FixedSigning(1)
