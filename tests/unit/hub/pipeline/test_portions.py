"""Portions keep order and bound, and leave nothing out."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from hub.pipeline.portions import portions


@given(st.lists(st.integers(0, 40)), st.integers(1, 60))
def test_every_item_comes_once_in_order_and_none_too_many_at_a_time(
    weights: list[int], limit: int
) -> None:
    found = list(portions(weights, int, limit))

    assert weights == [weight for portion in found for weight in portion]
    assert all(sum(portion) <= limit or 1 == len(portion) for portion in found)


@given(st.lists(st.integers(1, 40)), st.integers(1, 60))
def test_a_portion_is_as_large_as_it_may_be(weights: list[int], limit: int) -> None:
    found = list(portions(weights, int, limit))

    for portion, following in pairwise(found):
        assert sum(portion) + following[0] > limit
