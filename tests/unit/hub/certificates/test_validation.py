import pytest
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa

from hub.certificates.chains import Chain
from hub.certificates.validation import Verdict, judge
from tests.pki import DAY, NOW, NOW_US, SERVER, ec_key, root, usage

CA = root()
MIDDLE = CA.below("Issuing CA")


def verdict(leaf, others=(), anchors=(CA,)) -> Verdict:
    chain = Chain(leaf, tuple(one.certificate for one in others))
    return judge(chain, [one.certificate for one in anchors], NOW_US).verdict


def reasons(leaf, others=(), anchors=(CA,)) -> str:
    chain = Chain(leaf, tuple(one.certificate for one in others))
    return " ".join(judge(chain, [one.certificate for one in anchors], NOW_US).reasons)


def test_a_certificate_of_the_partners_ca_is_accepted():
    assert verdict(CA.leaf()) is Verdict.ACCEPT


def test_a_chain_over_an_issuing_ca_is_accepted():
    assert verdict(MIDDLE.leaf(), [MIDDLE]) is Verdict.ACCEPT


def test_a_missing_issuing_ca_breaks_the_chain():
    assert verdict(MIDDLE.leaf()) is Verdict.REFUSE


def test_administration_certificates_without_extended_usage_are_accepted():
    assert verdict(CA.leaf(purpose=None)) is Verdict.ACCEPT


@pytest.mark.parametrize(
    "key",
    [
        lambda: rsa.generate_private_key(65537, 3072),
        lambda: ec.generate_private_key(ec.SECP384R1()),
        lambda: ec.generate_private_key(ec.SECP521R1()),
    ],
)
def test_strong_keys_are_accepted(key):
    assert verdict(CA.leaf(key().public_key())) is Verdict.ACCEPT


def test_a_foreign_ca_is_refused():
    assert verdict(root().leaf()) is Verdict.REFUSE


def test_a_ca_of_the_same_name_with_another_key_is_refused():
    assert verdict(root("Test-CA").leaf()) is Verdict.REFUSE


def test_an_ended_certificate_is_refused_with_its_day():
    leaf = CA.leaf(begin=NOW - 20 * DAY, end=NOW - DAY)

    assert verdict(leaf) is Verdict.REFUSE
    assert "abgelaufen" in reasons(leaf)


def test_a_certificate_of_the_future_is_refused():
    assert verdict(CA.leaf(begin=NOW + DAY)) is Verdict.REFUSE


def test_a_server_certificate_is_no_client_certificate():
    assert "clientAuth" in reasons(CA.leaf(purpose=SERVER))


def test_a_key_that_may_not_sign_is_refused():
    assert verdict(CA.leaf(key_usage=usage(ca=True))) is Verdict.REFUSE


@pytest.mark.parametrize(
    "key",
    [
        lambda: rsa.generate_private_key(65537, 2048),
        lambda: ec.generate_private_key(ec.SECP224R1()),
        lambda: dsa.generate_private_key(2048),
    ],
)
def test_weak_keys_are_refused_whatever_the_chain(key):
    leaf = CA.leaf(key().public_key())

    assert verdict(leaf) is Verdict.REFUSE
    assert verdict(leaf, anchors=()) is Verdict.REFUSE


def test_a_leaf_cannot_issue():
    key = ec_key()
    leaf = CA.leaf(key.public_key())
    forged = type(CA)(leaf, key)

    assert verdict(forged.leaf(), [forged]) is Verdict.REFUSE


def test_a_path_length_is_kept():
    deeper = MIDDLE.below("Too deep")

    assert verdict(deeper.leaf(), [MIDDLE, deeper]) is Verdict.REFUSE


def test_the_certificate_of_a_ca_is_not_used_as_client():
    assert verdict(MIDDLE.certificate) is Verdict.REFUSE


@pytest.mark.parametrize(
    "key",
    [lambda: ec.generate_private_key(ec.BrainpoolP256R1()), ed25519.Ed25519PrivateKey.generate],
)
def test_keys_the_verifier_does_not_know_are_undecidable_not_accepted(key):
    assert verdict(CA.leaf(key().public_key())) is Verdict.UNDECIDABLE


def test_without_anchors_nothing_is_decided():
    leaf = CA.leaf()

    assert verdict(leaf, anchors=()) is Verdict.UNDECIDABLE
    assert "Vertrauensanker" in reasons(leaf, anchors=())


def test_old_and_new_anchor_stand_side_by_side_during_a_change():
    successor = root("Neue CA")

    assert verdict(CA.leaf(), anchors=(CA, successor)) is Verdict.ACCEPT
    assert verdict(successor.leaf(), anchors=(CA, successor)) is Verdict.ACCEPT


def test_many_authorities_of_one_name_do_not_stop_the_check():
    crowd = [root("Test-CA") for _ in range(18)]

    assert verdict(MIDDLE.leaf(), [*crowd, MIDDLE], anchors=(CA,)) is Verdict.ACCEPT
