from __future__ import annotations

from datetime import date

import pytest

from hub.core.validity import Validity
from hub.formats.calendar import Marks, check_calendar

TODAY = date(2026, 11, 22)
FIRST = Validity(date(2026, 1, 1), date(2026, 12, 31))
NEXT = Validity(date(2027, 1, 1))
APART = {"azr/A-1.0": frozenset({"one"}), "azr/A-2.0": frozenset({"two"})}
ALIKE = dict.fromkeys(APART, frozenset({"one"}))


def found(
    first: Validity,
    other: Validity | None = None,
    *,
    marks: Marks = ALIKE,
    today: date | None = TODAY,
) -> list[tuple[str, str]]:
    spans = {"azr/A-1.0": first} | ({"azr/A-2.0": other} if other else {})
    findings = check_calendar(spans, marks, today)
    return [(finding.rule, finding.level.value) for finding in findings]


def test_versions_that_follow_one_another_are_in_order() -> None:
    assert [] == found(FIRST, NEXT)


def test_days_without_any_version_are_found() -> None:
    assert [("validity_gap", "warning")] == found(FIRST, Validity(date(2027, 1, 3)))


def test_versions_in_force_together_must_be_told_apart() -> None:
    early = Validity(date(2026, 12, 1))

    assert [("validity_overlaps", "error")] == found(FIRST, early)
    assert [] == found(FIRST, early, marks=APART)


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        (date(2026, 11, 21), [("validity_over", "error")]),
        (date(2026, 11, 22), [("validity_ends", "warning")]),
        (date(2027, 2, 20), [("validity_ends", "warning")]),
        (date(2027, 2, 21), []),
        (None, []),
    ],
)
def test_an_end_without_successor_is_told_in_time(
    end: date | None, expected: list[tuple[str, str]]
) -> None:
    assert expected == found(Validity(None, end))


def test_without_a_day_nothing_ends() -> None:
    assert [] == found(Validity(None, date(2020, 1, 1)), today=None)
