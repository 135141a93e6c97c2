from __future__ import annotations

from typing import Any

import pytest

from hub.core.errors import RuleViolation
from hub.partners.case_core.records import Bescheid
from hub.partners.case_core.rules import check_notice, known_case
from hub.partners.shape import read_record
from tests.factories import CASE_ID, PERIOD, RECLAIM, make_case, make_situation, notice

TOO_MUCH = {**PERIOD, "amount_cents": 30_000}
NOVEMBER = {**PERIOD, "end": "2026-11-30"}


def refusal(kind: str = "BEW", notices: tuple[str, ...] = (), **changes: Any) -> RuleViolation:
    read = read_record(notice(kind, **changes), Bescheid)
    with pytest.raises(RuleViolation) as caught:
        check_notice(read, make_case(notices=notices))
    return caught.value


@pytest.mark.parametrize(
    ("kind", "changes", "code", "place"),
    [
        ("BEW", {"periods": []}, "notice_incomplete", "periods"),
        ("AEN", {"periods": []}, "notice_incomplete", "periods"),
        ("ERS", {"reclaim": None}, "notice_incomplete", "reclaim"),
        (
            "ERS",
            {"reclaim": {**RECLAIM, "amount_cents": 0}},
            "notice_incomplete",
            "reclaim.amount_cents",
        ),
        ("BEW", {"periods": [TOO_MUCH]}, "amount_contradictory", "periods[0].amount_cents"),
        (
            "BEW",
            {"periods": [NOVEMBER, {**TOO_MUCH, "begin": "2026-12-01"}]},
            "amount_contradictory",
            "periods[1].amount_cents",
        ),
        ("BEW", {"periods": [{**PERIOD, "end": "2026-10-31"}]}, "period_invalid", "periods[0].end"),
        ("BEW", {"periods": [PERIOD, NOVEMBER]}, "period_invalid", "periods"),
        (
            "ERS",
            {"reclaim": {**RECLAIM, "period_end": "2026-08-31"}},
            "period_invalid",
            "reclaim.period_end",
        ),
        ("ABL", {"notices": ("B-2026-17",)}, "notice_repeated", "notice_id"),
    ],
)
def test_a_breach_names_rule_and_place(
    kind: str, changes: dict[str, Any], code: str, place: str
) -> None:
    error = refusal(kind, **changes)

    assert (code, place) == (error.code, error.place)
    assert [(code, place)] == [(finding.rule, finding.field) for finding in error.findings]


def test_a_contradictory_amount_is_answered_with_the_computed_one() -> None:
    error = refusal(periods=[TOO_MUCH])

    assert "300,00 EUR angegeben" in error.message
    assert "ergeben sich 299,00 EUR" in error.message


def test_less_than_five_euros_must_not_be_granted() -> None:
    """§ 9 Abs. 3 Satz 2 UVG."""
    small = {**PERIOD, "other_offset_cents": 29_500, "amount_cents": 400}

    assert "amount_contradictory" == refusal(periods=[small]).code


def test_two_adjoining_periods_are_in_order() -> None:
    periods = [{**PERIOD, "begin": "2026-12-01"}, NOVEMBER]

    check_notice(read_record(notice(periods=periods), Bescheid), make_case())


def test_an_unknown_case_asks_for_its_data_first() -> None:
    with pytest.raises(RuleViolation, match="Zuerst die Falldaten senden") as caught:
        known_case(CASE_ID, make_situation())

    assert caught.value.code == "case_unknown"


@pytest.mark.parametrize("kind", ["ABL", "EIN", "AUF"])
def test_what_is_no_longer_paid_may_be_shown_as_zero(kind: str) -> None:
    read = read_record(notice(kind, periods=[{**PERIOD, "amount_cents": 0}]), Bescheid)

    check_notice(read, make_case())
