"""Only errors make a check fail."""

import pytest

from hub.core.findings import Finding, Level, Verdict, verdict_of


@pytest.mark.parametrize(
    ("levels", "verdict"),
    [
        ([], Verdict.PASSED),
        ([Level.INFO, Level.WARNING], Verdict.PASSED),
        ([Level.WARNING, Level.ERROR], Verdict.FAILED),
    ],
)
def test_the_verdict_follows_the_gravest_finding(levels: list[Level], verdict: Verdict) -> None:
    assert verdict == verdict_of(tuple(Finding("rule", "Satz.", level) for level in levels))


def test_a_finding_shows_the_stable_keys() -> None:
    keys = {"rule", "message", "level", "line", "column", "path", "row", "field"}

    assert keys == set(Finding("date_wrong", "Satz.").to_dict())
