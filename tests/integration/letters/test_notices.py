"""The fields the case core's notices yield are the fields our templates need."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hub.letters.render import render
from hub.letters.templates import Templates
from hub.partners.case_core import HANDLERS
from tests.factories import RECLAIM, make_case, make_situation, notice
from tests.unit.hub.letters.word import part_of

TEMPLATES = Templates.load(Path(__file__).parents[3] / "templates")


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("BEW", {}),
        ("BEW", {"reclaim": RECLAIM}),
        ("AEN", {}),
        ("EIN", {}),
        ("EIN", {"reclaim": RECLAIM, "reasons": []}),
        ("ABL", {}),
        ("ERS", {"reclaim": RECLAIM}),
        ("AUF", {"reclaim": RECLAIM}),
    ],
)
def test_a_notice_becomes_a_letter(kind: str, changes: dict[str, Any]) -> None:
    outcome = HANDLERS["Bescheid"](notice(kind, **changes), make_situation(make_case()))
    (letter,) = outcome.letters
    template = TEMPLATES.template(letter.template)

    text = part_of(render(template.content, letter.fields, letter.template))

    assert letter.fields["recipient"]["name"] in text
    assert letter.fields["case_id"] in text
    assert (letter.fields["reclaim"] is not None) == ("Fällig am:" in text)
