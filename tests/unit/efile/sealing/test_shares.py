"""Any two of three shares give the key, one alone tells nothing, and typing errors are named."""

from __future__ import annotations

from itertools import combinations, permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from efile import InvalidRequest
from efile.sealing.shares import Share, join, read_share, split

KEY = bytes(range(32))


@settings(max_examples=30, deadline=None)
@given(st.binary(min_size=32, max_size=32))
def test_any_two_shares_give_the_key_in_either_order(key: bytes) -> None:
    shares = [read_share(each.written()) for each in split(key)]

    assert [key] * 6 == [join(two) for two in permutations(shares, 2)]


def test_one_share_alone_could_be_of_any_key() -> None:
    # The same share number of one key takes every value at some place: nothing is ruled out.
    seen = {split(KEY)[0].points[0] for _ in range(5_000)}

    assert 256 == len(seen)


def test_shares_of_two_splits_do_not_give_a_wrong_key_unnoticed() -> None:
    one, other = split(KEY), split(KEY)
    for a, b in combinations(range(3), 2):
        with pytest.raises(InvalidRequest, match="shares_apart"):
            join([one[a], other[b]])


@pytest.mark.parametrize("chosen", [[0, 0], [0], [0, 1, 2], []])
def test_it_takes_two_different_ones(chosen: list[int]) -> None:
    shares = split(KEY)
    with pytest.raises(InvalidRequest, match="shares_apart"):
        join([shares[n] for n in chosen])


def test_shares_of_two_keys_are_told_apart() -> None:
    with pytest.raises(InvalidRequest, match="shares_apart"):
        join([split(KEY)[0], split(bytes(32))[1]])


def test_a_typing_error_is_named_by_its_group() -> None:
    written = Share(2, "00000000", KEY).written().split()
    for n in (1, 4, 8):
        wrong = list(written)
        wrong[n] = ("0" if wrong[n][0] != "0" else "1") + wrong[n][1:]
        with pytest.raises(InvalidRequest, match="share_mistyped") as told:
            read_share(" ".join(wrong))
        assert str(n + 1) == told.value.place


@pytest.mark.parametrize(
    "text", ["", "4-00000000 0011223344", "1-xyz", "1-00000000", "1-00000000 x"]
)
def test_what_is_no_share_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest, match="share_mistyped"):
        read_share(text)
