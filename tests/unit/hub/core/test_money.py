"""Euro amounts are whole cents in every notation."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core import money

CENTS = st.integers(-(10**12), 10**12)


@given(CENTS)
def test_the_german_notation_keeps_every_cent(cents: int) -> None:
    text = money.format_german(cents)

    assert Decimal(cents) / 100 == Decimal(text.replace(".", "").replace(",", "."))


@pytest.mark.parametrize(
    ("cents", "text"),
    [(29900, "299,00"), (123456, "1.234,56"), (-500, "-5,00"), (5, "0,05"), (-1, "-0,01")],
)
def test_german_amounts_are_written_as_people_write_them(cents: int, text: str) -> None:
    assert text == money.format_german(cents)


@pytest.mark.parametrize(
    "text", ["", "1,50", ".50", "1.234.00", "1.234", "12 EUR", "1e3", "--1.00", "٢٩٩.00"]
)
def test_what_is_no_plain_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="kein Betrag"):
        money.parse_plain(text)


@given(st.from_regex(r"-?[0-9]{1,9}(\.[0-9]{1,2})?", fullmatch=True))
def test_a_plain_amount_is_worth_what_it_says(text: str) -> None:
    assert Decimal(text) * 100 == money.parse_plain(text)
