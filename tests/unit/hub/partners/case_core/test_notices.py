from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.errors import NotChecked, RuleViolation
from hub.core.record import canonical_json
from hub.partners.case_core import HANDLERS
from hub.partners.outcome import Outcome, Role
from hub.uvg.model import Case, Order, RegisterState
from tests.factories import (
    PERIOD,
    RECLAIM,
    make_case,
    make_child,
    make_payout,
    make_period,
    make_register_state,
    make_situation,
    notice,
)


def decide(kind: str = "BEW", case: Case | None = None, **changes: Any) -> Outcome:
    return HANDLERS["Bescheid"](notice(kind, **changes), make_situation(case or make_case()))


def codes(outcome: Outcome) -> list[str]:
    return [clearing.code for clearing in outcome.clearings]


def sent(outcome: Outcome) -> list[tuple[Role, str]]:
    return [(send.role, send.record.kind) for send in outcome.sends]


def paying_case(**changes: Any) -> Case:
    return make_case(
        **{"periods": (make_period(),), "orders": (make_payout(state="accepted"),)} | changes
    )


def test_a_grant_leads_to_letter_order_and_filing() -> None:
    outcome = decide()

    assert [(Role.CASH, "Auszahlungsanordnung")] == sent(outcome)
    assert [("bewilligungsbescheid", "Bewilligungsbescheid B-2026-17", "Bewilligung")] == [
        (letter.template, letter.title, letter.vorgang) for letter in outcome.letters
    ]
    assert ["Bescheiddaten", "Auszahlungsanordnung"] == [f.doc_type for f in outcome.filings]
    assert ["notice_received", "order_made"] == [note.what for note in outcome.notes]
    assert () == outcome.clearings


def test_the_case_keeps_periods_orders_and_notice() -> None:
    case = decide().case

    assert case is not None
    assert ((make_period(),), ("B-2026-17",)) == (case.periods, case.notices)
    assert [("Auszahlungsanordnung", 29_900, "ordered", "B-2026-17")] == [
        (order.kind, order.amount_cents, order.state, order.notice_id) for order in case.orders
    ]


def test_a_grant_for_a_child_of_a_third_country_asks_the_register() -> None:
    outcome = decide(case=make_case(child=make_child(nationality="166")))

    assert (Role.REGISTER, "Registeranfrage") in sent(outcome)
    assert outcome.case is not None
    assert (
        RegisterState(state="queried", benefit_begin=date(2026, 11, 1), clerk="sb-017")
        == outcome.case.register
    )
    assert "register_queried" in [note.what for note in outcome.notes]


def test_a_grant_may_claim_back_at_once() -> None:
    outcome = decide(reclaim=RECLAIM)

    assert [(Role.CASH, "Auszahlungsanordnung"), (Role.CASH, "Annahmeanordnung")] == sent(outcome)
    assert "Rückforderung § 5 UVG" == outcome.filings[-1].vorgang


def test_an_unknown_case_is_refused() -> None:
    with pytest.raises(RuleViolation, match="case_unknown"):
        HANDLERS["Bescheid"](notice(), make_situation(None))


def test_the_same_notice_in_another_message_is_refused() -> None:
    with pytest.raises(RuleViolation, match="notice_repeated"):
        decide(case=make_case(notices=("B-2026-17",)))


def test_a_grant_from_2027_waits_for_the_law() -> None:
    with pytest.raises(NotChecked, match="rates_unknown"):
        decide(periods=[{**PERIOD, "begin": "2027-01-01"}])


def test_an_unexpected_amount_is_a_warning_not_a_refusal() -> None:
    """The case core decides amounts; the child is in age step 1."""
    outcome = decide(case=make_case(child=make_child(birth_date=date(2022, 1, 5))))

    (warning,) = [note for note in outcome.notes if note.what == "amount_implausible"]
    assert "gesetzlichen Betrag 486,00 EUR" in warning.text
    assert [(Role.CASH, "Auszahlungsanordnung")] == sent(outcome)


def test_nothing_is_paid_twice() -> None:
    outcome = decide(case=paying_case())

    assert ([], ["payment_overlaps"]) == (sent(outcome), codes(outcome))
    assert ["bewilligungsbescheid"] == [letter.template for letter in outcome.letters]


def test_an_older_payment_is_remembered_after_later_grants() -> None:
    """The periods of the case are those of the latest grant only."""
    orders = (make_payout(begin=date(2026, 1, 1), end=date(2026, 6, 30)), make_payout())
    march = {**PERIOD, "begin": "2026-03-01", "end": "2026-03-31"}
    outcome = decide(case=paying_case(orders=orders), periods=[march])

    assert ["payment_overlaps"] == codes(outcome)


