"""Opens sealed objects from their description in ``docs/development/sealed-objects.md`` alone.

Shares no code with the e-file: what the judge of crashes sees does not depend on the code it
judges.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import uuid
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import aes_key_unwrap

_SEGMENT = 262_144


class SealedReader:
    """Opens what lies in one tenant's bucket."""

    def __init__(self, kek: bytes, bucket: Path, tenant: str) -> None:
        self._kek = kek
        self._bucket = bucket
        self._tenant = tenant

    def file(self, path: Path) -> bytes:
        """Return the content of an object of its own."""
        return self.content(path.read_bytes(), path.relative_to(self._bucket).as_posix())

    def content(self, sealed: bytes, place: str) -> bytes:
        """Return the content of what was sealed for a place; clear bytes as they are.

        Raises:
            ValueError: it was not sealed for it, or its key is missing.
            cryptography.exceptions.InvalidTag: it was altered.
        """
        if sealed[:8] != b"EFSEAL1\n":
            return sealed
        header, segments = sealed[:80], sealed[80:]
        size, mark = int.from_bytes(header[40:48]), header[48:]
        key = self._key(str(uuid.UUID(bytes=header[8:24])), header[24:40].hex())
        bound = f"{self._tenant}\n{place}".encode()
        cipher = AESGCM(_hmac(_hmac(key, b"efile/key/v1/segments"), mark))
        last = max(0, -(-size // _SEGMENT) - 1)
        content = b""
        for number in range(last + 1):
            nonce = number.to_bytes(11) + bytes([number == last])
            begin = number * (_SEGMENT + 16)
            content += cipher.decrypt(
                nonce, segments[begin : begin + _SEGMENT + 16], header + bound
            )
        digest = hashlib.sha256(content).digest()
        if len(content) != size or _hmac(_hmac(key, b"efile/key/v1/mark"), digest + bound) != mark:
            raise ValueError("not what was sealed")
        return content

    def _key(self, file: str, name: str) -> bytes:
        kek_name = _hmac(self._kek, b"efile/kek-id/v1")[:4].hex()
        path = self._bucket / "v1" / "k" / file / f"{name}-{kek_name}.json"
        if not path.exists():
            raise ValueError("the key is missing")
        stored = json.loads(path.read_bytes())
        purpose = f'["efile/wrap/v1","{self._tenant}","{file}"]'.encode()
        key = aes_key_unwrap(_hmac(self._kek, purpose), bytes.fromhex(stored["wrapped"]))
        if _hmac(key, b"efile/key/v1/id")[:16].hex() != name:
            raise ValueError("another key")
        return key


def _hmac(key: bytes, message: bytes) -> bytes:
    return hmac.digest(key, message, "sha256")
