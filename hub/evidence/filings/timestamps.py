"""Time stamp queries and responses (RFC 3161), and what they prove against known roots."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal

from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from hub.certificates.chains import read_certificates

_ALGORITHMS = {"sha256": HashAlgorithm.SHA256, "sha512": HashAlgorithm.SHA512}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def query_for(
    statement: bytes, algorithm: Literal["sha256", "sha512"] = "sha256"
) -> tuple[bytes, int]:
    """Return what to send to the authority, and the number its response must repeat."""
    asked = TimestampRequestBuilder().data(statement).hash_algorithm(_ALGORITHMS[algorithm])
    made = asked.build()
    return made.as_bytes(), made.nonce or 0


class Roots:
    """The root certificates of an authority, against which its stamps are proven."""

    def __init__(self, pem: bytes) -> None:
        """Read certificates.

        Raises:
            Rejected: there is none.
        """
        self._roots = read_certificates(pem)

    def time_of(self, stamp: bytes, statement: bytes, nonce: int | None = None) -> int | None:
        """Return when the statement was stamped, in microseconds; None if nothing is proven."""
        builder = VerifierBuilder(roots=list(self._roots), nonce=nonce)
        try:
            response = decode_timestamp_response(stamp)
            if not builder.build().verify_message(response, statement):
                return None
            at = response.tst_info.gen_time
        except (VerificationError, ValueError):
            return None
        return (at.astimezone(UTC) - _EPOCH) // timedelta(microseconds=1)
