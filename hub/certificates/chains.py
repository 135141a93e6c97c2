"""PEM bundles: bounded reading, leaf and intermediates told apart, facts about a certificate."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from hub.core.errors import Rejected

MAX_BYTES = 200_000
MAX_CERTIFICATES = 20
"""More candidates than this only serve attacks on path building."""


@dataclass(frozen=True, slots=True)
class Chain:
    """A certificate with what was sent along to reach its anchor."""

    leaf: x509.Certificate
    others: tuple[x509.Certificate, ...] = ()

    @property
    def pem(self) -> bytes:
        """The bundle, leaf first."""
        return b"".join(one.public_bytes(Encoding.PEM) for one in (self.leaf, *self.others))


def read_certificates(pem: bytes) -> tuple[x509.Certificate, ...]:
    """Read every certificate of a PEM file.

    Raises:
        Rejected: not PEM, not certificates, too many or too large.
    """
    if len(pem) > MAX_BYTES:
        raise _unreadable("die Datei ist zu groß")
    try:
        certificates = tuple(x509.load_pem_x509_certificates(pem))
        for one in certificates:
            one.public_key()
            one.extensions  # noqa: B018 - parsed on access; faults shall show here
    except (ValueError, TypeError, x509.DuplicateExtension) as exc:
        raise _unreadable("sie enthält kein lesbares Zertifikat im PEM-Format") from exc
    if len(certificates) > MAX_CERTIFICATES:
        raise _unreadable(f"sie enthält mehr als {MAX_CERTIFICATES} Zertifikate")
    return certificates


def read_chain(pem: bytes) -> Chain:
    """Read a bundle in any order; the leaf is the one that issued none of the others.

    Raises:
        Rejected: as for :func:`read_certificates`, or more than one leaf.
    """
    certificates = read_certificates(pem)
    leaves = [one for one in certificates if not _issued_any(one, certificates)]
    if len(leaves) != 1:
        raise _unreadable("sie enthält nicht genau ein Endzertifikat mit seiner Kette")
    return Chain(leaves[0], tuple(one for one in certificates if one is not leaves[0]))


def _issued_any(one: x509.Certificate, certificates: tuple[x509.Certificate, ...]) -> bool:
    return any(other is not one and other.issuer == one.subject for other in certificates)


def public_digest(key: CertificatePublicKeyTypes) -> str:
    """Return the SHA-256 of the SubjectPublicKeyInfo: the identity of a key pair."""
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(der).hexdigest()


def fingerprint(certificate: x509.Certificate) -> str:
    """Return the SHA-256 fingerprint in hexadecimal."""
    return certificate.fingerprint(hashes.SHA256()).hex()


def key_facts(key: CertificatePublicKeyTypes) -> tuple[str, int]:
    """Return algorithm and size of a key, for the inventory and the strength policy."""
    if isinstance(key, rsa.RSAPublicKey):
        return "rsa", key.key_size
    if isinstance(key, ec.EllipticCurvePublicKey):
        return key.curve.name, key.key_size
    if isinstance(key, dsa.DSAPublicKey):
        return "dsa", key.key_size
    return type(key).__name__.removesuffix("PublicKey").lower(), 256


def _unreadable(why: str) -> Rejected:
    return Rejected(
        "certificate_unreadable",
        f"Die Zertifikatsdatei ist nicht verwendbar: {why}.",
        remedy="Zertifikat mit Kette als PEM-Datei der ausstellenden Stelle verwenden.",
    )
