"""TLS contexts for connections to partners, and for our own door.

One context per key version: aiohttp keeps connections apart by context, so that a replaced
certificate is never used by a pooled connection. The key passes through an anonymous file
in memory, encrypted with a one-time password: it never lies on a disk in clear.
"""

from __future__ import annotations

import os
import secrets
import ssl
from collections.abc import Sequence

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
)


def client_context(
    key: PrivateKeyTypes, chain_pem: bytes, anchors: Sequence[x509.Certificate]
) -> ssl.SSLContext:
    """Return a context that shows our certificate and trusts the partner's anchors only."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.hostname_checks_common_name = False
    # Resumed sessions would keep the peer's old identity after a change of trust.
    context.options |= ssl.OP_NO_TICKET
    # An anchor may be an issuing CA; its root need not be known.
    context.verify_flags |= (
        ssl.VerifyFlags.VERIFY_X509_STRICT | ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
    )
    context.load_verify_locations(
        cadata=b"".join(anchor.public_bytes(Encoding.DER) for anchor in anchors)
    )
    _load_identity(context, key, chain_pem)
    return context


def server_context(
    key: PrivateKeyTypes, chain_pem: bytes, anchors: Sequence[x509.Certificate]
) -> ssl.SSLContext:
    """Return a context that shows our certificate and asks for one from the anchors.

    Whoever shows none may still have a token. No strict profile is demanded of the senders'
    CAs: who may send is decided by the exact certificate.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # Resumed sessions would keep the peer's old identity after a change of trust.
    context.options |= ssl.OP_NO_TICKET | ssl.OP_NO_RENEGOTIATION
    context.num_tickets = 0
    context.set_alpn_protocols(["http/1.1"])
    if anchors:
        context.verify_mode = ssl.CERT_OPTIONAL
        context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
        context.load_verify_locations(
            cadata=b"".join(anchor.public_bytes(Encoding.DER) for anchor in anchors)
        )
    _load_identity(context, key, chain_pem)
    return context


def _load_identity(context: ssl.SSLContext, key: PrivateKeyTypes, chain_pem: bytes) -> None:
    password = secrets.token_bytes(32).hex().encode()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(password))
    descriptor = os.memfd_create("identity", os.MFD_CLOEXEC)
    try:
        os.write(descriptor, chain_pem + pem)
        context.load_cert_chain(f"/proc/self/fd/{descriptor}", password=password)
    finally:
        os.close(descriptor)
