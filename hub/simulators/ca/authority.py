"""The test CA's folder (``ca.key.pem``, ``ca.pem``) and what it signs.

It proves possession of the key, refuses weak keys and requests for CA rights, and takes the
subject and alternative names from the request; everything else it decides itself. Residual
risk: the root key lies unencrypted in the folder, so nothing real may trust this CA.
"""

from __future__ import annotations

import ipaddress
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey
SHORTEST_RSA = 3072
CURVES = ("secp256r1", "secp384r1", "secp521r1")
CLOCK_SKEW = timedelta(minutes=5)
PURPOSES = {
    "client": ExtendedKeyUsageOID.CLIENT_AUTH,
    "server": ExtendedKeyUsageOID.SERVER_AUTH,
}


class CaFault(Exception):
    """Die Test-CA kann das nicht ausführen."""


class RootAuthority:
    """A root certificate with its key."""

    def __init__(self, certificate: x509.Certificate, key: PrivateKey) -> None:
        self.certificate = certificate
        self._key = key

    def issue(
        self,
        subject: x509.Name,
        key: PublicKey,
        names: x509.SubjectAlternativeName | None,
        purpose: str,
        days: int,
    ) -> x509.Certificate:
        """Sign an end-entity certificate; raises :class:`CaFault` if it outlives the CA."""
        begin, end = _validity(days)
        if end > self.certificate.not_valid_after_utc:
            raise CaFault("Die Laufzeit reicht über das Ende der CA hinaus")
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.certificate.subject)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(begin)
            .not_valid_after(end)
        )
        for extension, critical in self._extensions(key, purpose):
            builder = builder.add_extension(extension, critical=critical)
        if names is not None:
            builder = builder.add_extension(names, critical=False)
        return builder.sign(self._key, hashes.SHA256())

    def _extensions(self, key: PublicKey, purpose: str) -> list[tuple[x509.ExtensionType, bool]]:
        own = self.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
        issuer = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(own.value)
        encipher = purpose == "server" and isinstance(key, rsa.RSAPublicKey)
        return [
            (x509.BasicConstraints(ca=False, path_length=None), True),
            (_key_usage(digital_signature=True, key_encipherment=encipher), True),
            (x509.ExtendedKeyUsage([PURPOSES[purpose]]), False),
            (x509.SubjectKeyIdentifier.from_public_key(key), False),
            (issuer, False),
        ]


def create(folder: Path, name: str, kind: str, days: int) -> RootAuthority:
    """Make root key (``ec`` or ``rsa``) and certificate in the folder.

    Raises:
        CaFault: the folder already holds a CA.
    """
    if (folder / "ca.key.pem").exists() or (folder / "ca.pem").exists():
        raise CaFault(f"In {folder} liegt schon eine CA")
    key = _new_key(kind)
    authority = RootAuthority(_root(name, key, days), key)
    write_key(folder / "ca.key.pem", key)
    write_certificate(folder / "ca.pem", authority.certificate)
    return authority


def load(folder: Path) -> RootAuthority:
    """Read the CA of a folder; raises :class:`CaFault` when there is none."""
    try:
        certificate = x509.load_pem_x509_certificate((folder / "ca.pem").read_bytes())
        raw = (folder / "ca.key.pem").read_bytes()
    except FileNotFoundError as error:
        raise CaFault(f"In {folder} liegt keine CA; zuerst „init“ ausführen") from error
    key = serialization.load_pem_private_key(raw, password=None)
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise CaFault("ca.key.pem ist weder ein RSA- noch ein EC-Schlüssel")
    return RootAuthority(certificate, key)


def sign_request(authority: RootAuthority, raw: bytes, purpose: str, days: int) -> x509.Certificate:
    """Answer a certificate request (PEM).

    Raises:
        CaFault: unreadable, not signed by its own key, weak key, no subject or CA rights.
    """
    request = _read_request(raw)
    key = _strong_key(request)
    if not list(request.subject):
        raise CaFault("Der Antrag nennt keinen Namen")
    if _wants_authority(request):
        raise CaFault("Der Antrag verlangt CA-Rechte")
    names = _alternative_names(request)
    if purpose == "server" and names is None:
        raise CaFault("Ein Serverzertifikat braucht subjectAltName im Antrag")
    return authority.issue(request.subject, key, names, purpose, days)


def issue_server(
    authority: RootAuthority, names: list[str], folder: Path, days: int
) -> x509.Certificate:
    """Make ``key.pem`` and ``cert.pem`` for a server under these host names and addresses."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    alternatives = x509.SubjectAlternativeName([_general_name(name) for name in names])
    certificate = authority.issue(subject, key.public_key(), alternatives, "server", days)
    write_key(folder / "key.pem", key)
    write_certificate(folder / "cert.pem", certificate)
    return certificate


def write_certificate(path: Path, certificate: x509.Certificate) -> None:
    """Write a certificate as PEM."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


def write_key(path: Path, key: PrivateKey) -> None:
    """Write a key as PEM, readable by its owner only; an existing file stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    raw = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise CaFault(f"{path} gibt es schon") from error
    with os.fdopen(handle, "wb") as file:
        file.write(raw)


def _root(name: str, key: PrivateKey, days: int) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    begin, end = _validity(days)
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(key_cert_sign=True, crl_sign=True), critical=True)
        .add_extension(identifier, critical=False)
        .sign(key, hashes.SHA256())
    )


def _key_usage(
    *,
    digital_signature: bool = False,
    key_encipherment: bool = False,
    key_cert_sign: bool = False,
    crl_sign: bool = False,
) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=False,
        key_encipherment=key_encipherment,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        encipher_only=False,
        decipher_only=False,
    )


def _validity(days: int) -> tuple[datetime, datetime]:
    now = datetime.now(UTC).replace(microsecond=0)
    return now - CLOCK_SKEW, now + timedelta(days=days)


def _new_key(kind: str) -> PrivateKey:
    if kind == "rsa":
        return rsa.generate_private_key(public_exponent=65537, key_size=SHORTEST_RSA)
    return ec.generate_private_key(ec.SECP256R1())


def _read_request(raw: bytes) -> x509.CertificateSigningRequest:
    try:
        request = x509.load_pem_x509_csr(raw)
        proven = request.is_signature_valid
    except (ValueError, UnsupportedAlgorithm) as error:
        raise CaFault("Der Antrag ist kein lesbarer PKCS#10-Antrag in PEM") from error
    if not proven:
        raise CaFault("Die Unterschrift des Antrags passt nicht zu seinem Schlüssel")
    return request


def _strong_key(
    request: x509.CertificateSigningRequest,
) -> PublicKey:
    key = request.public_key()
    if isinstance(key, rsa.RSAPublicKey) and key.key_size >= SHORTEST_RSA:
        return key
    if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name in CURVES:
        return key
    raise CaFault("Schlüssel zu schwach oder unbekannt: RSA ab 3072 Bit oder NIST-Kurve ab P-256")


def _wants_authority(request: x509.CertificateSigningRequest) -> bool:
    try:
        wanted = request.extensions.get_extension_for_class(x509.BasicConstraints)
    except x509.ExtensionNotFound:
        return False
    return wanted.value.ca


def _alternative_names(
    request: x509.CertificateSigningRequest,
) -> x509.SubjectAlternativeName | None:
    try:
        wanted = request.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return None
    return wanted.value


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
