from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.ids import derived_code
from hub.partners.case_core.orders import acceptance, is_paying, payouts, pays_already
from hub.partners.case_core.records import Bescheid
from hub.partners.outcome import Role
from hub.partners.shape import read_record
from hub.uvg.model import Order
from tests.factories import (
    IBAN,
    RECLAIM,
    TODAY,
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
DAYS = st.dates(date(2026, 1, 1), date(2026, 3, 31))


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


@pytest.mark.parametrize(
    "order",
    [
        make_payout(),
        make_payout(state="accepted"),
        make_payout(end=TODAY),
        make_payout(begin=date(2027, 1, 1)),
    ],
)
def test_a_payment_counts_until_its_last_day(order: Order) -> None:
    assert is_paying(make_case(orders=(order,)), TODAY)


@pytest.mark.parametrize(
    "order",
    [make_payout(state="refused"), make_payout(end=date(2026, 11, 21)), make_order()],
)
def test_what_is_refused_over_or_a_claim_is_no_payment(order: Order) -> None:
    assert not is_paying(make_case(orders=(order,)), TODAY)


@pytest.mark.parametrize(
    ("begin", "end", "already"),
    [
        (date(2026, 3, 1), date(2026, 3, 31), True),
        (date(2026, 1, 1), date(2026, 3, 1), True),
        (date(2026, 6, 30), None, True),
        (date(2026, 1, 1), None, True),
        (date(2026, 1, 1), date(2026, 2, 28), False),
        (date(2026, 7, 1), None, False),
    ],
)
def test_a_day_is_paid_by_one_order_only(begin: date, end: date | None, already: object) -> None:
    known = make_payout(begin=date(2026, 3, 1), end=date(2026, 6, 30))

    found = pays_already(make_case(orders=(known,)), (make_period(begin=begin, end=end),))
    assert already == found


def test_a_period_without_payment_collides_with_nothing() -> None:
    case = make_case(orders=(make_payout(),))

    assert not pays_already(case, (make_period(amount_cents=0),))


@given(DAYS, DAYS, DAYS, DAYS)
def test_what_shares_no_day_is_never_paid_already(a: date, b: date, c: date, d: date) -> None:
    order = make_payout(begin=min(a, b), end=max(a, b))
    period = make_period(begin=min(c, d), end=max(c, d))
    apart = max(a, b) < min(c, d) or max(c, d) < min(a, b)

    assert apart != pays_already(make_case(orders=(order,)), (period,))
