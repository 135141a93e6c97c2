"""An answer is checked against what was offered: each object once, none unknown, none turned."""

from __future__ import annotations

from datetime import date
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from efile.handover.answers import (
    AnswerContradicts,
    Appraised,
    Objection,
    Standpoint,
    TakenIn,
    check_appraisal,
    check_taken,
)
from efile.index.offers import Offer, OfferState

UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
DAY = date(2026, 11, 22)
NAMES = st.sampled_from([f"akte-{number}" for number in range(6)])
STATES = st.sampled_from(get_args(OfferState))
OFFERED = st.dictionaries(NAMES, STATES, max_size=5)
APPRAISED = st.lists(
    st.builds(
        Appraised, NAMES, st.sampled_from(["A", "B", "V", "Auswahl"]), st.none() | st.just(7)
    ),
    max_size=6,
)
TAKEN = st.lists(st.builds(TakenIn, NAMES, st.booleans()), max_size=6)


def files(states: dict[str, OfferState]) -> dict[str, Standpoint]:
    return {
        name: Standpoint(name, f"51.3-{name}", Offer("p-1", DAY, 1, state, DAY))
        for name, state in states.items()
    }


def codes(wrong: list[Objection]) -> list[str]:
    return [one.code for one in wrong]


@UNHURRIED
@given(OFFERED, APPRAISED)
def test_an_appraisal_is_new_known_or_objected_to(
    states: dict[str, OfferState], objects: list[Appraised]
) -> None:
    new, wrong = check_appraisal(objects, files(states), ())

    repeated = len(objects) - len({one.id for one in objects})
    known = {one.id for one in objects} - new.keys()
    assert repeated == sum(
        code in ("appraised_twice", "appraisal_contradicts") for code in codes(wrong)
    )
    for name, says in new.items():
        assert says == next(one.says for one in objects if one.id == name)
        assert states[name] in ("offered", "appraising")
    assert len(known) <= len(wrong) - repeated + sum(
        states.get(name) in ("wanted", "declined", "appraising", "delivered", "refused", "taken")
        for name in known
    )


@UNHURRIED
@given(OFFERED, APPRAISED)
def test_an_answer_that_was_taken_changes_nothing_when_it_comes_again(
    states: dict[str, OfferState], objects: list[Appraised]
) -> None:
    new, wrong = check_appraisal(objects, files(states), ())
    after: dict[str, OfferState] = {"A": "wanted", "V": "declined", "B": "appraising"}  # type: ignore[dict-item]  # words of one kind
    later = states | {name: after[says] for name, says in new.items()}

    again, still = check_appraisal(objects, files(later), ())

    assert {} == again
    assert codes(wrong) == codes(still)


@UNHURRIED
@given(OFFERED, TAKEN)
def test_only_what_was_delivered_is_taken_in(
    states: dict[str, OfferState], objects: list[TakenIn]
) -> None:
    new, wrong = check_taken(objects, files(states), {})

    for name, one in new.items():
        assert states[name] in ("delivered", "refused")
        assert one is next(each for each in objects if each.id == name)
    said = {one.id for one in objects}
    assert len(said) <= len(new) + len(wrong) + sum(states.get(name) == "taken" for name in said)


@pytest.mark.parametrize(
    ("objects", "state", "code"),
    [
        ([Appraised("a", "A", 4), Appraised("a", "A", 9)], "offered", "appraised_twice"),
        ([Appraised("a", "A", 4), Appraised("a", "V", 9)], "offered", "appraisal_contradicts"),
        ([Appraised("b", "A", 4)], "offered", "appraised_object_unknown"),
        ([Appraised("c", "A", 4)], "offered", "offer_superseded"),
        ([Appraised("a", "Auswahl", 4)], "offered", "appraisal_not_understood"),
        ([Appraised("a", "V", 4)], "wanted", "appraisal_changed"),
        ([Appraised("a", "A", 4)], "declined", "appraisal_changed"),
        ([Appraised("a", "B", 4)], "taken", "appraisal_changed"),
    ],
)
def test_an_objection_says_what_where_and_what_to_do(
    objects: list[Appraised], state: OfferState, code: str
) -> None:
    _, wrong = check_appraisal(objects, files({"a": state}), {"c"})

    assert [code] == codes(wrong)
    assert f"{objects[-1].id}, Zeile {objects[-1].line}" == wrong[0].place
    assert "Archiv" in wrong[0].remedy
    assert f"[{code}]" in str(AnswerContradicts(wrong))


def test_a_fault_in_a_part_keeps_the_file_from_being_taken() -> None:
    done, fault = TakenIn("a", done=True), TakenIn("doc-1", done=False, faults=("defekt",))
    holders = {"doc-1": "a", "doc-2": "a"}
    known = files({"a": "delivered"})

    assert ({"a": done}, []) == check_taken([done, TakenIn("doc-2", done=True)], known, holders)
    assert ({"a": fault}, []) == check_taken([done, fault], known, holders)
    assert ({"a": fault}, []) == check_taken([fault, done], known, holders)
    assert ({}, []) == check_taken([TakenIn("doc-2", done=True)], known, holders)


def test_what_was_taken_stays_taken() -> None:
    _, wrong = check_taken([TakenIn("a", done=False)], files({"a": "taken"}), {})
    _, early = check_taken([TakenIn("a", done=True)], files({"a": "wanted"}), {})

    assert (["taken_already"], ["nothing_delivered"]) == (codes(wrong), codes(early))


def test_many_objections_are_counted() -> None:
    _, wrong = check_appraisal([Appraised("x", "A"), Appraised("y", "A")], {}, ())

    refused = AnswerContradicts(wrong)

    assert (2, "appraised_object_unknown", "x") == (
        len(refused.objections), refused.code, refused.place,
    )  # fmt: skip
    assert "Und 1 weitere" in refused.message
