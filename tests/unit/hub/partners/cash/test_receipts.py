from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.partners.cash import HANDLERS
from hub.partners.outcome import Outcome, Role
from hub.uvg.model import Case
from tests.factories import (
    CASE_ID,
    CASH_REFERENCE,
    make_case,
    make_order,
    make_payout,
    make_register_state,
    make_situation,
    receipt,
)


def claimed_case(**changes: Any) -> Case:
    order = make_order(**{"state": "confirmed", "cash_reference": CASH_REFERENCE} | changes)
    return make_case(orders=(make_payout(order_id="QRSTUVWXYZ234567"), order))


def book(case: Case | None, **changes: Any) -> Outcome:
    return HANDLERS["Isteinnahme"](receipt(**changes), make_situation(case))


def codes(outcome: Outcome) -> list[str]:
    return [clearing.code for clearing in outcome.clearings]


def test_money_reduces_the_claim_and_is_reported() -> None:
    outcome = book(claimed_case())
    (send,) = outcome.sends

    assert (Role.CASE_CORE, "Zahlungseingang") == (send.role, send.record.kind)
    assert {
        "case_id": CASE_ID,
        "cash_reference": CASH_REFERENCE,
        "receipt_id": "IST-2026-1",
        "amount_cents": 29_900,
        "booking_date": "2026-12-10",
        "payer": "Jana Sommerfeld",
        "text": "Rate 1",
        "open_cents": 29_900,
    } == send.record.data
    assert ["receipt_booked"] == [note.what for note in outcome.notes]


def test_the_case_remembers_what_was_paid() -> None:
    outcome = book(claimed_case())

    assert outcome.case is not None
    assert (29_900, ("IST-2026-1",)) == (
        outcome.case.orders[1].paid_cents,
        outcome.case.orders[1].receipts,
    )


def test_a_receipt_is_filed() -> None:
    (filing,) = book(claimed_case()).filings

    assert ("Zahlungseingang", "Rückforderung § 5 UVG", receipt()) == (
        filing.doc_type,
        filing.vorgang,
        filing.record,
    )


def test_the_same_receipt_is_booked_once() -> None:
    once = book(claimed_case())
    twice = book(once.case)

    assert (None, (), ["receipt_repeated"]) == (
        twice.case,
        twice.sends,
        [note.what for note in twice.notes],
    )


def test_money_without_a_known_case_is_put_aside() -> None:
    outcome = book(None)

    assert (None, (), ()) == (outcome.case, outcome.sends, outcome.filings)
    assert ["receipt_unmatched"] == codes(outcome)
    assert {
        "Belegnummer": "IST-2026-1",
        "Betrag": "299,00",
        "Buchungstag": "10.12.2026",
        "Einzahler": "Jana Sommerfeld",
        "Kassenzeichen": CASH_REFERENCE,
        "Text": "Rate 1",
    } == outcome.clearings[0].facts


@pytest.mark.parametrize(
    ("case", "reference"),
    [
        (make_case(orders=(make_order(),)), CASH_REFERENCE),  # before the claim was confirmed
        (make_case(orders=(make_order(),)), ""),
        (claimed_case(), "KZ-OTHER"),
    ],
)
def test_money_without_a_posted_claim_is_put_aside(case: Case, reference: str) -> None:
    outcome = book(case, cash_reference=reference)

    assert (["receipt_unmatched"], None) == (codes(outcome), outcome.case)


def test_too_much_money_is_booked_and_shown_to_a_person() -> None:
    outcome = book(claimed_case(), amount_cents=60_000)

    assert ["overpaid"] == codes(outcome)
    assert ("2,00", 0) == (
        outcome.clearings[0].facts["Mehrbetrag"],
        outcome.sends[0].record.data["open_cents"],
    )


@pytest.mark.parametrize("amount", [0, -29_900])
def test_a_reversal_is_not_booked_by_itself(amount: int) -> None:
    outcome = book(claimed_case(), amount_cents=amount)

    assert (["receipt_reversed"], None) == (codes(outcome), outcome.case)


@given(st.lists(st.integers(1, 40_000), max_size=8))
def test_paid_and_open_always_tie_out(amounts: list[int]) -> None:
    case = claimed_case()
    for number, amount in enumerate(amounts):
        outcome = book(case, receipt_id=f"IST-{number}", amount_cents=amount)
        assert outcome.case is not None
        case = outcome.case
        claim = case.orders[1]
        reported = outcome.sends[0].record.data["open_cents"]

        assert claim.paid_cents == sum(amounts[: number + 1])
        assert reported == max(59_800 - claim.paid_cents, 0)
        assert ("overpaid" in codes(outcome)) == (claim.paid_cents > 59_800)


def test_the_azr_number_never_reaches_the_case_core() -> None:
    """§ 10 Abs. 4 AZRG."""
    case = claimed_case()
    known = make_register_state()
    (send,) = book(make_case(orders=case.orders, register=known)).sends

    assert known.azr_number not in str(send.record.data)
