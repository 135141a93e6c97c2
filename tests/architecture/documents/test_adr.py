"""Decisions are recorded on one page each, in one form."""

import re
from collections import Counter
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, name_of

RECORDS = sorted((ROOT / "docs/adr").glob("*.md"))
HEADINGS = {"Status", "Context", "Decision", "Consequences"}
STATUS = r"^## Status\n\n(Accepted|Proposed|Superseded by \d{4}), \d{4}-\d\d-\d\d\."
PAGE_LINES = 90


@pytest.mark.parametrize("path", RECORDS, ids=name_of)
def test_a_record_has_the_form(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert re.fullmatch(r"\d{4}-[a-z0-9]+(-[a-z0-9]+)*\.md", path.name)
    assert text.startswith(f"# {path.name[:4]} ")
    assert set(re.findall(r"^## (.+)$", text, re.MULTILINE)) == HEADINGS
    assert re.search(STATUS, text, re.MULTILINE)
    assert len(text.splitlines()) <= PAGE_LINES


def test_numbers_are_given_once() -> None:
    count = Counter(path.name[:4] for path in RECORDS)

    assert [] == [number for number, n in count.items() if n > 1]
