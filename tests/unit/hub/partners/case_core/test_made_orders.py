from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from hub.core.errors import RuleViolation
from hub.core.ids import derived_code
from hub.core.record import Record
from hub.partners.case_core import HANDLERS
from hub.partners.outcome import Outcome, Role
from hub.uvg.model import Case, Order
from tests.factories import (
    CASE_ID,
    IBAN,
    OTHER_IBAN,
    claim_order,
    make_case,
    make_child,
    make_payout,
    make_situation,
    payment_order,
)

ORDER_ID = derived_code(make_situation().message.id, "order", "order")


def decide(record: Record, case: Case | None = None, **changes: Any) -> Outcome:
    return HANDLERS[record.kind](record, make_situation(case or make_case(), **changes))


def test_a_payment_goes_to_the_cash_system() -> None:
    (send,) = decide(payment_order()).sends

    assert send.role is Role.CASH
    assert {
        "order_id": ORDER_ID,
        "case_id": CASE_ID,
        "notice_id": "B-2026-17",
        "mode": "once",
        "amount_cents": 59_800,
        "begin": "2026-09-01",
        "end": "2026-10-31",
        "payee": "Jana Sommerfeld",
        "iban": IBAN,
        "purpose": "Unterhaltsvorschuss UV-2026-0815 Bescheid B-2026-17",
        "budget_line": "0405/681 01-0",
        "office": "0815",
    } == send.record.data


def test_a_claim_goes_to_the_cash_system() -> None:
    (send,) = decide(claim_order()).sends

    assert send.role is Role.CASH
    assert ("Tobias Brückner", "2026-12-31", "0405/281 01-0", "1") == (
        send.record.data["debtor"],
        send.record.data["due_date"],
        send.record.data["budget_line"],
        send.record.data["dunning_key"],
    )
    assert "§ 7 Abs. 1 UVG, 01.09.2026 bis 31.10.2026" == send.record.data["reason"]


def test_the_case_remembers_the_payment_and_the_senders_number() -> None:
    case = decide(payment_order()).case

    assert case is not None
    assert (
        Order(
            order_id=ORDER_ID,
            kind="Auszahlungsanordnung",
            amount_cents=59_800,
            notice_id="B-2026-17",
            begin=date(2026, 9, 1),
            end=date(2026, 10, 31),
            once=True,
            reference="FV-4713",
        ),
    ) == case.orders


def test_a_claim_remembers_against_whom_it_is() -> None:
    recourse, reclaim = (decide(claim_order(claim=claim)).case for claim in ("recourse", "reclaim"))

    assert recourse is not None
    assert reclaim is not None
    assert (True, False) == (recourse.orders[0].recourse, reclaim.orders[0].recourse)


@pytest.mark.parametrize(
    ("record", "vorgang"),
    [
        (payment_order(), "Zahlungen"),
        (claim_order(), "Rückgriff § 7 UVG"),
        (claim_order(claim="reclaim"), "Rückforderung § 5 UVG"),
    ],
)
def test_the_message_itself_is_filed_once(record: Record, vorgang: str) -> None:
    (filing,) = decide(record).filings

    assert (record.kind, vorgang, None) == (filing.doc_type, filing.vorgang, filing.record)


def test_deciding_again_yields_the_same_order() -> None:
    assert decide(payment_order()) == decide(payment_order())


def test_the_senders_purpose_is_what_the_payee_reads() -> None:
    (send,) = decide(payment_order(purpose="Nachzahlung – September")).sends

    assert "Nachzahlung - September" == send.record.data["purpose"]


def test_a_single_payment_without_a_span_is_for_its_first_day() -> None:
    outcome = decide(payment_order(end=None))

    assert outcome.case is not None
    assert outcome.case.orders[0].end == outcome.case.orders[0].begin == date(2026, 9, 1)
    assert "end" not in outcome.sends[0].record.data


def test_a_standing_payment_without_end_goes_on() -> None:
    outcome = decide(payment_order(mode="standing", end=None))

    assert outcome.case is not None
    assert None is outcome.case.orders[0].end
    assert "standing" == outcome.sends[0].record.data["mode"]


@pytest.mark.parametrize("record", [payment_order(), claim_order()], ids=lambda r: r.kind)
def test_an_order_opens_no_case(record: Record) -> None:
    with pytest.raises(RuleViolation) as caught:
        HANDLERS[record.kind](record, make_situation(None))

    assert "case_unknown" == caught.value.code


@pytest.mark.parametrize(
    ("record", "code", "place"),
    [
        (
            payment_order(
                child={"family_name": "S", "given_names": "M", "birth_date": "2015-03-08"}
            ),
            "child_contradictory",
            "child.birth_date",
        ),
        (
            claim_order(child={"family_name": "S", "given_names": "M", "birth_date": "2015-03-08"}),
            "child_contradictory",
            "child.birth_date",
        ),
        (payment_order(end="2026-08-31"), "period_invalid", "end"),
        (claim_order(period_end="2026-08-31"), "period_invalid", "period_end"),
        (
            payment_order(payee={"iban": "DE88370400440532013000", "holder": "Jana"}),
            "iban_invalid",
            "payee.iban",
        ),
    ],
)
def test_a_contradiction_goes_back_to_the_sender(record: Record, code: str, place: str) -> None:
    with pytest.raises(RuleViolation) as caught:
        decide(record)

    assert (code, place) == (caught.value.code, caught.value.place)


def test_a_standing_payment_never_runs_beside_another() -> None:
    case = make_case(orders=(make_payout(begin=date(2026, 10, 1)),))
    outcome = decide(payment_order(mode="standing", end=None), case)

    assert ["payment_overlaps"] == [clearing.code for clearing in outcome.clearings]
    assert (None, (), 1) == (outcome.case, outcome.sends, len(outcome.filings))


def test_a_single_payment_may_add_to_what_was_paid() -> None:
    case = make_case(orders=(make_payout(begin=date(2026, 9, 1)),))

    assert () == decide(payment_order(), case).clearings


def test_the_same_single_payment_is_not_made_twice() -> None:
    case = decide(payment_order()).case
    outcome = decide(payment_order(business_id="FV-4799"), case)

    assert ["payment_overlaps"] == [clearing.code for clearing in outcome.clearings]
    assert () == outcome.sends


def test_another_account_than_that_of_the_case_is_noted() -> None:
    payee = {"iban": OTHER_IBAN, "holder": "Stadtkasse"}
    outcome = decide(payment_order(payee=payee))

    assert ["order_made", "payee_differs"] == [note.what for note in outcome.notes]


def test_the_register_is_asked_when_a_foreign_childs_benefit_is_paid() -> None:
    foreign = make_case(child=make_child(nationality="166"))
    outcome = decide(payment_order(), foreign)

    assert [Role.CASH, Role.REGISTER] == [send.role for send in outcome.sends]
    assert outcome.case is not None
    assert ("queried", date(2026, 9, 1)) == (
        outcome.case.register.state,
        outcome.case.register.benefit_begin,
    )


def test_a_claim_does_not_concern_the_register() -> None:
    foreign = make_case(child=make_child(nationality="166"))

    assert [Role.CASH] == [send.role for send in decide(claim_order(), foreign).sends]
