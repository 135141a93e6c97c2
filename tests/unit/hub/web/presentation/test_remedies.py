"""What a report says of a rule is what the error catalogue says."""

import re

from hub.web.presentation.remedies import RULES
from tests.architecture.tree import ROOT

ROW = re.compile(r"^\| `([a-z0-9_]+)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)


def _catalogue() -> dict[str, tuple[str, str, str]]:
    text = (ROOT / "docs/errors.md").read_text(encoding="utf-8")
    section = text[text.index("## Formate") : text.index("## Schreiben")]
    return {
        code: (who, plain(what), plain(remedy)) for code, who, what, remedy in ROW.findall(section)
    }


def plain(text: str) -> str:
    return re.sub(r"`([^`]*)`", "„\\1“", text)


def test_every_rule_is_told_in_the_words_of_the_catalogue() -> None:
    known = _catalogue()

    assert {code: known[code][1:] for code in RULES} == {
        code: (rule.meaning, rule.remedy) for code, rule in RULES.items()
    }


def test_no_rule_a_sender_can_break_is_missing() -> None:
    assert [] == [c for c, row in _catalogue().items() if row[0] == "Absender" and c not in RULES]
