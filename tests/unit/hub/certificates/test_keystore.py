import os
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given
from hypothesis import strategies as st

from hub.certificates.keystore import FactorVault, KeyStore, Owner
from hub.core.errors import Misconfigured

KEK = bytes(range(32))
KEY = ec.generate_private_key(ec.SECP256R1())
OWNER = Owner("musterkreis", "key-1", "tls-client")
names = st.text(max_size=12)


def der(key) -> bytes:
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def test_a_sealed_key_opens_for_its_owner():
    store = KeyStore(KEK)

    assert der(KEY) == der(store.open(store.seal(KEY, OWNER), OWNER))


@given(names, names, names)
def test_a_key_moved_to_another_owner_does_not_open(tenant, key_id, purpose):
    other = Owner(tenant, key_id, purpose)
    if other == OWNER:
        return
    store = KeyStore(KEK)
    sealed = store.seal(KEY, OWNER)

    with pytest.raises(Misconfigured, match="key_unreadable"):
        store.open(sealed, other)


def test_parts_of_an_owner_cannot_be_shifted_into_each_other():
    assert Owner("a", "b,c", "d").to_bytes() != Owner("a,b", "c", "d").to_bytes()
    assert Owner('a","b', "c", "d").to_bytes() != Owner("a", "b", "c").to_bytes()


def test_the_key_of_another_row_does_not_open_this_one():
    store = KeyStore(KEK)
    sealed, foreign = store.seal(KEY, OWNER), store.seal(KEY, replace(OWNER, key_id="key-2"))

    with pytest.raises(Misconfigured):
        store.open(replace(sealed, wrapped_dek=foreign.wrapped_dek), OWNER)


def test_another_kek_opens_nothing():
    sealed = KeyStore(KEK).seal(KEY, OWNER)

    with pytest.raises(Misconfigured):
        KeyStore(os.urandom(32)).open(sealed, OWNER)


def test_a_new_kek_takes_over_without_touching_the_private_key():
    old, new = KeyStore(KEK), KeyStore(os.urandom(32))
    sealed = old.seal(KEY, OWNER)

    rewrapped = old.rewrap(sealed, OWNER, new)

    assert rewrapped.sealed == sealed.sealed
    assert der(KEY) == der(new.open(rewrapped, OWNER))


def test_sealing_twice_never_yields_the_same_bytes():
    store = KeyStore(KEK)

    assert store.seal(KEY, OWNER) != store.seal(KEY, OWNER)


@pytest.mark.parametrize("kek", [b"", b"short", bytes(33)])
def test_a_kek_of_another_length_is_refused(kek):
    with pytest.raises(Misconfigured, match="kek_invalid"):
        KeyStore(kek)


def test_the_secret_of_a_second_factor_opens_for_its_own_office_only():
    vault = FactorVault(KEK)
    sealed = vault.seal(b"secret of an app", "musterstadt", "key-1")

    assert b"secret of an app" == vault.open(*sealed, "musterstadt", "key-1")
    for tenant, key_id in (("nachbarkreis", "key-1"), ("musterstadt", "key-2")):
        with pytest.raises(Misconfigured):
            vault.open(*sealed, tenant, key_id)
