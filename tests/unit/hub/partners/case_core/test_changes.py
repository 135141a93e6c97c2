"""What a notice changes about payments that run: another amount, a stop, or nothing it cannot say."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from hub.partners.case_core import HANDLERS
from hub.partners.outcome import Outcome, Role
from hub.uvg.model import Case, Order
from tests.factories import (
    PERIOD,
    RECLAIM,
    make_case,
    make_message,
    make_payout,
    make_period,
    make_situation,
    notice,
)

LESS = {**PERIOD, "begin": "2026-12-01", "other_offset_cents": 10_000, "amount_cents": 19_900}
NOTHING = {**LESS, "other_offset_cents": 29_900, "amount_cents": 0}


def decide(kind: str, *orders: Order, **changes: Any) -> Outcome:
    case = make_case(periods=(make_period(),), orders=orders)
    return again(case, kind, **changes)


def again(case: Case | None, kind: str, **changes: Any) -> Outcome:
    number = changes.pop("number", "B-2026-18")
    situation = make_situation(case, message=make_message(id=f"message-{number}"))
    return HANDLERS["Bescheid"](notice(kind, notice_id=number, **changes), situation)


def told(outcome: Outcome) -> list[tuple[str, int, str, str]]:
    """Return what the cash side is told: mode, amount, from when, about which payment."""
    return [
        (d["mode"], d["amount_cents"], d["begin"], d.get("changes", ""))
        for send in outcome.sends
        if send.role is Role.CASH and (d := send.record.data).get("mode")
    ]


def codes(outcome: Outcome) -> list[str]:
    return [clearing.code for clearing in outcome.clearings]


PAYS = make_payout(state="accepted")


def test_another_amount_goes_on_under_the_same_order() -> None:
    outcome = decide("AEN", PAYS, periods=[LESS])

    assert [("change", 19_900, "2026-12-01", PAYS.order_id)] == told(outcome)
    assert [] == codes(outcome)
    assert outcome.case is not None
    made = outcome.case.orders[-1]
    assert (PAYS.order_id, 19_900, date(2026, 12, 1)) == (
        made.changes, made.amount_cents, made.begin,
    )  # fmt: skip
    assert f"Änderungsanordnung {made.order_id}" in [filing.title for filing in outcome.filings]


def test_what_stays_payable_is_not_ordered_again() -> None:
    assert [] == told(decide("AEN", PAYS, periods=[{**PERIOD, "begin": "2026-12-01"}]))


def test_several_periods_are_several_changes() -> None:
    november = {**LESS, "begin": "2026-11-01", "end": "2026-11-30"}
    rest = {**PERIOD, "begin": "2026-12-01"}

    assert [
        ("change", 19_900, "2026-11-01", PAYS.order_id),
        ("change", 29_900, "2026-12-01", PAYS.order_id),
    ] == told(decide("AEN", PAYS, periods=[november, rest]))


def test_what_one_order_cannot_pay_is_stopped_and_ordered_anew() -> None:
    bounded = make_payout(end=date(2026, 12, 31))

    assert [
        ("stop", 0, "2026-12-01", bounded.order_id), ("standing", 19_900, "2026-12-01", ""),
    ] == told(decide("AEN", bounded, periods=[LESS]))  # fmt: skip


def test_an_amount_of_nothing_is_a_stop() -> None:
    assert [("stop", 0, "2026-12-01", PAYS.order_id)] == told(
        decide("AEN", PAYS, periods=[NOTHING])
    )


def test_a_backdated_change_claims_back_only_what_the_notice_says() -> None:
    back = {**LESS, "begin": "2026-11-01"}
    silent, claiming = (decide("AEN", PAYS, periods=[back], **more) for more in ({}, RECLAIMED))

    assert [("change", 19_900, "2026-11-01", PAYS.order_id)] == told(silent) == told(claiming)
    assert 1 == len(silent.sends)
    assert ["Auszahlungsanordnung", "Annahmeanordnung"] == [
        send.record.kind for send in claiming.sends
    ]


RECLAIMED: dict[str, Any] = {"reclaim": RECLAIM}


@pytest.mark.parametrize(
    ("kind", "periods", "more"),
    [
        ("EIN", [{**PERIOD, "end": "2026-11-30"}], {}),
        ("EIN", [NOTHING], {}),
        ("EIN", [{**PERIOD, "end": "2026-11-30"}, NOTHING], {}),
        ("AUF", [NOTHING], RECLAIMED),
    ],
)
def test_an_end_stops_the_payment(
    kind: str, periods: list[dict[str, Any]], more: dict[str, Any]
) -> None:
    outcome = decide(kind, PAYS, periods=periods, **more)

    assert [("stop", 0, "2026-12-01", PAYS.order_id)] == told(outcome)
    assert [] == codes(outcome)


def test_what_does_not_run_any_more_is_not_stopped() -> None:
    over = make_payout(end=date(2026, 11, 15))
    outcome = decide("EIN", over, periods=[{**PERIOD, "end": "2026-11-30"}])

    assert ([], []) == (told(outcome), codes(outcome))


def test_what_was_stopped_is_not_stopped_again_unless_the_stop_was_refused() -> None:
    stop = make_payout(
        order_id="STOPSTOPSTOPSTOP", changes=PAYS.order_id, amount_cents=0, begin=date(2026, 12, 1)
    )
    refused = make_payout(
        order_id="STOPSTOPSTOPSTOP", changes=PAYS.order_id, amount_cents=0,
        begin=date(2026, 12, 1), state="refused",
    )  # fmt: skip

    assert [] == told(decide("EIN", PAYS, stop, periods=[NOTHING]))
    assert 1 == len(told(decide("EIN", PAYS, refused, periods=[NOTHING])))


def test_a_later_change_names_the_order_that_began_the_payment() -> None:
    first = decide("AEN", PAYS, periods=[LESS])
    second = again(first.case, "EIN", number="B-2026-19", periods=[{**LESS, "end": "2026-12-31"}])

    assert [("stop", 0, "2027-01-01", PAYS.order_id)] == told(second)


@pytest.mark.parametrize(
    ("kind", "orders", "periods"),
    [
        ("AEN", (), [LESS]),
        ("EIN", (), [NOTHING]),
        ("EIN", (PAYS,), []),
        ("EIN", (PAYS,), [PERIOD]),
        ("AEN", (PAYS,), [{**LESS, "end": "2026-12-31"}]),
        ("AEN", (make_payout(reference="FV-1"),), [LESS]),
        ("EIN", (PAYS, make_payout(order_id="X" * 16, reference="FV-1")), [NOTHING]),
    ],
    ids=["unknown", "unknown end", "no date", "no end", "outlasts", "not ours", "not all ours"],
)
def test_what_is_not_certain_is_left_to_a_person(
    kind: str, orders: tuple[Order, ...], periods: list[dict[str, Any]]
) -> None:
    outcome = decide(kind, *orders, periods=periods)

    assert ([], ["notice_kind_unsupported"]) == (told(outcome), codes(outcome))


def test_a_repeal_that_names_what_it_takes_back_stops_nothing() -> None:
    back = [{**PERIOD, "end": "2026-11-30"}]
    outcome = decide("AUF", PAYS, periods=back, reclaim=RECLAIM)

    assert ([], ["payment_goes_on"]) == (told(outcome), codes(outcome))


def test_a_single_payment_is_neither_changed_nor_stopped() -> None:
    once = make_payout(order_id="ONCEONCEONCEONCE", once=True, end=date(2026, 12, 31))

    assert [("stop", 0, "2026-12-01", PAYS.order_id)] == told(
        decide("EIN", PAYS, once, periods=[NOTHING])
    )


def test_deciding_again_yields_the_same_orders() -> None:
    assert decide("AEN", PAYS, periods=[LESS]) == decide("AEN", PAYS, periods=[LESS])
