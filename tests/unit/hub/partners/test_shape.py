from __future__ import annotations

from typing import Literal

import pytest
from msgspec import Struct

from hub.core.errors import Misconfigured
from hub.core.record import Record
from hub.partners.shape import read_record, without_blanks


class Answer(Struct, frozen=True, forbid_unknown_fields=True):
    """What the records of these tests hold."""

    word: Literal["yes", "no"]


def test_a_record_of_the_agreed_shape_is_read() -> None:
    assert Answer("yes") == read_record(Record("Antwort", {"word": "yes"}), Answer)


@pytest.mark.parametrize("data", [{}, {"word": 1}, {"word": "yes", "more": "x"}])
def test_another_shape_is_the_operators_matter(data: dict[str, object]) -> None:
    with pytest.raises(Misconfigured, match="record_shape"):
        read_record(Record("Antwort", data), Answer)


def test_values_stay_out_of_the_message() -> None:
    with pytest.raises(Misconfigured) as caught:
        read_record(Record("Antwort", {"word": "Sommerfeld"}), Answer)

    assert "Sommerfeld" not in str(caught.value)


def test_blank_fields_are_left_out_but_zero_stays() -> None:
    values = {"a": "", "b": None, "c": 0, "d": False, "e": "x"}

    assert {"c": 0, "d": False, "e": "x"} == without_blanks(values)
