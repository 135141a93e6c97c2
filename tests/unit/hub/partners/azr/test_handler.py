import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from hub.core.errors import Misconfigured
from hub.core.record import Record
from hub.partners.azr import HANDLERS
from hub.partners.outcome import Outcome, Role
from hub.uvg.model import Case, RegisterState
from tests.factories import make_case, make_child, make_situation

NUMBER = "151103000001"
NEWER = "160722000002"
CHILD = make_child(family_name="Beispiel", given_names="Amina", nationality="475")
QUERIED = RegisterState(state="queried", benefit_begin=date(2026, 11, 1), clerk="mmuster")
CASE = make_case(case_id="UVG-2026-004711", child=CHILD, register=QUERIED)
TODAY = date(2026, 11, 23)
PERSON = {
    "family_name": "Beispiel",
    "given_names": "Amina",
    "birth_date": "2015-03-09",
    "sex": "w",
    "nationality": "475",
}


def case(**register: object) -> Case:
    return replace(CASE, register=replace(QUERIED, **register))


def decide(kind: str, data: dict[str, object], known: Case | None = CASE) -> Outcome:
    return HANDLERS[kind](Record(kind, data), make_situation(known, today=TODAY))


def information(**more: object) -> dict[str, object]:
    return {"azr_number": NUMBER, "person": PERSON, "blocks": [], "benefits": [], **more}


def codes(outcome: Outcome) -> list[str]:
    return [clearing.code for clearing in outcome.clearings]


def sent(outcome: Outcome, role: Role) -> list[Record]:
    return [send.record for send in outcome.sends if send.role is role]


def test_the_record_of_the_child_is_answered_by_a_report_of_the_benefit():
    outcome = decide("Gesamtauskunft", information())

    (report,) = sent(outcome, Role.REGISTER)
    assert report.kind == "Registermeldung"
    assert dict(report.data) == {
        "case_id": "UVG-2026-004711",
        "file_reference": "UVG-2026-004711",
        "azr_number": NUMBER,
        "change": "01",
        "benefit_begin": "2026-11-01",
        "clerk": "mmuster",
    }
    assert outcome.case is not None
    assert outcome.case.register == replace(QUERIED, state="reported", azr_number=NUMBER)


def test_the_case_core_learns_of_the_child_without_the_azr_number():
    outcome = decide(
        "Gesamtauskunft",
        information(residence_title="Aufenthaltserlaubnis", residence_until="2028-01-31"),
    )

    (told,) = sent(outcome, Role.CASE_CORE)
    assert told.kind == "Registerauskunft"
    assert dict(told.data) == {
        "case_id": "UVG-2026-004711",
        "result": "found",
        "at": "2026-11-23",
        "person": {
            "family_name": "Beispiel",
            "given_names": "Amina",
            "birth_date": "2015-03-09",
        },
        "residence_title": "Aufenthaltserlaubnis",
        "residence_until": "2028-01-31",
    }


def test_the_answer_itself_is_filed_as_received():
    (filing,) = decide("Gesamtauskunft", information()).filings

    assert filing.doc_type == "Registerauskunft"
    assert filing.vorgang == "Ausländerzentralregister"
    assert filing.record is None


@pytest.mark.parametrize(
    ("field", "value", "fact"),
    [
        ("family_name", "Beispiël", "Familienname"),
        ("given_names", "Amīna", "Vornamen"),
        ("birth_date", "2015-03-10", "Geburtsdatum"),
        ("birth_date", None, "Geburtsdatum"),
    ],
)
def test_a_record_that_may_be_another_persons_is_not_kept_and_not_reported_on(field, value, fact):
    person = {k: v for k, v in {**PERSON, field: value}.items() if v is not None}

    outcome = decide("Gesamtauskunft", information(person=person))

    assert codes(outcome) == ["register_identity_unclear"]
    assert outcome.clearings[0].facts == {"Abweichung": fact}
    assert sent(outcome, Role.REGISTER) == []
    assert outcome.filings == ()
    assert outcome.case == case(state="unclear")
    assert sent(outcome, Role.CASE_CORE)[0].data["result"] == "ambiguous"


@pytest.mark.parametrize("written", ["BEISPIEL", "  Beispiel ", "beispiel"])
def test_case_and_spaces_of_names_do_not_matter(written):
    outcome = decide("Gesamtauskunft", information(person={**PERSON, "family_name": written}))

    assert codes(outcome) == []


