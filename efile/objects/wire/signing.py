"""Requests to S3 signed as AWS Signature Version 4 demands."""

from __future__ import annotations

import hmac
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from efile.integrity.digest import sha256_hex

_ALGORITHM = "AWS4-HMAC-SHA256"


@dataclass(slots=True)
class Signer:
    """Signs with one secret; the key that follows from it is made once a day."""

    access_key: str
    secret_key: str = field(repr=False)
    region: str
    _of_day: tuple[str, bytes] = field(default=("", b""), repr=False)

    def head(
        self, method: str, host: str, path: str, fields: Mapping[str, str], digest: str
    ) -> bytes:
        """Return the head of a request; ``digest`` is that of its body.

        ``path`` holds nothing that had to be written another way in an address. Names of
        ``fields`` are in small letters.
        """
        stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        signed = {"host": host, **fields, "x-amz-content-sha256": digest, "x-amz-date": stamp}
        names = sorted(signed)
        lines = [f"{name}:{signed[name]}" for name in names]
        said = [f"{name}: {signed[name]}" for name in names]
        listed = ";".join(names)
        canonical = "\n".join([method, path, "", *lines, "", listed, digest])
        scope = f"{stamp[:8]}/{self.region}/s3/aws4_request"
        to_sign = "\n".join([_ALGORITHM, stamp, scope, sha256_hex(canonical.encode())])
        signature = hmac.digest(self._key(stamp[:8]), to_sign.encode(), "sha256").hex()
        proof = f"Credential={self.access_key}/{scope}, SignedHeaders={listed}"
        return "\r\n".join(
            [
                f"{method} {path} HTTP/1.1",
                *said,
                f"authorization: {_ALGORITHM} {proof}, Signature={signature}",
                "accept-encoding: identity",
                "user-agent: aktenhub",
                "\r\n",
            ]
        ).encode()

    def _key(self, day: str) -> bytes:
        known, key = self._of_day
        if known != day:
            key = f"AWS4{self.secret_key}".encode()
            for step in (day, self.region, "s3", "aws4_request"):
                key = hmac.digest(key, step.encode(), "sha256")
            self._of_day = day, key
        return key
