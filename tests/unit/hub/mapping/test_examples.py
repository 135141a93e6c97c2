"""Examples are found in their order and belong to one mapping."""

from pathlib import Path

import pytest

from hub.core.errors import Misconfigured
from hub.mapping.examples import examples_of


def test_examples_come_in_their_order(tmp_path: Path) -> None:
    folder = tmp_path / "a-to-hub" / "examples" / "X"
    folder.mkdir(parents=True)
    for name in ("02.in.csv", "02.out.json", "01.in.csv", "01.out.json"):
        (folder / name).touch()

    found = [(e.source.name, e.target.name) for e in examples_of("a-to-hub/X", tmp_path)]

    assert [("01.in.csv", "01.out.json"), ("02.in.csv", "02.out.json")] == found


def test_an_input_needs_one_output(tmp_path: Path) -> None:
    folder = tmp_path / "a-to-hub" / "examples" / "X"
    folder.mkdir(parents=True)
    (folder / "01.in.csv").touch()

    with pytest.raises(Misconfigured, match="example_incomplete"):
        list(examples_of("a-to-hub/X", tmp_path))
