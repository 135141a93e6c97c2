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
    candidates = {p.stem for p in room.glob("*.py")} | {
        p.parent.name for p in room.glob("*/__init__.py")
    }

    assert any(thing == name or thing.startswith(f"{name}_") for name in candidates), (
        f"{name_of(room)} has no module for {path.name}"
    )


def test_every_package_with_code_has_unit_tests() -> None:
    rooms = {p.parent for p in modules() if p.name not in {"__init__.py", "__main__.py"}}
    tested = {ROOT / p.parent.relative_to(UNIT) for p in UNIT_TESTS}

    assert set() == {name_of(r) for r in rooms if not any(r == t or r in t.parents for t in tested)}


@pytest.mark.parametrize("path", modules("tests"), ids=name_of)
def test_tests_are_skipped_one_by_one(path: Path) -> None:
    """A module skipped as a whole would hide its markers from the gate of mandatory suites."""
    names = {node.attr for node in ast.walk(syntax(path)) if isinstance(node, ast.Attribute)}
    keywords = {node.arg for node in ast.walk(syntax(path)) if isinstance(node, ast.keyword)}

    assert "importorskip" not in names
    assert "allow_module_level" not in keywords
