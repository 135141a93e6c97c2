"""Trees, paths and consistency are those RFC 6962 defines, for every size."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from efile.integrity.merkle import EMPTY, Frontier, Tree, is_consistent, root_above

ENTRIES = [
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
]  # fmt: skip
"""The test vectors of the first implementations of Certificate Transparency."""
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
SIZES = st.integers(1, 70)


def leaf(entry: bytes) -> bytes:
    return sha256(b"\x00" + entry).digest()


def leaves(count: int) -> list[bytes]:
    return [leaf(b"entry %d" % number) for number in range(count)]


def split(size: int) -> int:
    """The k of RFC 6962: the largest power of two smaller than n."""
    k = 1
    while k * 2 < size:
        k *= 2
    return k


def mth(hashed: list[bytes]) -> bytes:
    """MTH of section 2.1, word for word."""
    if not hashed:
        return sha256(b"").digest()
    if len(hashed) == 1:
        return hashed[0]
    k = split(len(hashed))
    return sha256(b"\x01" + mth(hashed[:k]) + mth(hashed[k:])).digest()


def path(m: int, hashed: list[bytes]) -> list[bytes]:
    """PATH of section 2.1.1."""
    if len(hashed) == 1:
        return []
    k = split(len(hashed))
    if m < k:
        return [*path(m, hashed[:k]), mth(hashed[k:])]
    return [*path(m - k, hashed[k:]), mth(hashed[:k])]


def subproof(m: int, hashed: list[bytes], *, whole: bool) -> list[bytes]:
    """SUBPROOF of section 2.1.2."""
    if m == len(hashed):
        return [] if whole else [mth(hashed)]
    k = split(len(hashed))
    if m <= k:
        return [*subproof(m, hashed[:k], whole=whole), mth(hashed[k:])]
    return [*subproof(m - k, hashed[k:], whole=False), mth(hashed[:k])]


def grown(hashed: list[bytes]) -> Frontier:
    frontier = Frontier()
    for one in hashed:
        frontier.add(one)
    return frontier


@pytest.mark.parametrize("size", range(9))
def test_the_known_vectors_come_out(size: int) -> None:
    hashed = [leaf(bytes.fromhex(entry)) for entry in ENTRIES[:size]]

    assert ROOTS[size] == Tree(hashed).root().hex() == grown(hashed).root().hex()


@given(size=st.integers(0, 200))
def test_root_and_growing_root_are_the_rfcs(size: int) -> None:
    hashed = leaves(size)

    assert mth(hashed) == Tree(hashed).root() == grown(hashed).root()


@given(size=SIZES, data=st.data())
def test_a_path_is_the_rfcs_and_leads_to_the_root(size: int, data: st.DataObject) -> None:
    hashed, index = leaves(size), data.draw(st.integers(0, size - 1))
    found = Tree(hashed).inclusion(index)

    assert path(index, hashed) == found
    assert mth(hashed) == root_above(hashed[index], index, size, found)


@given(size=SIZES, data=st.data())
def test_a_path_proves_no_other_leaf_place_or_size(size: int, data: st.DataObject) -> None:
    hashed, index = leaves(size), data.draw(st.integers(0, size - 1))
    found, root = Tree(hashed).inclusion(index), mth(hashed)
    other = data.draw(st.integers(0, size - 1).filter(lambda n: n != index) | st.just(size))

    assert root != root_above(leaf(b"other"), index, size, found)
    assert root != root_above(hashed[index], other, size, found)
    assert root != root_above(hashed[index], index, size, [*found, leaf(b"more")])
    assert root != root_above(hashed[index], index, size, found[:-1]) or not found


@given(size=SIZES, data=st.data())
def test_consistency_is_the_rfcs_and_holds(size: int, data: st.DataObject) -> None:
    hashed, old = leaves(size), data.draw(st.integers(1, size))
    found = Tree(hashed).consistency(old)

    assert subproof(old, hashed, whole=True) == found
    assert is_consistent(old, mth(hashed[:old]), size, mth(hashed), found)


@given(size=st.integers(2, 70), data=st.data())
def test_consistency_does_not_hold_for_another_history(size: int, data: st.DataObject) -> None:
    hashed, old = leaves(size), data.draw(st.integers(1, size - 1))
    found, changed = Tree(hashed).consistency(old), data.draw(st.integers(0, old - 1))
    other = [*hashed[:changed], leaf(b"other"), *hashed[changed + 1 : old]]

    assert not is_consistent(old, mth(other), size, mth(hashed), found)
    assert not is_consistent(old, mth(hashed[:old]), size, mth(hashed), found[:-1])
    assert not is_consistent(old, mth(hashed[:old]), size, mth(hashed), [*found, leaf(b"more")])


def test_the_empty_tree_is_in_every_tree() -> None:
    assert is_consistent(0, EMPTY, 5, mth(leaves(5)), [])
    assert not is_consistent(6, mth(leaves(6)), 5, mth(leaves(5)), [])


def test_a_tree_goes_on_where_its_peaks_say() -> None:
    begun = grown(leaves(37))
    resumed = Frontier(begun.size, begun.peaks)
    for one in leaves(100)[37:]:
        resumed.add(one)

    assert mth(leaves(100)) == resumed.root()
    with pytest.raises(ValueError, match="one complete subtree"):
        Frontier(3, begun.peaks)


def test_what_is_not_in_the_tree_has_no_path() -> None:
    with pytest.raises(IndexError):
        Tree(leaves(3)).inclusion(3)
    with pytest.raises(IndexError):
        Tree(leaves(3)).consistency(4)
