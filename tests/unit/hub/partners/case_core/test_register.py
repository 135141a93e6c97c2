from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from hub.partners.case_core.register import RegisterStep, first_paid_day, register_step
from hub.uvg.model import Case, RegisterState
from tests.factories import (
    AZR_NUMBER,
    CASE_ID,
    make_case,
    make_child,
    make_period,
    make_register_state,
    make_situation,
    make_tenant,
)


def paid_case(nationality: str = "166", **changes: Any) -> Case:
    child = make_child(nationality=nationality, residence_title="§ 24 AufenthG")
    return make_case(**{"child": child, "periods": (make_period(),)} | changes)


def step(case: Case, **changes: Any) -> RegisterStep:
    return register_step(case, "sb-017", make_situation(case, **changes))


def test_the_register_is_asked_about_a_child_of_a_third_country() -> None:
    (send,) = step(paid_case()).sends

    assert ("Registeranfrage", CASE_ID, CASE_ID, "sb-017") == (
        send.record.kind,
        send.record.data["case_id"],
        send.record.data["file_reference"],
        send.record.data["clerk"],
    )


def test_the_query_carries_the_child_as_the_catalogue_says() -> None:
    (send,) = step(paid_case()).sends

    assert {
        "family_name": "Sommerfeld",
        "given_names": "Mila Charlotte",
        "birth_date": "2015-03-09",
        "sex": "w",
        "birth_place": "Musterstadt",
        "birth_country": "000",
        "nationality": "166",
        "residence_title": "§ 24 AufenthG",
    } == send.record.data["child"]


def test_the_case_remembers_begin_and_clerk_for_the_report() -> None:
    asked = RegisterState(state="queried", benefit_begin=date(2026, 11, 1), clerk="sb-017")

    assert asked == step(paid_case()).state


def test_a_known_number_is_used_towards_the_register() -> None:
    (send,) = step(paid_case(register=RegisterState(azr_number=AZR_NUMBER))).sends

    assert send.record.data["azr_number"] == AZR_NUMBER


@pytest.mark.parametrize(
    "case",
    [
        paid_case("000"),
        paid_case("151"),
        paid_case(periods=()),
        paid_case(periods=(make_period(amount_cents=0),)),
        paid_case(register=make_register_state(state="acknowledged")),
    ],
)
def test_nothing_is_done_where_no_duty_is(case: Case) -> None:
    assert RegisterStep() == step(case)


@pytest.mark.parametrize("nationality", ["998", "999"])
def test_a_person_decides_about_an_unclear_nationality(nationality: str) -> None:
    codes = [clearing.code for clearing in step(paid_case(nationality)).clearings]

    assert ["register_duty_unclear"] == codes


def test_an_office_without_register_is_told() -> None:
    found = step(paid_case(), tenant=make_tenant(register=None))

    assert (["register_not_configured"], ()) == ([c.code for c in found.clearings], found.sends)


def test_an_earlier_begin_changes_a_query_under_way() -> None:
    known = make_register_state(state="queried", benefit_begin=date(2026, 12, 1))
    found = step(paid_case(register=known))

    assert found.state is not None
    assert (date(2026, 11, 1), ()) == (found.state.benefit_begin, found.sends)


def test_an_earlier_begin_than_reported_needs_a_person() -> None:
    known = make_register_state(state="reported", benefit_begin=date(2026, 12, 1))

    codes = [clearing.code for clearing in step(paid_case(register=known)).clearings]
    assert ["register_begin_changed"] == codes


def test_the_benefit_begins_with_the_first_period_that_pays() -> None:
    periods = (
        make_period(begin=date(2026, 10, 1), end=date(2026, 10, 31), amount_cents=0),
        make_period(),
    )

    assert date(2026, 11, 1) == first_paid_day(periods)
