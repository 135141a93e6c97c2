import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from hub.certificates.requests import certificate_request
from hub.core.errors import Rejected

SUBJECT = {
    "common_name": "uvg.musterkreis.example",
    "country": "DE",
    "organization": "Müller & Söhne",
}


@pytest.mark.parametrize(
    ("profile", "kind", "bits"),
    [
        ("ec-p256", ec.EllipticCurvePublicKey, 256),
        ("ec-p384", ec.EllipticCurvePublicKey, 384),
        ("rsa-3072", rsa.RSAPublicKey, 3072),
    ],
)
def test_each_profile_makes_its_key_and_proves_it(profile, kind, bits):
    csr = x509.load_pem_x509_csr(certificate_request(SUBJECT, profile).pem)

    assert csr.is_signature_valid
    assert isinstance(csr.public_key(), kind)
    assert bits == csr.public_key().key_size


def test_the_name_has_the_usual_order_whatever_order_was_given():
    csr = certificate_request(SUBJECT, "ec-p256").csr

    assert [attribute.rfc4514_attribute_name for attribute in csr.subject] == ["C", "O", "CN"]
    assert csr.subject.rdns[1].get_attributes_for_oid(x509.NameOID.ORGANIZATION_NAME)[0].value == (
        "Müller & Söhne"
    )


def test_the_request_asks_for_a_tls_client():
    usages = certificate_request(SUBJECT, "ec-p256").csr.extensions.get_extension_for_class(
        x509.ExtendedKeyUsage
    )

    assert list(usages.value) == [ExtendedKeyUsageOID.CLIENT_AUTH]


@pytest.mark.parametrize(
    "subject",
    [
        {},
        {"country": "DE", "organization": "X"},
        SUBJECT | {"shoe_size": "43"},
        SUBJECT | {"country": "DEU"},
        SUBJECT | {"common_name": "x" * 65},
    ],
)
def test_an_incomplete_or_impossible_subject_is_refused(subject):
    with pytest.raises(Rejected, match="subject_invalid"):
        certificate_request(subject, "ec-p256")


def test_an_unknown_key_kind_is_refused():
    with pytest.raises(Rejected, match="key_profile_unknown"):
        certificate_request(SUBJECT, "rsa-1024")