def test_composed_and_combined_letters_are_the_same_name():
    known = replace(CASE, child=replace(CHILD, family_name="Müller"))

    outcome = decide(
        "Gesamtauskunft", information(person={**PERSON, "family_name": "Mu\u0308ller"}), known
    )

    assert codes(outcome) == []


def test_our_own_open_benefit_is_not_reported_twice():
    entry = {"kind": "05", "begin": "2026-11-01", "reference_id": "Ex6S99k01"}

    outcome = decide("Gesamtauskunft", information(benefits=[entry]))

    assert sent(outcome, Role.REGISTER) == []
    assert outcome.case == case(state="acknowledged", azr_number=NUMBER, reference_id="Ex6S99k01")


def test_a_newer_version_of_our_entry_is_still_ours():
    entry = {"kind": "05", "begin": "2026-10-01", "reference_id": "Rx7C56w13"}

    outcome = decide(
        "Gesamtauskunft", information(benefits=[entry]), case(reference_id="Rx7C56w06")
    )

    assert sent(outcome, Role.REGISTER) == []
    assert outcome.case is not None
    assert outcome.case.register.reference_id == "Rx7C56w13"


@pytest.mark.parametrize(
    "entry",
    [
        {"kind": "02", "begin": "2026-11-01", "reference_id": "Ex6S66o07"},
        {"kind": "05", "begin": "2026-11-01", "end": "2026-12-31", "reference_id": "Ex6S99k01"},
    ],
)
def test_other_or_ended_benefits_do_not_replace_our_report(entry):
    outcome = decide("Gesamtauskunft", information(benefits=[entry]))

    assert len(sent(outcome, Role.REGISTER)) == 1
    assert codes(outcome) == []


def test_an_open_benefit_of_another_office_is_reported_past_and_shown():
    entry = {"kind": "05", "begin": "2024-01-01", "reference_id": "Zz1A11a01"}

    outcome = decide("Gesamtauskunft", information(benefits=[entry]))

    assert len(sent(outcome, Role.REGISTER)) == 1
    assert codes(outcome) == ["register_benefit_overlap"]


@pytest.mark.parametrize("state", ["reported", "acknowledged"])
def test_a_repeated_answer_does_not_report_again(state):
    outcome = decide("Gesamtauskunft", information(), case(state=state))

    assert sent(outcome, Role.REGISTER) == []
    assert outcome.case == case(state=state, azr_number=NUMBER)


def test_a_query_without_a_benefit_reports_nothing():
    outcome = decide("Gesamtauskunft", information(), case(benefit_begin=None))

    assert sent(outcome, Role.REGISTER) == []


def test_nobody_reports_without_a_natural_person():
    outcome = decide("Gesamtauskunft", information(), case(clerk=""))

    assert sent(outcome, Role.REGISTER) == []
    assert codes(outcome) == ["register_clerk_missing"]


def test_transmission_blocks_are_shown_and_do_not_stop_the_report():
    outcome = decide("Gesamtauskunft", information(blocks=["06", "02"]))

    assert codes(outcome) == ["register_block"]
    assert outcome.clearings[0].facts == {"Sperren": "06, 02"}
    assert len(sent(outcome, Role.REGISTER)) == 1


def test_the_number_of_a_merged_record_replaces_the_former_one():
    outcome = decide(
        "Gesamtauskunft",
        information(azr_number=NEWER, former_azr_number=NUMBER),
        case(azr_number=NUMBER),
    )

    assert outcome.case is not None
    assert outcome.case.register.azr_number == NEWER
    assert sent(outcome, Role.REGISTER)[0].data["azr_number"] == NEWER


def test_an_unknown_person_goes_to_a_clerk_and_to_the_case_core():
    outcome = decide("KeinTreffer", {})

    assert codes(outcome) == ["register_person_not_found"]
    assert sent(outcome, Role.CASE_CORE)[0].data["result"] == "not_found"
    assert outcome.case == case(state="unclear")


def test_of_a_hit_list_only_the_count_remains():
    outcome = decide("Trefferliste", {"count": 2})

    assert codes(outcome) == ["register_ambiguous"]
    assert outcome.clearings[0].facts == {"Treffer": "2"}
    assert outcome.filings == ()
    assert dict(sent(outcome, Role.CASE_CORE)[0].data) == {
        "case_id": "UVG-2026-004711",
        "result": "ambiguous",
        "at": "2026-11-23",
    }


