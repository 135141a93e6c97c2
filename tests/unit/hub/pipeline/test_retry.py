"""When to try again: never in the past, never beyond the deadline."""

import random

from hypothesis import given
from hypothesis import strategies as st

from hub.core.settings import Delivery
from hub.pipeline.retry import Dead, RetryAt, next_attempt

NOW_US = 1_795_000_000_000_000
POLICY = Delivery(first_retry_s=5.0, max_retry_s=900.0)
HOUR_US = 3_600_000_000


@given(
    attempts=st.integers(1, 200),
    left_us=st.integers(-HOUR_US, 100 * HOUR_US),
    wish_s=st.none() | st.floats(0, 400_000),
    seed=st.none() | st.integers(),
)
def test_the_next_attempt_is_never_early_and_never_late(
    attempts: int, left_us: int, wish_s: float | None, seed: int | None
) -> None:
    chance = None if seed is None else random.Random(seed)  # noqa: S311  no secret
    deadline_us = NOW_US + left_us

    decision = next_attempt(
        attempts, NOW_US, deadline_us, POLICY, retry_after_s=wish_s, chance=chance
    )

    if isinstance(decision, RetryAt):
        assert NOW_US <= decision.at_us <= deadline_us
    elif wish_s is None and seed is None:
        assert left_us < 900_000_000


def test_waits_double_up_to_the_longest() -> None:
    waits = [next_attempt(n, 0, 10**15, POLICY) for n in range(1, 12)]

    expected = [5, 10, 20, 40, 80, 160, 320, 640, 900, 900, 900]
    assert [RetryAt(seconds * 1_000_000) for seconds in expected] == waits


def test_the_wish_of_the_partner_wins() -> None:
    assert RetryAt(NOW_US + 77_000_000) == next_attempt(
        9, NOW_US, NOW_US + HOUR_US, POLICY, retry_after_s=77
    )


def test_beyond_the_deadline_a_human_decides() -> None:
    assert Dead() == next_attempt(1, NOW_US, NOW_US + 4_999_999, POLICY)
