import re
from pathlib import Path

from efile import FormNode
from hub.web.presentation.records import NAMES, readable

CATALOGUE = Path(__file__).parents[5] / "docs" / "development" / "records.md"
HIDDEN = {"azr number", "former azr number", "blocks", "benefits", "faults", "attributes"}
"""Only in traffic with the register, which is never filed (§ 10 AZRG)."""


def test_every_field_of_the_catalogue_that_is_filed_has_a_german_name() -> None:
    text = CATALOGUE.read_text(encoding="utf-8").split("## What a writing mapping")[0]
    rows = re.findall(r"^\| `(\w+)` \|.*$", text, re.MULTILINE)

    assert set() == {row.replace("_", " ") for row in rows} - set(NAMES) - HIDDEN


def test_amounts_days_and_words_are_german() -> None:
    record = FormNode("data", "", (
        FormNode("amount cents", "-123456", ()), FormNode("begin", "2026-11-01", ()),
        FormNode("mode", "once", ()), FormNode("familienname", "Öz", ()),
    ))  # fmt: skip

    assert [
        ("Betrag", "-1.234,56 €"), ("Beginn", "01.11.2026"), ("Zahlungsweise", "einmalig"),
        ("familienname", "Öz"),
    ] == [(node.label, node.value) for node in readable(record).children]  # fmt: skip
