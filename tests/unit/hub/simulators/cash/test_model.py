"""The check digits of an IBAN."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.simulators.cash.model import iban_holds


@pytest.mark.parametrize(
    "iban", ["DE02120300000000202051", "AT611904300234573201", "GB82WEST12345698765432"]
)
def test_published_examples_hold(iban: str) -> None:
    assert iban_holds(iban)


@pytest.mark.parametrize(
    "iban",
    ["", "DE02", "de02120300000000202051", "DE02 1203 0000 0000 2020 51", "12345678901234567"],
)
def test_another_form_does_not_hold(iban: str) -> None:
    assert not iban_holds(iban)


def test_a_german_iban_has_22_characters() -> None:
    short = "12030000000020205"
    check = 98 - int(short + "131400") % 97

    assert not iban_holds(f"DE{check:02d}{short}")


@given(st.integers(0, 10**18 - 1), st.integers(0, 17), st.integers(1, 9))
def test_one_changed_digit_is_always_found(account: int, place: int, step: int) -> None:
    text = f"{account:018d}"
    check = 98 - int(text + "131400") % 97
    changed = text[:place] + str((int(text[place]) + step) % 10) + text[place + 1 :]

    assert iban_holds(f"DE{check:02d}{text}")
    assert not iban_holds(f"DE{check:02d}{changed}")
