import itertools

import pytest

from hub.certificates.chains import read_chain
from hub.core.errors import Rejected
from tests.pki import pem, root

CA = root()
MIDDLE = CA.below("Issuing CA")
LEAF = MIDDLE.leaf()


@pytest.mark.parametrize(
    "order", list(itertools.permutations([CA.certificate, MIDDLE.certificate, LEAF]))
)
def test_the_leaf_is_found_in_any_order(order):
    assert LEAF == read_chain(pem(*order)).leaf


def test_a_lone_certificate_is_its_own_chain():
    assert read_chain(pem(LEAF)).others == ()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not pem",
        b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        pem(LEAF, CA.leaf()),
        pem(LEAF) * 21,
        b" " * 200_001,
    ],
    ids=["empty", "text", "damaged", "two leaves", "too many", "too large"],
)
def test_files_that_are_no_chain_are_refused(data):
    with pytest.raises(Rejected, match="certificate_unreadable"):
        read_chain(data)
