from hypothesis import given
from hypothesis import strategies as st

from hub.web.limits import Limit

MINUTE = 60_000_000


@given(steps=st.lists(st.integers(0, MINUTE), max_size=60))
def test_no_minute_ever_holds_more_than_allowed(steps: list[int]) -> None:
    limit, now, let_in = Limit(5), 0, []
    for step in steps:
        now += step
        if limit.allows("key", now):
            let_in.append(now)

    assert all(
        sum(start < other <= start + MINUTE for other in let_in) <= 5
        for start in (one - MINUTE for one in let_in)
    )


def test_keys_do_not_count_for_each_other() -> None:
    limit = Limit(1)

    assert [True, True, False] == [limit.allows(key, 1) for key in ("a", "b", "a")]


def test_memory_stays_bounded() -> None:
    limit = Limit(1)
    for number in range(10_100):
        limit.allows(str(number), number)

    assert len(limit._seen) <= 10_000
