"""A cell and its value are two writings of the same thing."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.formats.tables.cells import compile_reader, compile_writer
from hub.formats.tables.layout import Field, Layout
from hub.formats.tally import Fault
from tests.unit.hub.formats.tables.small_tables import DELIMITED

DATES = ["YYYYMMDD", "DD.MM.YYYY", "YYYY-MM-DD"]
MONEY = ["cents", "comma", "point"]


def layout(**changes: str) -> Layout:
    return msgspec.convert(DELIMITED | changes, Layout)


def field(**options: object) -> Field:
    return msgspec.convert({"name": "X"} | options, Field)


@pytest.mark.parametrize("form", DATES)
@given(day=st.dates().map(str))
def test_dates_survive_every_form(form: str, day: str) -> None:
    cell = compile_writer(field(type="D"), layout(date=form))(day)

    assert day == compile_reader(field(type="D"), layout(date=form))(cell)
    assert len(form) == len(cell)


@pytest.mark.parametrize("form", MONEY)
@given(cents=st.integers(0, 10**13))
def test_money_survives_every_form(form: str, cents: int) -> None:
    cell = compile_writer(field(type="M"), layout(money=form))(cents)

    assert cents == compile_reader(field(type="M"), layout(money=form))(cell)


@pytest.mark.parametrize(
    ("options", "cell", "rule"),
    [
        ({"type": "N"}, "٣", "number_wrong"),
        ({"type": "N"}, "-1", "number_wrong"),
        ({"type": "N", "minimum": 1}, "0", "value_too_small"),
        ({"type": "M", "minimum": 0}, "-0,01", "value_too_small"),
        ({"type": "M"}, "1e3", "amount_wrong"),
        ({"type": "M"}, "٣,00", "amount_wrong"),
        ({"type": "D"}, "29.02.2026", "date_wrong"),
        ({"type": "D"}, "1.2.2026", "date_wrong"),
        ({"type": "A", "enum": ["a", "b"]}, "c", "value_not_listed"),
        ({"type": "A", "fixed": ""}, "c", "value_not_listed"),
        ({"type": "A", "pattern": "[a-z]{2}"}, "abc", "value_malformed"),
        ({"type": "A", "max": 2}, "abc", "value_too_long"),
        ({"type": "A"}, "a\nb", "character_forbidden"),
        ({"type": "A"}, "a\x9fb", "character_forbidden"),
        ({"type": "A", "multiline": True}, "a\rb", "character_forbidden"),
        ({"type": "A", "required": True}, "  ", "value_missing"),
    ],
)
def test_a_wrong_cell_breaks_its_rule(options: dict[str, object], cell: str, rule: str) -> None:
    with pytest.raises(Fault) as caught:
        compile_reader(field(**options), layout())(cell)

    assert rule == caught.value.rule


def test_a_refusal_says_what_is_allowed() -> None:
    with pytest.raises(Fault) as caught:
        compile_reader(field(type="A", pattern="[0-9]{5}", text="fünf Ziffern"), layout())("x")

    assert caught.value.message == "„x“ hat nicht die Form; erlaubt ist: fünf Ziffern"


@pytest.mark.parametrize("value", [None, "", "  "])
def test_nothing_is_written_as_nothing(value: str | None) -> None:
    assert compile_writer(field(type="A"), layout())(value) == ""
