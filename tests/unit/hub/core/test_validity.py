from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.validity import Validity, gaps, last_day

DAYS = st.dates(date(2026, 1, 1), date(2026, 2, 28))
SPANS = st.builds(Validity, st.none() | DAYS, st.none() | DAYS)


@given(SPANS, SPANS, DAYS)
def test_a_day_is_within_two_spans_when_both_cover_it(a: Validity, b: Validity, day: date) -> None:
    assert (a.covers(day) and b.covers(day)) == a.within(b).covers(day)


@given(SPANS, SPANS)
def test_two_spans_meet_when_they_share_a_day(a: Validity, b: Validity) -> None:
    shared = not (a.within(b)).is_empty()

    assert shared == a.meets(b) == b.meets(a)


@given(st.lists(SPANS.filter(lambda span: not span.is_empty()), min_size=1, max_size=4), DAYS)
def test_a_day_lies_in_a_gap_when_only_its_neighbours_are_covered(
    spans: list[Validity], day: date
) -> None:
    covered = any(span.covers(day) for span in spans)
    first = min(span.since or date.min for span in spans)
    last = max(span.until or date.max for span in spans)

    assert (not covered and first < day < last) == any(gap.covers(day) for gap in gaps(spans))


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (Validity(), ""),
        (Validity(date(2026, 1, 1)), "ab 01.01.2026"),
        (Validity(None, date(2027, 4, 30)), "bis 30.04.2027"),
        (Validity(date(2026, 1, 1), date(2027, 4, 30)), "ab 01.01.2026 bis 30.04.2027"),
    ],
)
def test_it_is_said_in_german(span: Validity, words: str) -> None:
    assert words == str(span)


def test_the_last_day_is_that_of_the_latest_span() -> None:
    early, late = Validity(None, date(2026, 3, 31)), Validity(None, date(2026, 6, 30))

    assert date(2026, 6, 30) == last_day([early, late])
    assert last_day([early, Validity()]) is None


def test_a_span_that_ends_before_it_begins_is_empty() -> None:
    day = date(2026, 5, 1)

    assert Validity(day, day - timedelta(days=1)).is_empty()
    assert not Validity(day, day).is_empty()
