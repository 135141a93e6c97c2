"""Unit tests stand where the module they test stands."""

import ast
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, modules, name_of, syntax

UNIT = ROOT / "tests" / "unit"
UNIT_TESTS = [
    p for p in modules("tests") if UNIT in p.parents and p.name.startswith("test_")
]  # fmt: skip


@pytest.mark.parametrize("path", UNIT_TESTS, ids=name_of)
def test_a_unit_test_has_its_module(path: Path) -> None:
    room = ROOT / path.parent.relative_to(UNIT)
    thing = path.stem.removeprefix("test_")
    candidates = {p.stem for p in room.iterdir() if p.suffix == ".py" or p.is_dir()}

    assert any(thing == name or thing.startswith(f"{name}_") for name in candidates), (
        f"{name_of(room)} has no module for {path.name}"
    )


def test_every_room_has_unit_tests() -> None:
    rooms = {"/".join(name_of(p).split("/")[:2]) for p in modules() if p.parent.parent != ROOT}
    tested = {"/".join(p.relative_to(UNIT).parts[:2]) for p in UNIT_TESTS}

    assert set() == rooms - tested


@pytest.mark.parametrize("path", modules("tests"), ids=name_of)
def test_tests_are_skipped_one_by_one(path: Path) -> None:
    """A module skipped as a whole would hide its markers from the gate of mandatory suites."""
    names = {node.attr for node in ast.walk(syntax(path)) if isinstance(node, ast.Attribute)}
    keywords = {node.arg for node in ast.walk(syntax(path)) if isinstance(node, ast.keyword)}

    assert "importorskip" not in names
    assert "allow_module_level" not in keywords
