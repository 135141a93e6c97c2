from __future__ import annotations

from pathlib import Path

import pytest

from hub.core.errors import Misconfigured
from hub.core.findings import Level
from hub.formats.rules import NO_RULES, Rule, read_rules

RULE = '[[rules]]\nid = "four_eyes_missing"\ntext = "Zwei Personen."\n'


def test_a_schema_without_rules_has_none(tmp_path: Path) -> None:
    assert NO_RULES == read_rules(tmp_path / "nichts.rules.toml")


@pytest.mark.parametrize(
    "text",
    [
        RULE.replace("four_eyes_missing", "Four Eyes"),
        RULE + 'weight = "heavy"\n',
        RULE + 'level = "fatal"\n',
        RULE + RULE,
        "[[rules",
    ],
)
def test_what_is_no_rule_is_the_operators_matter(tmp_path: Path, text: str) -> None:
    path = tmp_path / "A-1.0.rules.toml"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(Misconfigured, match="rules_invalid"):
        read_rules(path)


def test_a_level_may_be_graded_anew() -> None:
    rule = Rule(id="four_eyes_missing", text="Zwei Personen.")

    assert Level.ERROR is rule.graded({})
    assert Level.WARNING is rule.graded({"four_eyes_missing": Level.WARNING})
    assert Level.ERROR is rule.graded({"another_rule": Level.INFO})
