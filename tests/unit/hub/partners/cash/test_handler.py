from __future__ import annotations

from typing import Any

import msgspec
import pytest

from hub.core.errors import Misconfigured
from hub.core.record import Record
from hub.partners.cash import HANDLERS
from hub.partners.outcome import Outcome, Role
from hub.uvg.model import Order
from tests.factories import (
    CASE_ID,
    CASH_REFERENCE,
    ORDER_ID,
    confirmation,
    make_case,
    make_order,
    make_payout,
    make_situation,
    protocol,
)


def decide(record: Record, order: Order | None) -> Outcome:
    case = make_case(orders=(order,)) if order else None
    return HANDLERS[record.kind](record, make_situation(case))


def only_order(outcome: Outcome) -> Order:
    assert outcome.case is not None
    (order,) = outcome.case.orders
    return order


def told(outcome: Outcome) -> dict[str, Any]:
    (send,) = outcome.sends
    assert (Role.CASE_CORE, "Kassenstatus") == (send.role, send.record.kind)
    return dict(send.record.data)


def codes(outcome: Outcome) -> list[str]:
    return [clearing.code for clearing in outcome.clearings]


def test_it_decides_on_all_answers_of_a_cash_system() -> None:
    assert {"Kassenprotokoll", "Sollbestaetigung", "Isteinnahme"} == set(HANDLERS)


def test_an_accepted_order_is_reported() -> None:
    outcome = decide(protocol(), make_payout())

    assert "accepted" == only_order(outcome).state
    assert {
        "case_id": CASE_ID,
        "order_id": ORDER_ID,
        "notice_id": "B-2026-17",
        "order_kind": "Auszahlungsanordnung",
        "status": "accepted",
        "amount_cents": 29_900,
        "at": "2026-11-22",
    } == told(outcome)
    assert ["order_accepted"] == [note.what for note in outcome.notes]


def test_a_refused_order_calls_a_person() -> None:
    outcome = decide(protocol(result="refused", code="E105", text="Konto erloschen"), make_payout())

    assert "refused" == only_order(outcome).state
    assert ("refused", "E105", "Konto erloschen") == tuple(
        told(outcome)[key] for key in ("status", "code", "text")
    )
    assert (["order_refused"], ["order_refused"]) == (
        codes(outcome),
        [note.what for note in outcome.notes],
    )


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        ("E101", "Bankverbindung klären"),
        ("F05", "Bankverbindung klären"),
        ("E103", "Buchungsstelle"),
        ("F02", "Betrag"),
        ("E104", "Auftragsnummer"),
        ("X999", "mit der Kasse klären"),
    ],
)
def test_the_remedy_follows_the_code(code: str, advice: str) -> None:
    (clearing,) = decide(protocol(result="refused", code=code), make_payout()).clearings

    assert advice in clearing.remedy


def test_a_posted_claim_keeps_its_reference() -> None:
    outcome = decide(confirmation(), make_order(state="accepted"))

    assert ("confirmed", CASH_REFERENCE) == (
        only_order(outcome).state,
        only_order(outcome).cash_reference,
    )
    assert ("confirmed", CASH_REFERENCE) == (
        told(outcome)["status"],
        told(outcome)["cash_reference"],
    )
    assert ["soll_confirmed"] == [note.what for note in outcome.notes]


def test_a_confirmation_may_overtake_its_protocol() -> None:
    confirmed = only_order(decide(confirmation(), make_order()))
    late = decide(protocol(), confirmed)

    assert "confirmed" == confirmed.state
    assert (None, (), ()) == (late.case, late.sends, late.clearings)


@pytest.mark.parametrize("record", [protocol(), confirmation()])
@pytest.mark.parametrize("order", [None, make_order(order_id="QRSTUVWXYZ234567")])
def test_an_unknown_order_calls_a_person(record: Record, order: Order | None) -> None:
    outcome = decide(record, order)

    assert (["order_unknown"], None, ()) == (codes(outcome), outcome.case, outcome.sends)


@pytest.mark.parametrize(
    ("record", "order"),
    [
        (protocol(), make_order(state="accepted")),
        (protocol(result="refused"), make_order(state="refused")),
        (confirmation(), make_order(state="confirmed", cash_reference=CASH_REFERENCE)),
    ],
)
def test_an_answer_given_twice_changes_nothing(record: Record, order: Order) -> None:
    outcome = decide(record, order)

    assert (None, (), ()) == (outcome.case, outcome.sends, outcome.clearings)
    assert ["answer_repeated"] == [note.what for note in outcome.notes]


@pytest.mark.parametrize(
    ("record", "order"),
    [
        (protocol(), make_order(state="refused")),
        (protocol(result="refused"), make_order(state="accepted")),
        (protocol(result="refused"), make_order(state="confirmed")),
        (confirmation(), make_order(state="refused")),
        (confirmation(), make_order(state="confirmed", cash_reference="KZ-1")),
        (confirmation(), make_payout()),
    ],
)
def test_a_contradiction_calls_a_person_and_changes_nothing(record: Record, order: Order) -> None:
    outcome = decide(record, order)

    assert (["order_contradictory"], None, ()) == (codes(outcome), outcome.case, outcome.sends)


@pytest.mark.parametrize(
    ("record", "doc_type", "vorgang"),
    [
        (protocol(), "Kassenprotokoll", "Rückforderung § 5 UVG"),
        (confirmation(), "Sollbestätigung", "Rückforderung § 5 UVG"),
    ],
)
def test_answers_are_filed(record: Record, doc_type: str, vorgang: str) -> None:
    (filing,) = decide(record, make_order()).filings

    assert (doc_type, vorgang, record) == (filing.doc_type, filing.vorgang, filing.record)


def test_other_orders_of_the_case_stay_as_they_are() -> None:
    other = make_payout(order_id="QRSTUVWXYZ234567")
    case = make_case(orders=(other, make_order()))
    outcome = HANDLERS["Kassenprotokoll"](protocol(), make_situation(case))

    accepted = msgspec.structs.replace(make_order(), state="accepted")
    assert msgspec.structs.replace(case, orders=(other, accepted)) == outcome.case


def test_a_record_of_another_shape_is_the_operators_matter() -> None:
    with pytest.raises(Misconfigured, match="record_shape"):
        decide(protocol(result="maybe"), make_order())