@pytest.mark.parametrize(
    "order",
    [make_payout(state="refused"), make_payout(end=date(2026, 10, 31), begin=date(2026, 1, 1))],
)
def test_a_grant_is_paid_where_nothing_else_is(order: Order) -> None:
    outcome = decide(case=paying_case(orders=(order,)))

    assert [(Role.CASH, "Auszahlungsanordnung")] == sent(outcome)


@pytest.mark.parametrize(
    ("kind", "changes", "template", "orders", "clearings"),
    [
        ("ABL", {}, ["ablehnungsbescheid"], [], []),
        ("ERS", {}, ["ersatzbescheid"], ["Annahmeanordnung"], []),
        ("AUF", {"reclaim": RECLAIM}, ["ersatzbescheid"], ["Annahmeanordnung"], []),
        ("AUF", {}, [], [], ["notice_kind_unsupported"]),
        ("AEN", {}, ["aenderungsbescheid"], [], ["notice_kind_unsupported"]),
        ("EIN", {}, ["einstellungsbescheid"], [], ["notice_kind_unsupported"]),
        ("VER", {}, [], [], ["notice_kind_unsupported"]),
        ("STU", {}, [], [], ["notice_kind_unsupported"]),
    ],
)
def test_what_follows_from_the_other_kinds(
    kind: str,
    changes: dict[str, Any],
    template: list[str],
    orders: list[str],
    clearings: list[str],
) -> None:
    outcome = decide(kind, **changes)

    assert template == [letter.template for letter in outcome.letters]
    assert orders == [record for _, record in sent(outcome)]
    assert clearings == codes(outcome)


def test_a_repeal_does_not_stop_a_running_payment_unnoticed() -> None:
    assert ["payment_goes_on"] == codes(decide("AUF", paying_case(), reclaim=RECLAIM))


def test_a_change_replaces_the_periods_from_its_first_day_on() -> None:
    case = decide("AEN", paying_case(), periods=[{**PERIOD, "begin": "2026-12-01"}]).case

    assert case is not None
    before, after = case.periods
    assert (make_period(end=date(2026, 11, 30)), date(2026, 12, 1)) == (before, after.begin)


def test_an_end_cuts_the_periods_and_reminds_of_the_register() -> None:
    last = [{**PERIOD, "end": "2026-11-30"}]
    known = paying_case(register=make_register_state())
    outcome = decide("EIN", known, periods=last)

    assert outcome.case is not None
    assert (make_period(end=date(2026, 11, 30)),) == outcome.case.periods
    assert [(Role.CASH, "Auszahlungsanordnung")] == sent(outcome)
    assert ["register_end_due"] == codes(outcome)
    assert [] == codes(decide("EIN", paying_case(), periods=last))


def test_a_person_is_reminded_of_the_register_where_it_knows_the_benefit() -> None:
    (silent,) = decide("EIN").clearings
    (reminder,) = decide("EIN", make_case(register=make_register_state())).clearings

    assert "Ausländerzentralregister" not in silent.remedy
    assert "Ausländerzentralregister" in reminder.remedy


def test_refs_are_unique_within_a_message() -> None:
    october = {**PERIOD, "begin": "2026-10-01", "end": "2026-10-31"}
    case = make_case(child=make_child(nationality="166"))
    outcome = decide(case=case, periods=[october, PERIOD], reclaim=RECLAIM)
    acts: tuple[Any, ...] = (*outcome.sends, *outcome.letters, *outcome.filings)
    refs = [act.ref for act in acts]

    assert sorted(set(refs)) == sorted(refs)


def test_deciding_again_yields_the_same() -> None:
    assert decide(reclaim=RECLAIM) == decide(reclaim=RECLAIM)


@given(
    number=st.from_regex(r"[0-9]{12}", fullmatch=True),
    kind=st.sampled_from(["BEW", "ERS", "AUF", "AEN", "EIN", "ABL"]),
    nationality=st.sampled_from(["000", "151", "166", "997", "998"]),
    state=st.sampled_from(["", "queried", "reported", "refused"]),
)
def test_the_azr_number_reaches_neither_letters_nor_cash(
    number: str, kind: str, nationality: str, state: str
) -> None:
    """§ 10 Abs. 4 AZRG."""
    case = make_case(
        child=make_child(nationality=nationality),
        register=RegisterState(azr_number=number, state=state),
    )
    outcome = decide(kind, case, reclaim=RECLAIM)
    shown = [send.record.data for send in outcome.sends if send.role is not Role.REGISTER]
    shown += [letter.fields for letter in outcome.letters]
    shown += [filing.record.data for filing in outcome.filings if filing.record]
    words = [note.text for note in outcome.notes]
    words += [f"{c.message}{c.remedy}{dict(c.facts)}" for c in outcome.clearings]

    assert shown
    assert not [text for text in [*map(canonical_json, shown)] if number.encode() in text]
    assert number not in "".join(words)
