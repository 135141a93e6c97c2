"""The test CA, checked by an independent path validation."""

from __future__ import annotations

import base64
import datetime as dt
import ipaddress
import re
import stat
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509 import verification
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from hub.simulators.ca.__main__ import main

DNS = x509.SubjectAlternativeName([x509.DNSName("hub.example")])


def request(key: object, *extensions: x509.ExtensionType, name: str = "Musterkreis") -> bytes:
    subject = [x509.NameAttribute(NameOID.COMMON_NAME, name)] if name else []
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name(subject))
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    algorithm = None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    return builder.sign(key, algorithm).public_bytes(serialization.Encoding.PEM)


@pytest.fixture
def ca(tmp_path: Path) -> Path:
    assert 0 == main(["init", str(tmp_path / "ca")])

    return tmp_path / "ca"


def sign(ca: Path, raw: bytes, *more: str) -> x509.Certificate | None:
    (ca / "request.pem").write_bytes(raw)
    code = main(["sign", str(ca), str(ca / "request.pem"), str(ca / "out.pem"), *more])
    if code:
        assert not (ca / "out.pem").exists()
        return None

    return x509.load_pem_x509_certificate((ca / "out.pem").read_bytes())


def builder(ca: Path) -> verification.PolicyBuilder:
    root = x509.load_pem_x509_certificate((ca / "ca.pem").read_bytes())
    return verification.PolicyBuilder().store(verification.Store([root]))


def test_a_client_certificate_verifies_against_the_root(ca: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = sign(ca, request(key, DNS))

    assert certificate is not None
    chain = builder(ca).build_client_verifier().verify(certificate, []).chain
    assert 2 == len(chain)
    assert key.public_key() == certificate.public_key()
    assert "CN=Musterkreis" == certificate.subject.rfc4514_string()


def test_a_client_certificate_is_for_clients_only(ca: Path) -> None:
    certificate = sign(ca, request(ec.generate_private_key(ec.SECP256R1())))

    assert certificate is not None
    usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
    assert [ExtendedKeyUsageOID.CLIENT_AUTH] == list(usage)
    assert constraints.critical
    assert not constraints.value.ca


def test_an_rsa_server_certificate_may_encipher_keys(ca: Path) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=3072)
    certificate = sign(ca, request(key, DNS), "--purpose", "server", "--days", "10")

    assert certificate is not None
    builder(ca).build_server_verifier(x509.DNSName("hub.example")).verify(certificate, [])
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    days = (certificate.not_valid_after_utc - certificate.not_valid_before_utc).days
    assert usage.key_encipherment
    assert 10 == days


def test_a_server_gets_key_and_certificate_under_all_its_names(ca: Path) -> None:
    place = ca / "server"

    assert 0 == main(["server", str(ca), "127.0.0.1", str(place), "--also", "localhost"])
    certificate = x509.load_pem_x509_certificate((place / "cert.pem").read_bytes())
    for name in (x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))):
        builder(ca).build_server_verifier(name).verify(certificate, [])
    assert 0o600 == stat.S_IMODE((place / "key.pem").stat().st_mode)


def test_an_existing_ca_is_never_replaced(ca: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (ca / "ca.pem").read_bytes()

    assert 1 == main(["init", str(ca), "--key", "rsa"])
    assert before == (ca / "ca.pem").read_bytes()
    assert "schon eine CA" in capsys.readouterr().err


def test_a_root_lives_ten_years_and_signs_leaves_only(ca: Path) -> None:
    root = x509.load_pem_x509_certificate((ca / "ca.pem").read_bytes())

    assert 0 == root.extensions.get_extension_for_class(x509.BasicConstraints).value.path_length
    assert root.not_valid_after_utc - root.not_valid_before_utc > dt.timedelta(days=3650)
    assert 0o600 == stat.S_IMODE((ca / "ca.key.pem").stat().st_mode)


def forged() -> bytes:
    one, other = (
        x509.load_pem_x509_csr(request(ec.generate_private_key(ec.SECP256R1()), name=name))
        for name in ("A", "B")
    )
    # The body of one request under the signature of the other.
    raw = one.public_bytes(serialization.Encoding.DER)
    body = raw[: -len(one.signature)]
    der = body + other.signature
    if len(one.signature) != len(other.signature):
        return forged()
    return (
        b"-----BEGIN CERTIFICATE REQUEST-----\n"
        + re.sub(rb"(.{64})", rb"\1\n", base64.b64encode(der))
        + b"\n-----END CERTIFICATE REQUEST-----\n"
    )


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"nothing", "kein lesbarer"),
        (forged(), "Unterschrift"),
        (request(rsa.generate_private_key(public_exponent=65537, key_size=2048)), "zu schwach"),
        (request(ec.generate_private_key(ec.SECP192R1())), "zu schwach"),
        (request(ed25519.Ed25519PrivateKey.generate()), "zu schwach oder unbekannt"),
        (request(ec.generate_private_key(ec.SECP256R1()), name=""), "keinen Namen"),
        (
            request(
                ec.generate_private_key(ec.SECP256R1()),
                x509.BasicConstraints(ca=True, path_length=None),
            ),
            "CA-Rechte",
        ),
    ],
    ids=["unreadable", "forged", "short-rsa", "short-ec", "ed25519", "nameless", "ca-rights"],
)
def test_a_bad_request_is_refused(
    ca: Path, raw: bytes, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sign(ca, raw) is None
    assert reason in capsys.readouterr().err


def test_a_server_request_needs_alternative_names(ca: Path) -> None:
    raw = request(ec.generate_private_key(ec.SECP256R1()))

    assert sign(ca, raw, "--purpose", "server") is None


def test_no_certificate_outlives_its_ca(ca: Path) -> None:
    raw = request(ec.generate_private_key(ec.SECP256R1()))

    assert sign(ca, raw, "--days", "4000") is None


def test_without_a_ca_nothing_is_signed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert 1 == main(["server", str(tmp_path), "localhost", str(tmp_path / "s")])
    assert "init" in capsys.readouterr().err
