"""Certificate requests (CSR): a new key, a distinguished name, the purpose."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from hub.core.errors import Rejected

SigningKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

PROFILES: Mapping[str, Callable[[], SigningKey]] = {
    "ec-p256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "ec-p384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "rsa-3072": lambda: rsa.generate_private_key(public_exponent=65537, key_size=3072),
}
"""Key kinds a request may ask for (TR-02102: RSA from 3000 bits)."""

_ATTRIBUTES: Mapping[str, x509.ObjectIdentifier] = {
    "country": NameOID.COUNTRY_NAME,
    "state": NameOID.STATE_OR_PROVINCE_NAME,
    "locality": NameOID.LOCALITY_NAME,
    "organization": NameOID.ORGANIZATION_NAME,
    "organizational_unit": NameOID.ORGANIZATIONAL_UNIT_NAME,
    "common_name": NameOID.COMMON_NAME,
    "serial_number": NameOID.SERIAL_NUMBER,
}
"""What a subject may hold, in the order of the distinguished name."""
_LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(\.{_LABEL})*")
_REQUIRED = ("country", "organization", "common_name")


@dataclass(frozen=True, slots=True)
class Request:
    """A fresh key and the request that proves it is held."""

    key: SigningKey
    csr: x509.CertificateSigningRequest

    @property
    def pem(self) -> bytes:
        """The request as a CA wants it."""
        return self.csr.public_bytes(Encoding.PEM)


def certificate_request(
    subject: Mapping[str, str], profile: str, names: Sequence[str] = ()
) -> Request:
    """Make a key and a request for a client certificate; with host names for a server's.

    Raises:
        Rejected: unknown profile, impossible host name, or the subject lacks or misnames a part.
    """
    if profile not in PROFILES:
        raise Rejected(
            "key_profile_unknown",
            f"Die Schlüsselart „{profile}“ gibt es nicht.",
            remedy="Möglich sind: " + ", ".join(sorted(PROFILES)) + ".",
        )
    name = distinguished_name(subject)
    key = PROFILES[profile]()
    usage = ExtendedKeyUsageOID.SERVER_AUTH if names else ExtendedKeyUsageOID.CLIENT_AUTH
    builder = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(name)
        .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        .add_extension(_signing_only(), critical=True)
    )
    if names:
        builder = builder.add_extension(_host_names(names), critical=False)
    return Request(key, builder.sign(key, hashes.SHA384() if "384" in profile else hashes.SHA256()))


def _host_names(names: Sequence[str]) -> x509.SubjectAlternativeName:
    wrong = [name for name in names if not _HOST.fullmatch(name)]
    if wrong:
        raise Rejected(
            "host_name_invalid",
            f"Das ist kein Rechnername: {', '.join(wrong)}",
            remedy="Vollständige Namen wie hub.example angeben, ohne Platzhalter und Adressen.",
        )
    return x509.SubjectAlternativeName([x509.DNSName(name) for name in names])


def distinguished_name(subject: Mapping[str, str]) -> x509.Name:
    """Return the name in the usual order.

    Raises:
        Rejected: a part is unknown, missing or not allowed by X.509.
    """
    unknown = sorted(set(subject) - set(_ATTRIBUTES))
    missing = [part for part in _REQUIRED if not subject.get(part)]
    if unknown or missing:
        raise _subject_invalid(", ".join((*unknown, *missing)))
    try:
        return x509.Name(
            x509.NameAttribute(oid, subject[part])
            for part, oid in _ATTRIBUTES.items()
            if subject.get(part)
        )
    except ValueError as exc:
        raise _subject_invalid(str(exc)) from exc


def _signing_only() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def _subject_invalid(what: str) -> Rejected:
    return Rejected(
        "subject_invalid",
        f"Der Name des Antragstellers ist unvollständig oder ungültig: {what}",
        remedy="Nötig sind country (zwei Buchstaben), organization und common_name.",
    )
