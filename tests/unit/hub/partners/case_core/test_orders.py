from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.ids import derived_code
from hub.partners.case_core.orders import acceptance, has_standing_payment, payouts
from hub.partners.case_core.records import Bescheid
from hub.partners.outcome import Role
from hub.partners.shape import read_record
from hub.uvg.model import Order
from tests.factories import (
    IBAN,
    RECLAIM,
    make_case,
    make_order,
    make_payout,
    make_period,
    make_situation,
    notice,
)

SITUATION = make_situation()
GRANT = read_record(notice(), Bescheid)
MESSAGE_ID = SITUATION.message.id


def test_one_standing_order_per_period_that_pays() -> None:
    periods = (
        make_period(begin=date(2026, 9, 1), end=date(2026, 9, 30), amount_cents=0),
        make_period(begin=date(2026, 10, 1), end=date(2026, 10, 31)),
        make_period(),
    )
    orders = payouts(make_case(periods=periods), GRANT, SITUATION)

    spans = [(o.record.data["begin"], o.record.data.get("end")) for o in orders]
    assert [("2026-10-01", "2026-10-31"), ("2026-11-01", None)] == spans


def test_a_payment_order_is_complete() -> None:
    (order,) = payouts(make_case(periods=(make_period(),)), GRANT, SITUATION)

    assert {
        "order_id": derived_code(MESSAGE_ID, "order", "payout-1"),
        "case_id": "UV-2026-0815",
        "notice_id": "B-2026-17",
        "mode": "standing",
        "amount_cents": 29_900,
        "begin": "2026-11-01",
        "payee": "Jana Sommerfeld",
        "iban": IBAN,
        "purpose": "Unterhaltsvorschuss UV-2026-0815 Bescheid B-2026-17",
        "budget_line": "0405/681 01-0",
        "office": "0815",
    } == order.record.data


def test_a_claim_is_complete() -> None:
    read = read_record(notice("ERS"), Bescheid)
    assert read.reclaim is not None
    order = acceptance(make_case(), read, read.reclaim, SITUATION)

    assert {
        "order_id": derived_code(MESSAGE_ID, "order", "acceptance-1"),
        "case_id": "UV-2026-0815",
        "notice_id": "B-2026-17",
        "amount_cents": 59_800,
        "due_date": "2026-12-15",
        "debtor": "Jana Sommerfeld",
        "street": "Lindenweg",
        "house_number": "12a",
        "postal_code": "99999",
        "city": "Musterstadt",
        "reason": "§ 5 Abs. 1 UVG, 01.09.2026 bis 31.10.2026",
        "legal_basis": "§ 5 Abs. 1 UVG",
        "budget_line": "0405/281 01-0",
        "office": "0815",
        "dunning_key": "1",
    } == order.record.data


def test_the_child_itself_may_owe() -> None:
    """§ 5 Abs. 2 UVG."""
    read = read_record(notice("ERS", reclaim={**RECLAIM, "debtor": "child"}), Bescheid)
    assert read.reclaim is not None
    order = acceptance(make_case(), read, read.reclaim, SITUATION)

    assert "Mila Charlotte Sommerfeld" == order.record.data["debtor"]


def test_orders_are_sent_to_the_cash_side_and_filed() -> None:
    (order,) = payouts(make_case(periods=(make_period(),)), GRANT, SITUATION)

    assert (Role.CASH, order.record) == (order.send.role, order.send.record)
    assert ("Auszahlungsanordnung", "Zahlungen", order.record) == (
        order.filing.doc_type,
        order.filing.vorgang,
        order.filing.record,
    )


def test_deciding_again_yields_the_same_orders() -> None:
    case = make_case(periods=(make_period(),))

    assert payouts(case, GRANT, SITUATION) == payouts(case, GRANT, SITUATION)


@given(st.text(min_size=1, max_size=300))
def test_every_cash_system_can_write_the_reason(legal_basis: str) -> None:
    read = read_record(notice("ERS", reclaim={**RECLAIM, "legal_basis": legal_basis}), Bescheid)
    assert read.reclaim is not None
    reason = acceptance(make_case(), read, read.reclaim, SITUATION).record.data["reason"]

    assert len(reason) <= 140
    assert reason == reason.encode("iso-8859-15").decode("iso-8859-15")


@pytest.mark.parametrize("state", ["ordered", "accepted"])
def test_a_payment_may_be_running_once_it_was_ordered(state: str) -> None:
    assert has_standing_payment(make_case(orders=(make_payout(state=state),)))


@pytest.mark.parametrize("order", [make_payout(state="refused"), make_order()])
def test_neither_a_refused_payment_nor_a_claim_is_a_running_payment(order: Order) -> None:
    assert not has_standing_payment(make_case(orders=(order,)))
