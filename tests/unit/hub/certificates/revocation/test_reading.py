"""A revocation list is believed as far as its CA signed it, and only if it speaks of all."""

from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from hub.certificates.revocation.reading import read
from hub.core.errors import Rejected
from tests.pki import DAY, NOW_US, Authority, ec_key, root

CA = root("Sender-CA")
LIST = CA.revoked(7)


def point(**said: object) -> tuple[x509.ExtensionType, bool]:
    """Say of whom a list speaks."""
    values = {
        "full_name": None, "relative_name": None, "only_contains_user_certs": False,
        "only_contains_ca_certs": False, "only_some_reasons": None, "indirect_crl": False,
        "only_contains_attribute_certs": False,
    } | said  # fmt: skip
    return x509.IssuingDistributionPoint(**values), True  # type: ignore[arg-type]  # told by their names


@pytest.mark.parametrize("encoding", [Encoding.DER, Encoding.PEM])
def test_a_list_is_read_in_either_encoding(encoding: Encoding) -> None:
    der = CA.revoked(7, 8)
    data = x509.load_der_x509_crl(der).public_bytes(encoding)

    found = read(data, [root("Other").certificate, CA.certificate])

    assert (frozenset({7, 8}), "CN=Sender-CA") == (found.serials, found.subject)
    day_us = DAY // timedelta(microseconds=1)
    assert (NOW_US - day_us, NOW_US + 7 * day_us) == (found.this_update_us, found.next_update_us)


def test_a_list_for_certificates_of_users_only_is_enough() -> None:
    data = CA.revoked(7, more=[point(only_contains_user_certs=True)])

    assert frozenset({7}) == read(data, [CA.certificate]).serials


UNUSABLE = {
    "no list": b"-----BEGIN X509 CRL-----\nnonsense\n-----END X509 CRL-----\n",
    "nothing": b"",
    "unknown CA": root("Other").revoked(7),
    "same name, other key": root("Sender-CA").revoked(7),
    "changed": LIST[:-1] + bytes([LIST[-1] ^ 1]),
    "changes only": CA.revoked(7, more=[(x509.DeltaCRLIndicator(1), True)]),
    "others' certificates": CA.revoked(7, more=[point(indirect_crl=True)]),
    "CAs only": CA.revoked(7, more=[point(only_contains_ca_certs=True)]),
    "some reasons": CA.revoked(
        7, more=[point(only_some_reasons=frozenset({x509.ReasonFlags.key_compromise}))]
    ),
}


@pytest.mark.parametrize("what", UNUSABLE)
def test_what_does_not_speak_of_all_or_is_not_proven_is_not_usable(what: str) -> None:
    with pytest.raises(Rejected, match="crl_unusable"):
        read(UNUSABLE[what], [CA.certificate])


def test_a_leaf_signs_no_list() -> None:
    key = ec_key()
    forged = Authority(CA.leaf(key.public_key()), key)

    with pytest.raises(Rejected, match="crl_unusable"):
        read(forged.revoked(7), [CA.certificate, forged.certificate])
