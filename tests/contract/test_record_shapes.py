"""What the mappings yield is what the handlers read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from msgspec import Struct

from hub.core.record import Record
from hub.partners import azr, case_core, cash
from hub.partners.azr import records as from_register
from hub.partners.case_core import records as from_case_core
from hub.partners.cash import records as from_cash
from hub.partners.shape import read_record

MAPPINGS = Path(__file__).parents[2] / "mappings"
EXAMPLES = sorted(MAPPINGS.glob("*-to-hub/examples/*/*.out.json"))
HANDLED = {**case_core.HANDLERS, **cash.HANDLERS, **azr.HANDLERS}


def shape_of(kind: str) -> type[Struct]:
    for module in (from_case_core, from_cash, from_register):
        if hasattr(module, kind):
            return getattr(module, kind)
    raise AssertionError(f"no handler reads {kind}")


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.relative_to(MAPPINGS).as_posix())
def test_an_example_has_the_shape_its_handler_reads(path: Path) -> None:
    records = json.loads(path.read_text(encoding="utf-8"))["records"]

    for record in records:
        read_record(Record(record["kind"], record["data"]), shape_of(record["kind"]))
        assert record["kind"] in HANDLED


def test_there_are_examples_of_every_sender() -> None:
    senders = {path.relative_to(MAPPINGS).parts[0] for path in EXAMPLES}

    assert {"fachverfahren-to-hub", "altverfahren-to-hub", "azr-to-hub"} <= senders
