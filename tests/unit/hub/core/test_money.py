"""Euro amounts are whole cents in every notation."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core import money

CENTS = st.integers(-(10**12), 10**12)


@given(CENTS)
def test_the_german_notation_keeps_every_cent(cents: int) -> None:
    assert cents == money.parse_german(money.format_german(cents))


@given(CENTS)
def test_the_plain_notation_keeps_every_cent(cents: int) -> None:
    assert cents == money.parse_plain(money.format_plain(cents))


@pytest.mark.parametrize(
    ("text", "cents"),
    [("299,00", 29900), ("299", 29900), ("1.234,56", 123456), ("-5,00", -500), ("0,05", 5)],
)
def test_german_amounts_are_read(text: str, cents: int) -> None:
    assert cents == money.parse_german(text)


@pytest.mark.parametrize("text", ["", "1,5", "1.23,00", "1,234.56", "12 EUR", "1e3", "--1,00"])
def test_what_is_no_german_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="kein Betrag"):
        money.parse_german(text)


@pytest.mark.parametrize("text", ["", "1,50", ".50", "1.234.00", "1.234"])
def test_what_is_no_plain_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="kein Betrag"):
        money.parse_plain(text)


@pytest.mark.parametrize("text", ["0.299", "0.299,00", "٢٩٩,00", "012.345"])
def test_an_amount_that_can_be_misread_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="kein Betrag"):
        money.parse_german(text)


@given(st.from_regex(r"-?[0-9]{1,9}(\.[0-9]{1,2})?", fullmatch=True))
def test_a_plain_amount_is_worth_what_it_says(text: str) -> None:
    assert Decimal(text) * 100 == money.parse_plain(text)
