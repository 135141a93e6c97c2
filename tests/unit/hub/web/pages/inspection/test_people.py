"""What is known of the people of a case: today's, and what older records said."""

from __future__ import annotations

from efile import FormNode, Particular
from hub.web.pages.inspection.people import _of_case, _of_form
from tests.factories import make_case


def node(label: str, *children: FormNode, value: str = "") -> FormNode:
    return FormNode(label, value, children)


def test_the_case_names_every_person_with_what_must_be_kept() -> None:
    found = set(_of_case(make_case()))

    assert {("child", "birth_date"), ("carer", "address"), ("carer", "iban")} <= {
        (one.person, one.kind) for one in found
    }
    assert Particular("other_parent", "name", "Brückner") in found


def test_an_older_record_tells_earlier_addresses_and_accounts() -> None:
    record = node(
        "Falldaten",
        node(
            "carer",
            node("family name", value="Sommerfeld"), node("street", value="Alte Gasse"),
            node("house number", value="7"), node("postal code", value="12345"),
            node("city", value="Altstadt"),
        ),
        node("bank", node("iban", value="DE02120300000000202051")),
        node("clerk", node("name", value="Frau Amt"), node("phone", value="0999 1")),
    )  # fmt: skip

    assert {
        Particular("carer", "name", "Sommerfeld"),
        Particular("carer", "address", "Alte Gasse 7"),
        Particular("carer", "place", "12345 Altstadt"),
        Particular("carer", "city", "Altstadt"),
        Particular("carer", "iban", "DE02120300000000202051"),
    } == set(_of_form(record, ""))


def test_a_birthday_that_is_none_is_left_out() -> None:
    record = node("child", node("birth date", value="unbekannt"))

    assert [] == list(_of_form(record, ""))
