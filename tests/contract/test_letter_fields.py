"""The letters of notices bring every field their template needs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hub.letters.fields import missing_fields
from hub.letters.templates import Templates
from hub.partners.case_core import HANDLERS
from tests.factories import RECLAIM, make_case, make_situation, notice

TEMPLATES = Templates.load(Path(__file__).parents[2] / "templates")
WITH_RECLAIM: dict[str, Any] = {"reclaim": RECLAIM}


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("BEW", {}),
        ("BEW", WITH_RECLAIM),
        ("ABL", {}),
        ("ABL", {"reasons": []}),
        ("AEN", {}),
        ("AEN", WITH_RECLAIM),
        ("EIN", {}),
        ("EIN", WITH_RECLAIM),
        ("ERS", {}),
        ("AUF", WITH_RECLAIM),
    ],
)
def test_a_letter_brings_every_field(kind: str, changes: dict[str, Any]) -> None:
    outcome = HANDLERS["Bescheid"](notice(kind, **changes), make_situation(make_case()))
    (letter,) = outcome.letters
    needed = frozenset(TEMPLATES.template(letter.template).fields)

    assert () == missing_fields(needed, letter.fields)


def test_every_template_has_its_notice() -> None:
    kinds = ["BEW", "ABL", "AEN", "EIN", "ERS"]
    outcomes = [HANDLERS["Bescheid"](notice(k), make_situation(make_case())) for k in kinds]
    used = {letter.template for outcome in outcomes for letter in outcome.letters}

    assert used == set(TEMPLATES.names())
