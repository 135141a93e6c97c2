"""Unit tests stand where the module they test stands."""

import ast
from pathlib import Path

from tests.architecture.tree import ROOT, modules, name_of, syntax

UNIT = ROOT / "tests" / "unit"
UNIT_TESTS = [
    p for p in modules("tests") if UNIT in p.parents and p.name.startswith("test_")
]  # fmt: skip


def test_every_unit_test_has_its_module() -> None:
    assert [] == [name_of(path) for path in UNIT_TESTS if not _has_module(path)]


def _has_module(path: Path) -> bool:
    room = ROOT / path.parent.relative_to(UNIT)
    things = {p.stem for p in room.iterdir() if p.suffix == ".py" or p.is_dir()}
    test = path.stem.removeprefix("test_")
    return any(test == thing or test.startswith(f"{thing}_") for thing in things)


def test_every_room_is_tested() -> None:
    """By unit tests where it can be, else by tests of another tier that import it."""
    rooms = {"/".join(name_of(p).split("/")[:2]) for p in modules() if p.parent.parent != ROOT}
    tested = {"/".join(name.split(".")[:2]) for p in modules("tests") for name in _imports(p)}
    tested |= {"/".join(p.relative_to(UNIT).parts[:2]) for p in UNIT_TESTS}

    assert set() == rooms - tested


def _imports(path: Path) -> list[str]:
    nodes = [
        node for node in ast.walk(syntax(path)) if isinstance(node, ast.ImportFrom | ast.Import)
    ]
    return [
        full
        for node in nodes
        for alias in node.names
        for full in [f"{getattr(node, 'module', '')}.{alias.name}".lstrip(".")]
    ]


def test_tests_are_skipped_one_by_one() -> None:
    """A module skipped as a whole would hide its markers from the gate of mandatory suites."""
    whole = {"importorskip", "allow_module_level"}

    assert [] == [name_of(path) for path in modules("tests") if whole & _words(path)]


def _words(path: Path) -> set[str]:
    nodes = list(ast.walk(syntax(path)))
    attributes = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    return attributes | {str(node.arg) for node in nodes if isinstance(node, ast.keyword)}
