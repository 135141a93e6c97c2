"""A small test PKI: roots, intermediates, leaves with every fault a check must find."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.types import (
    CertificateIssuerPrivateKeyTypes,
    CertificatePublicKeyTypes,
)
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from hub.core.clock import FixedClock

NOW_US = FixedClock().at_us
NOW = datetime.fromtimestamp(NOW_US / 1_000_000, UTC)
DAY = timedelta(days=1)
CLIENT = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
SERVER = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])


def ec_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def usage(*, ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not ca,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=ca,
        crl_sign=ca,
        encipher_only=False,
        decipher_only=False,
    )


@dataclass
class Authority:
    """A CA that issues what the test asks for."""

    certificate: x509.Certificate
    key: CertificateIssuerPrivateKeyTypes

    @property
    def pem(self) -> bytes:
        return pem(self.certificate)

    def below(self, common_name: str, path_length: int | None = 0) -> Authority:
        key = ec_key()
        builder = basis(common_name, key.public_key(), self)
        return Authority(as_ca(builder, path_length).sign(self.key, hashes.SHA256()), key)

    def leaf(
        self,
        public_key: CertificatePublicKeyTypes | None = None,
        *,
        begin: datetime = NOW - DAY,
        end: datetime = NOW + 90 * DAY,
        purpose: x509.ExtendedKeyUsage | None = CLIENT,
        key_usage: x509.KeyUsage | None = None,
    ) -> x509.Certificate:
        builder = basis("client", public_key or ec_key().public_key(), self, begin, end)
        builder = builder.add_extension(key_usage or usage(ca=False), critical=True)
        if purpose is not None:
            builder = builder.add_extension(purpose, critical=False)
        return builder.sign(self.key, None if self.is_edwards else hashes.SHA256())

    def revoked(
        self,
        *serials: int,
        begin: datetime = NOW - DAY,
        end: datetime = NOW + 7 * DAY,
        more: Sequence[tuple[x509.ExtensionType, bool]] = (),
    ) -> bytes:
        """Issue a revocation list (DER) with these numbers on it."""
        builder = x509.CertificateRevocationListBuilder().issuer_name(self.certificate.subject)
        builder = builder.last_update(begin).next_update(end)
        for one in serials:
            entry = x509.RevokedCertificateBuilder().serial_number(one).revocation_date(begin)
            builder = builder.add_revoked_certificate(entry.build())
        for extension, critical in more:
            builder = builder.add_extension(extension, critical=critical)
        return builder.sign(self.key, hashes.SHA256()).public_bytes(Encoding.DER)

    @property
    def is_edwards(self) -> bool:
        return isinstance(self.key, ed25519.Ed25519PrivateKey)

    def answer(
        self, csr: bytes, end: datetime = NOW + 90 * DAY, begin: datetime = NOW - DAY
    ) -> bytes:
        """Issue the certificate a request asks for."""
        return pem(self.leaf(x509.load_pem_x509_csr(csr).public_key(), begin=begin, end=end))


def root(common_name: str = "Test-CA", key: CertificateIssuerPrivateKeyTypes | None = None):
    key = key or ec_key()
    builder = basis(common_name, key.public_key(), None)
    digest = None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    return Authority(as_ca(builder, None).sign(key, digest), key)


def basis(
    common_name: str,
    public_key: CertificatePublicKeyTypes,
    issuer: Authority | None,
    begin: datetime = NOW - 30 * DAY,
    end: datetime = NOW + 3650 * DAY,
) -> x509.CertificateBuilder:
    signer = issuer.key.public_key() if issuer else public_key
    return (
        x509.CertificateBuilder()
        .subject_name(name(common_name))
        .issuer_name(issuer.certificate.subject if issuer else name(common_name))
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer), critical=False)
    )


def as_ca(builder: x509.CertificateBuilder, path_length: int | None) -> x509.CertificateBuilder:
    return builder.add_extension(
        x509.BasicConstraints(ca=True, path_length=path_length), critical=True
    ).add_extension(usage(ca=True), critical=True)


def pem(*certificates: x509.Certificate) -> bytes:
    return b"".join(one.public_bytes(Encoding.PEM) for one in certificates)
