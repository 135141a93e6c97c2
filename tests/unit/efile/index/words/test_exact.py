"""Exact values have one form, and only what is certain is one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from efile.index.words.exact import values


def found(text: str) -> list[tuple[str, str]]:
    return [(each.field, each.form) for each in values(text)]


@pytest.mark.parametrize(
    "written",
    ["01.03.2026", "1.3.2026", "1.3.26", "1. März 2026", "1. Maerz 2026", "2026-03-01",
     "am 01.03.2026.", "(1.3.2026)", "2026-03-01T12:00:00Z", "1. 3. 2026"],
)  # fmt: skip
def test_a_day_is_the_same_however_it_is_written(written: str) -> None:
    assert [("date", "d20260301")] == found(written)


@pytest.mark.parametrize(
    "written", ["31.02.2026", "45.13.2026", "1. Muster 2026", "3.14", "299,00"]
)
def test_what_is_no_day_is_none(written: str) -> None:
    assert [] == [one for one in found(written) if one[0] == "date"]


@pytest.mark.parametrize(
    "written",
    ["DE89370400440532013000", "DE89 3704 0044 0532 0130 00", "de89 3704 0044 0532 0130 00",
     "IBAN: DE89 3704 0044 0532 0130 00 BIC COBADEFFXXX", "DE89370400440532013000, Bank"],
)  # fmt: skip
def test_an_iban_is_the_same_with_and_without_spaces(written: str) -> None:
    assert [("iban", "de89370400440532013000")] == found(written)


def test_an_iban_of_a_country_without_a_known_length_is_found_by_its_check_digits() -> None:
    assert [("iban", "be68539007547034")] == found("BE68 5390 0754 7034")


def test_an_iban_with_a_wrong_digit_is_none() -> None:
    assert [] == [one for one in found("DE89370400440532013001") if one[0] == "iban"]


@pytest.mark.parametrize("written", ["1234567890", "1234.567.890", "1234 567 890", "1234/567-890"])
def test_a_long_number_is_the_same_however_it_is_grouped(written: str) -> None:
    assert [("number", "1234567890")] == found(f"Kassenzeichen {written} zahlen")


def test_a_number_is_found_though_others_stand_beside_it() -> None:
    (value,) = values("300 1234567890 51")

    assert "¢1234567890" in value.tokens


def test_a_message_is_found_by_its_identifier() -> None:
    text = "Nachricht 0190F3C2-7c1a-7abc-8def-0123456789ab."

    assert [("identifier", "0190f3c27c1a7abc8def0123456789ab")] == found(text)


@given(text=st.text(alphabet="0123456789.-/ DEade§äMärz", max_size=60))
def test_values_stand_where_they_say_and_do_not_overlap(text: str) -> None:
    end = 0
    for value in values(text):
        assert end <= value.start < value.end <= len(text)
        end = value.end
