"""A path proves that a leaf is under a root, and nothing else does."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.evidence import merkle
from hub.verifier import verify_journal

LEAVES = st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=40)


def climbed(leaf: bytes, path: list[tuple[str, bytes]]) -> bytes:
    here = hashlib.sha256(b"\x00" + leaf).digest()
    for side, other in path:
        pair = other + here if side == "left" else here + other
        here = hashlib.sha256(b"\x01" + pair).digest()
    return here


@given(LEAVES)
def test_each_path_leads_to_the_root(leaves: list[bytes]) -> None:
    root = merkle.root(leaves)

    assert {root} == {
        climbed(leaf, merkle.path(leaves, index)) for index, leaf in enumerate(leaves)
    }


@given(LEAVES)
def test_the_root_is_that_of_rfc_6962(leaves: list[bytes]) -> None:
    assert verify_journal.root([leaf.hex() for leaf in leaves]) == merkle.root(leaves).hex()


@given(LEAVES, st.data())
def test_another_leaf_leads_elsewhere(leaves: list[bytes], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(leaves) - 1))
    other = data.draw(st.binary(min_size=32, max_size=32).filter(lambda b: b != leaves[index]))

    assert merkle.root(leaves) != climbed(other, merkle.path(leaves, index))


@pytest.mark.parametrize("count", [1, 2, 3, 1000])
def test_a_path_is_as_short_as_the_tree_is_deep(count: int) -> None:
    leaves = [bytes([n % 256]) * 32 for n in range(count)]

    assert (count - 1).bit_length() == len(merkle.path(leaves, 0))
