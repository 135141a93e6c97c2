"""Forms compared field by field."""

from hypothesis import given, settings
from hypothesis import strategies as st

from efile import FieldDifference, FormNode, compare_forms


def leaf(label: str, value: str) -> FormNode:
    return FormNode(label, value, ())


def group(label: str, *children: FormNode) -> FormNode:
    return FormNode(label, "", children)


def period(begin: str, end: str, amount: str) -> FormNode:
    return group("Zeitraum", leaf("von", begin), leaf("bis", end), leaf("Betrag", amount))


def test_each_value_says_whether_it_stayed_changed_came_or_went() -> None:
    old = group("Bescheid", leaf("Art", "BEW"), leaf("Betrag", "299,00 €"), leaf("Grund", "x"))
    new = group("Bescheid", leaf("Art", "BEW"), leaf("Betrag", "310,00 €"), leaf("Stand", "y"))

    assert [
        FieldDifference((), "Art", "BEW", "BEW", "same"),
        FieldDifference((), "Betrag", "299,00 €", "310,00 €", "changed"),
        FieldDifference((), "Grund", "x", "", "removed"),
        FieldDifference((), "Stand", "", "y", "added"),
    ] == compare_forms(old, new)


def test_a_period_put_before_the_others_is_the_only_difference() -> None:
    first, second = period("01.01.", "30.06.", "230 €"), period("01.07.", "31.12.", "299 €")
    found = compare_forms(group("B", second), group("B", first, second))

    assert {"Zeitraum 1"} == {one.path[0] for one in found if one.state == "same"}
    assert [("Zeitraum 2", "added")] * 3 == [
        (one.path[0], one.state) for one in found if one.state != "same"
    ]


def test_groups_that_have_most_in_common_belong_together() -> None:
    old = group("B", period("01.01.", "30.06.", "230 €"), period("01.07.", "31.12.", "299 €"))
    new = group("B", period("01.07.", "31.12.", "310 €"))
    changed = [one for one in compare_forms(old, new) if one.state == "changed"]

    assert [(("Zeitraum 2",), "Betrag", "299 €", "310 €")] == [
        (one.path, one.label, one.old, one.new) for one in changed
    ]


FORMS = st.recursive(
    st.builds(leaf, st.sampled_from("abc"), st.sampled_from(["", "1", "2"])),
    lambda inner: st.builds(
        lambda label, children: group(label, *children),
        st.sampled_from("abc"), st.lists(inner, max_size=4),
    ),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=40)
@given(FORMS)
def test_a_form_differs_in_nothing_from_itself(form: FormNode) -> None:
    assert {"same"} >= {one.state for one in compare_forms(form, form)}


@settings(max_examples=40)
@given(FORMS, FORMS)
def test_turned_round_what_came_has_gone(old: FormNode, new: FormNode) -> None:
    def values(found: list[FieldDifference], *, turned: bool) -> list[str]:
        pairs = ((one.new, one.old) if turned else (one.old, one.new) for one in found)
        return sorted(value for pair in pairs for value in pair if value)

    forth, back = compare_forms(old, new), compare_forms(new, old)

    assert values(forth, turned=False) == values(back, turned=True)
