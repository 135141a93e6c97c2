from __future__ import annotations

from typing import Any

import msgspec
import pytest

from hub.core.errors import Misconfigured, RuleViolation
from hub.core.record import Record
from hub.partners.case_core import HANDLERS
from hub.partners.outcome import Outcome, Role
from hub.uvg.model import Case
from tests.factories import (
    CARER,
    CHILD,
    IBAN,
    OTHER_IBAN,
    OTHER_PARENT,
    case_data,
    make_case,
    make_child,
    make_message,
    make_order,
    make_payout,
    make_period,
    make_register_state,
    make_situation,
)


def decide(record: Record, case: Case | None = None, **changes: Any) -> Outcome:
    return HANDLERS["Falldaten"](record, make_situation(case, **changes))


def test_it_decides_on_case_data_notices_and_orders() -> None:
    assert {"Falldaten", "Bescheid", "Auszahlungsanordnung", "Annahmeanordnung"} == set(HANDLERS)


def test_an_unknown_case_is_opened() -> None:
    outcome = decide(case_data(other_parent=OTHER_PARENT))

    assert make_case() == outcome.case
    assert ["case_opened"] == [note.what for note in outcome.notes]


def test_the_case_remembers_which_partner_it_came_from() -> None:
    outcome = decide(case_data(), message=make_message(partner="altverfahren"))

    assert outcome.case is not None
    assert outcome.case.origin == "altverfahren"


def test_the_message_is_filed() -> None:
    (filing,) = decide(case_data()).filings

    assert ("Falldaten vom 20.11.2026", "Falldaten", "Antrag und Stammdaten", None) == (
        filing.title,
        filing.doc_type,
        filing.vorgang,
        filing.record,
    )


def test_a_known_case_keeps_what_was_decided() -> None:
    known = make_case(periods=(make_period(),), orders=(make_order(),), notices=("B-1",), version=7)
    outcome = decide(case_data(carer={**CARER, "street": "Am Anger"}), known)

    carer = msgspec.structs.replace(known.carer, street="Am Anger")
    assert msgspec.structs.replace(known, carer=carer, other_parent=None) == outcome.case
    assert ["case_updated"] == [note.what for note in outcome.notes]


def test_spaces_in_the_account_number_do_not_matter() -> None:
    bank = {"iban": "DE89 3704 0044 0532 0130 00", "holder": "Jana Sommerfeld"}
    outcome = decide(case_data(bank=bank))

    assert outcome.case is not None
    assert outcome.case.bank.iban == IBAN


def test_a_mistyped_account_number_goes_back_to_the_sender() -> None:
    bank = {"iban": "DE88370400440532013000", "holder": "Jana Sommerfeld"}
    with pytest.raises(RuleViolation) as caught:
        decide(case_data(bank=bank))

    (finding,) = caught.value.findings
    assert ("iban_invalid", "bank.iban") == (finding.rule, finding.field)
    assert bank["iban"] not in str(caught.value)


@pytest.mark.parametrize(
    "change",
    [
        {"case_id": "kein Fall"},
        {"child": {**CHILD, "birth_date": "gestern"}},
        {"child": {**CHILD, "nationality": "deutsch"}},
        {"carer": {"family_name": "Sommerfeld"}},
        {"surprise": "x"},
    ],
)
def test_a_record_of_another_shape_is_the_operators_matter(change: dict[str, Any]) -> None:
    with pytest.raises(Misconfigured, match="record_shape"):
        decide(case_data(**change))


def test_a_new_account_does_not_reach_a_running_payment_unnoticed() -> None:
    known = make_case(orders=(make_payout(state="accepted"),))
    outcome = decide(case_data(bank={"iban": OTHER_IBAN, "holder": "Jana Sommerfeld"}), known)

    assert ["payee_changed"] == [clearing.code for clearing in outcome.clearings]


@pytest.mark.parametrize("orders", [(), (make_payout(state="refused"),), (make_order(),)])
def test_a_new_account_needs_nobody_while_nothing_is_paid(orders: tuple[Any, ...]) -> None:
    known = make_case(orders=orders)
    outcome = decide(case_data(bank={"iban": OTHER_IBAN, "holder": "Jana Sommerfeld"}), known)

    assert () == outcome.clearings


def test_a_cleared_up_nationality_leads_to_the_register() -> None:
    known = make_case(child=make_child(nationality="998"), periods=(make_period(),))
    outcome = decide(case_data(child={**CHILD, "nationality": "166"}), known)

    assert [Role.REGISTER] == [send.role for send in outcome.sends]
    assert outcome.case is not None
    assert outcome.case.register.state == "queried"


def test_the_register_is_not_asked_again_with_every_update() -> None:
    known = make_case(
        child=make_child(nationality="166"),
        periods=(make_period(),),
        register=make_register_state(),
    )
    outcome = decide(case_data(child={**CHILD, "nationality": "151"}), known)

    assert () == outcome.sends


def test_an_open_question_is_not_asked_again_with_every_update() -> None:
    known = make_case(child=make_child(nationality="998"), periods=(make_period(),))
    outcome = decide(case_data(child={**CHILD, "nationality": "998"}), known)

    assert () == outcome.clearings
