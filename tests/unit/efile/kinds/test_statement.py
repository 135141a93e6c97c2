"""Statements are plain JSON and are read back strictly."""

from __future__ import annotations

import json
from datetime import date

import msgspec
import pytest

from efile.kinds.statement import HoldLifted, HoldSet, Statement, read_statement

HOLD = HoldSet(id="h-1", reason="Klage", since=date(2026, 1, 2), until=date(2027, 1, 1))


@pytest.mark.parametrize(
    "statement",
    [
        Statement(dates={"birth": date(2019, 5, 4), "ended": None}),
        Statement(hold=HOLD),
        Statement(lifted=HoldLifted(id="h-1", reason="Vergleich")),
    ],
)
def test_a_statement_is_read_back(statement: Statement) -> None:
    assert statement == read_statement(json.dumps(statement.content()))


def test_what_is_not_said_is_left_out() -> None:
    assert {"dates": {"birth": "2019-05-04"}} == Statement(
        dates={"birth": date(2019, 5, 4)}
    ).content()


@pytest.mark.parametrize(
    "text", ['{"new": 1}', '{"hold": {"id": "x"}}', '{"dates": {"birth": "x"}}']
)
def test_what_is_not_understood_is_refused(text: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        read_statement(text)
