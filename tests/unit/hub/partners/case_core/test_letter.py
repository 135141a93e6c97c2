from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from hub.partners.case_core.letter import letter_fields, long_date, short_date
from hub.partners.case_core.records import Bescheid
from hub.partners.shape import read_record
from tests.factories import PERIOD, make_case, make_situation, notice


def fields(kind: str = "BEW", **changes: Any) -> dict[str, Any]:
    read = read_record(notice(kind, **changes), Bescheid)
    return letter_fields(make_case(), read, make_situation())


def test_a_grant_fills_the_letter() -> None:
    found = fields()

    assert {
        "case_id": "UV-2026-0815",
        "notice_id": "B-2026-17",
        "notice_date": "22. November 2026",
        "clerk": {"name": "Petra Ahrens", "phone": "0999 123-456"},
        "child": {"name": "Mila Charlotte Sommerfeld", "birth_date": "09.03.2015"},
        "start": "01.11.2026",
        "current_amount": "299,00",
        "reclaim": None,
        "reasons": ["Das Kind lebt bei einem alleinerziehenden Elternteil."],
        "payee": {"name": "Jana Sommerfeld", "iban": "DE89 3704 0044 0532 0130 00"},
    } == {key: found[key] for key in found if key not in ("office", "recipient", "periods")}


def test_it_goes_to_the_carer_and_names_the_office() -> None:
    found = fields()

    assert {
        "name": "Jana Sommerfeld",
        "street": "Lindenweg",
        "house_number": "12a",
        "postal_code": "99999",
        "city": "Musterstadt",
    } == found["recipient"]
    assert {
        "name": "Jugendamt Musterstadt",
        "street": "Rathausplatz",
        "house_number": "1",
        "postal_code": "99999",
        "city": "Musterstadt",
        "phone": "0999 123-0",
        "email": "uv@musterstadt.example",
    } == found["office"]


def test_every_offset_is_stated() -> None:
    """§ 9 Abs. 2 Satz 2 UVG."""
    assert [
        {
            "begin": "01.11.2026",
            "end": "auf Weiteres",
            "minimum": "558,00",
            "benefit": "259,00",
            "offset": "0,00",
            "amount": "299,00",
        }
    ] == fields()["periods"]


def test_a_claim_is_stated_with_debtor_and_period() -> None:
    assert {
        "amount": "598,00",
        "due_date": "15.12.2026",
        "period": "01.09.2026 bis 31.10.2026",
        "legal_basis": "§ 5 Abs. 1 UVG",
        "debtor": "Jana Sommerfeld",
    } == fields("ERS")["reclaim"]


def test_a_refusal_has_neither_start_nor_amount() -> None:
    found = fields("ABL")

    assert ("", "", []) == (found["start"], found["current_amount"], found["periods"])


def test_periods_are_printed_in_their_order() -> None:
    october = {**PERIOD, "begin": "2026-10-01", "end": "2026-10-31"}
    periods = fields(periods=[PERIOD, october])["periods"]

    assert ["31.10.2026", "auf Weiteres"] == [period["end"] for period in periods]


@pytest.mark.parametrize(
    ("second_begin", "amount"), [("2026-11-01", "299,00"), ("2026-12-01", "199,00")]
)
def test_the_current_amount_is_that_of_today(second_begin: str, amount: str) -> None:
    reduced = {
        **PERIOD,
        "begin": "2026-10-01",
        "end": "2026-10-31" if second_begin == "2026-11-01" else "2026-11-30",
        "other_offset_cents": 10_000,
        "amount_cents": 19_900,
    }

    found = fields(periods=[reduced, {**PERIOD, "begin": second_begin}])
    assert amount == found["current_amount"]


def test_dates_are_written_in_german() -> None:
    assert ("1. März 2026", "01.03.2026") == (
        long_date(date(2026, 3, 1)),
        short_date(date(2026, 3, 1)),
    )