def test_a_confirmed_report_keeps_the_reference_and_is_filed():
    outcome = decide(
        "Meldebestaetigung",
        {"reference_id": "Ex6S99k01"},
        case(state="reported", azr_number=NUMBER),
    )

    assert outcome.case == case(state="acknowledged", azr_number=NUMBER, reference_id="Ex6S99k01")
    assert outcome.filings[0].doc_type == "Registerquittung"
    assert dict(sent(outcome, Role.CASE_CORE)[0].data) == {
        "case_id": "UVG-2026-004711",
        "result": "acknowledged",
        "benefit_begin": "2026-11-01",
        "at": "2026-11-23",
    }


def test_a_confirmation_may_bring_the_number_now_valid():
    outcome = decide(
        "Meldebestaetigung", {"azr_number": NEWER}, case(state="reported", azr_number=NUMBER)
    )

    assert outcome.case == case(state="acknowledged", azr_number=NEWER)


def test_a_refused_report_reaches_clerk_and_case_core_without_the_number():
    fault = {"code": "E000", "text": f"Zu {NUMBER} gesperrt", "attributes": ["azrNummer"]}

    outcome = decide("Registerfehler", {"faults": [fault]}, case(state="reported"))

    assert codes(outcome) == ["register_refused"]
    (told,) = sent(outcome, Role.CASE_CORE)
    assert told.kind == "Registerquittung"
    assert told.data["result"] == "refused"
    assert told.data["code"] == "E000"
    assert told.data["text"] == "Zu [AZR-Nummer] gesperrt"
    assert outcome.clearings[0].facts["Nachricht"] == "Meldung"


def test_a_refused_query_is_an_information_that_failed():
    outcome = decide("Registerfehler", {"faults": [{"code": "E001", "text": "x"}]})

    (told,) = sent(outcome, Role.CASE_CORE)
    assert told.kind == "Registerauskunft"
    assert told.data["result"] == "failed"
    assert outcome.case == case(state="refused")


@pytest.mark.parametrize("kind", sorted(HANDLERS))
def test_an_answer_without_a_case_waits_for_a_clerk(kind):
    outcome = decide(kind, {}, None)

    assert codes(outcome) == ["register_answer_unassigned"]
    assert outcome.sends == ()


def test_a_mapping_that_breaks_the_catalogue_is_the_operators_matter():
    with pytest.raises(Misconfigured):
        decide("Trefferliste", {"count": "zwei"})


answers = st.one_of(
    st.builds(
        lambda blocks, benefits, name: (
            "Gesamtauskunft",
            information(blocks=blocks, benefits=benefits, person={**PERSON, "family_name": name}),
        ),
        st.lists(st.sampled_from(["02", "06", "08"]), max_size=2),
        st.lists(
            st.fixed_dictionaries(
                {"kind": st.sampled_from(["02", "05"]), "reference_id": st.just("Ex6S99k01")},
                optional={"begin": st.sampled_from(["2026-11-01", "2020-01-01"])},
            ),
            max_size=2,
        ),
        st.sampled_from(["Beispiel", "Muster"]),
    ),
    st.sampled_from(
        [
            ("KeinTreffer", {}),
            ("Trefferliste", {"count": 3}),
            ("Meldebestaetigung", {"azr_number": NUMBER, "reference_id": "Ex6S99k01"}),
            ("Registerfehler", {"faults": [{"code": "E0", "text": f"Nr. {NUMBER}"}]}),
        ]
    ),
)


@given(answers, st.sampled_from(["queried", "reported", "acknowledged", "unclear", "refused"]))
def test_the_azr_number_leaves_only_towards_the_register(answer, state):
    kind, data = answer

    outcome = decide(kind, data, case(state=state, azr_number=NUMBER))

    elsewhere = [
        *(
            send.record.to_json().decode()
            for send in outcome.sends
            if send.role is not Role.REGISTER
        ),
        *(json.dumps(dict(clearing.facts)) + clearing.message for clearing in outcome.clearings),
        *(note.text for note in outcome.notes),
        *(filing.title + filing.ref for filing in outcome.filings),
    ]
    assert all(NUMBER not in text for text in elsewhere)
    assert all(filing.record is None for filing in outcome.filings)
