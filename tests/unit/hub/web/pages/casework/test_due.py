from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.web.pages.casework.due import parse

TODAY = date(2026, 11, 18)
"""A Wednesday."""


@pytest.mark.parametrize(
    ("said", "day", "text"),
    [
        ("3w", date(2026, 12, 9), ""),
        ("3w Nachweis", date(2026, 12, 9), "Nachweis"),
        ("3 Wochen: Nachweis", date(2026, 12, 9), "Nachweis"),
        ("in 2 Wochen Rückruf", date(2026, 12, 2), "Rückruf"),
        ("in zwei Wochen", date(2026, 12, 2), ""),
        ("in einem Monat", date(2026, 12, 18), ""),
        ("10t", date(2026, 11, 30), ""),
        ("2d", date(2026, 11, 20), ""),
        ("1m", date(2026, 12, 18), ""),
        ("1j", date(2027, 11, 18), ""),
        ("15.1.", date(2027, 1, 15), ""),
        ("15.1. Verdienst 2026", date(2027, 1, 15), "Verdienst 2026"),
        ("am 5.12.", date(2026, 12, 5), ""),
        ("15.01.28", date(2028, 1, 15), ""),
        ("15.1.2028 x", date(2028, 1, 15), "x"),
        ("2027-02-01", date(2027, 2, 1), ""),
        ("heute anrufen", TODAY, "anrufen"),
        ("morgen", date(2026, 11, 19), ""),
        ("übermorgen", date(2026, 11, 20), ""),
        ("Montag", date(2026, 11, 23), ""),
        ("nächsten Mittwoch", date(2026, 11, 25), ""),
        ("29.2.", date(2028, 2, 29), ""),
    ],
)
def test_a_day_is_understood_and_the_rest_is_the_text(said: str, day: date, text: str) -> None:
    assert (day, text) == parse(said, TODAY)


def test_a_stretch_that_ends_on_a_weekend_goes_on_to_monday() -> None:
    assert (date(2026, 11, 23), "") == parse("3t", TODAY)
    assert (date(2026, 11, 21), "") == parse("21.11.", TODAY)


def test_a_month_ends_on_its_last_day() -> None:
    assert (date(2027, 3, 1), "") == parse("1m", date(2027, 1, 31))


@pytest.mark.parametrize(
    "said",
    ["", "Nachweis", "w", "31.2.2027", "17.11.2026", "1.1.2099", "2026-13-01", "999j", "32.1."],
)
def test_what_is_no_day_or_over_is_not_understood(said: str) -> None:
    assert None is parse(said, TODAY)


@given(st.text(max_size=40), st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_any_text_is_a_day_to_come_or_nothing(said: str, today: date) -> None:
    found = parse(said, today)

    assert found is None or today <= found[0] <= today + timedelta(days=31 * 366)
