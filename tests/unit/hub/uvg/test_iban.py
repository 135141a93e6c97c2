from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.uvg.iban import compact_iban, grouped_iban, is_iban
from tests.factories import IBAN, OTHER_IBAN


@pytest.mark.parametrize("text", [IBAN, OTHER_IBAN, "GB82WEST12345698765432"])
def test_right_check_digits_are_accepted(text: str) -> None:
    assert is_iban(text)


@pytest.mark.parametrize(
    "text",
    [
        "DE88370400440532013000",
        "DE8937040044053201300",
        "de89370400440532013000",
        "DE89 3704 0044 0532 0130 00",
        "",
        "DE",
    ],
)
def test_what_is_no_account_number_is_refused(text: str) -> None:
    assert not is_iban(text)


@given(st.integers(4, len(IBAN) - 1), st.integers(1, 9))
def test_one_mistyped_digit_is_always_found(place: int, step: int) -> None:
    digit = str((int(IBAN[place]) + step) % 10)

    assert not is_iban(IBAN[:place] + digit + IBAN[place + 1 :])


def test_a_number_is_printed_in_groups_of_four() -> None:
    assert grouped_iban(IBAN) == "DE89 3704 0044 0532 0130 00"


@given(st.sampled_from([IBAN, OTHER_IBAN, "NO9386011117947"]))
def test_grouping_loses_nothing(iban: str) -> None:
    assert iban == compact_iban(grouped_iban(iban).lower())
