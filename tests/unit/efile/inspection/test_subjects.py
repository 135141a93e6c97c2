"""What is proposed depends on who asks, and is never their own."""

from efile.inspection.subjects import Particular, proposed, term
from tests.inspected import KNOWN


def kinds(asker: str, *more: Particular, blocked: bool = False) -> set[tuple[str, str]]:
    terms = proposed(asker, (*KNOWN, *more), blocked=blocked)
    return {(one.person, one.kind) for one in terms}


def test_a_parent_does_not_read_where_the_other_lives_but_knows_the_name() -> None:
    assert {("carer", "address")} == kinds("other_parent")
    assert {("other_parent", kind) for kind in ("address", "place", "birth_date", "iban")} == kinds(
        "carer"
    )


def test_anybody_else_reads_no_names_either() -> None:
    assert {("other_parent", "name"), ("carer", "name")} <= kinds("other")


def test_what_is_the_askers_too_is_not_proposed() -> None:
    shared = Particular("carer", "iban", "DE89 3704 0044 0532 0130 00")

    assert ("other_parent", "iban") not in kinds("carer", shared)


def test_what_stands_in_the_letterhead_of_the_office_is_not_proposed() -> None:
    letterhead = Particular("office", "phone", "0999 1234")
    shared = Particular("other_parent", "phone", "0999/1234")

    assert {kind for _, kind in kinds("carer", letterhead, shared)} == {
        "address", "place", "birth_date", "iban",
    }  # fmt: skip


def test_where_a_block_protects_somebody_the_town_is_too_much() -> None:
    town = Particular("carer", "city", "Musterstadt")

    assert ("carer", "city") not in kinds("other_parent", town)
    assert ("carer", "city") in kinds("other_parent", town, blocked=True)
    (found,) = [
        one for one in proposed("other_parent", (town,), blocked=True) if one.kind == "city"
    ]
    assert "C" == found.ground


def test_the_childs_birthday_is_no_secret_to_its_parents() -> None:
    birthday = Particular("child", "birth_date", "2019-05-02")

    assert ("child", "birth_date") not in kinds("carer", birthday)
    assert ("child", "birth_date") in kinds("other", birthday)


def test_a_term_keeps_its_name_however_often_it_is_made() -> None:
    assert term("x", "name", "Krause ", "A").id == term("x", "name", "krause", "B").id
    assert term("x", "name", "Krause", "A").id != term("y", "name", "Krause", "A").id
