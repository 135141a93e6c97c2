"""Every example beside a mapping runs, and every mapping has one."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.formats.catalog import Catalog
from hub.mapping.catalog import Mappings
from hub.mapping.examples import Example, examples_of, outcome

ROOT = Path(__file__).parents[2]
MAPPINGS = Mappings.load(ROOT / "mappings", Catalog.load(ROOT / "schemas"))
EXAMPLES = [
    example for name in MAPPINGS.names() for example in examples_of(name, MAPPINGS.directory)
]


@pytest.mark.parametrize("name", MAPPINGS.names())
def test_a_mapping_has_an_example(name: str) -> None:
    assert list(examples_of(name, MAPPINGS.directory))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: f"{e.mapping}/{e.source.name}")
def test_an_example_comes_out_as_written_beside_it(example: Example) -> None:
    wanted, made = outcome(MAPPINGS.mapping(example.mapping), example)

    assert wanted == made


@pytest.mark.parametrize(
    "example",
    [e for e in EXAMPLES if e.mapping.startswith("hub-to-")],
    ids=lambda e: f"{e.mapping}/{e.source.name}",
)
def test_what_is_written_for_a_partner_is_recognised_by_its_format(example: Example) -> None:
    written = example.target.read_bytes()

    assert MAPPINGS.mapping(example.mapping).format.matches(written, example.target.name)
