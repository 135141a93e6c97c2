"""Findings are capped, counts are not."""

from hub.formats.tally import Tally, shown


def test_only_the_first_findings_are_kept_but_all_are_counted() -> None:
    tally = Tally(cap=2)
    for row in range(5):
        tally.add("rule_a", "Meldung", row=row)

    assert [0, 1] == [finding.row for finding in tally.findings]
    assert tally.counts == {"rule_a": 5}


def test_a_long_or_unprintable_value_is_shown_short_and_printable() -> None:
    assert shown("x" * 100) == "„" + "x" * 59 + "…“"
    assert shown("a\x00b\n") == r"„a\x00b\n“"
