"""Every module says what it is for and stays small enough to be read at once."""

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.tree import PACKAGES, ROOT, modules, name_of, syntax

MODULE_LINES = 400
FUNCTION_LINES = 50
CLASS_LINES = 250
TEST_LINES = 40
MODULES_PER_PACKAGE = 12
DEPTH = 4
"""Packages are nested at most three deep below hub and efile."""
VAGUE = {"common", "helper", "helpers", "manager", "misc", "processor", "util", "utils"}

every_module = pytest.mark.parametrize("path", modules(), ids=name_of)
every_test_module = pytest.mark.parametrize("path", modules("tests"), ids=name_of)


@every_module
def test_a_module_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(syntax(path)), f"{name_of(path)} has no docstring"


@every_module
def test_a_module_is_read_at_once(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())

    assert lines <= MODULE_LINES


@every_module
def test_functions_and_classes_are_short(path: Path) -> None:
    assert [] == _too_long(path, FUNCTION_LINES)


@every_test_module
def test_test_functions_are_short(path: Path) -> None:
    assert [] == _too_long(path, TEST_LINES)


@every_module
def test_a_module_is_named_after_a_thing(path: Path) -> None:
    assert not VAGUE & set(Path(name_of(path)).with_suffix("").parts)


@every_module
def test_imports_stand_at_the_top(path: Path) -> None:
    inside = [
        node.lineno
        for function in _functions(path)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]

    assert [] == inside


def test_packages_hold_few_modules() -> None:
    count = Counter(name_of(p.parent) for p in modules() if p.name != "__init__.py")

    assert {} == {room: n for room, n in count.items() if n > MODULES_PER_PACKAGE}


def test_packages_are_not_nested_deeply() -> None:
    assert [] == [name_of(p) for p in modules() if len(p.relative_to(ROOT).parent.parts) > DEPTH]


def test_every_folder_of_modules_is_a_package() -> None:
    folders = {p.parent for p in modules()}

    assert [] == [name_of(f) for f in folders if not (f / "__init__.py").exists()]


def test_both_packages_were_read() -> None:
    assert set(PACKAGES) == {name_of(p).split("/")[0] for p in modules()}


def _functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(syntax(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _too_long(path: Path, wall: int) -> list[str]:
    classes = [node for node in ast.walk(syntax(path)) if isinstance(node, ast.ClassDef)]
    return [f"{f.name}: {_lines(f)}" for f in _functions(path) if _lines(f) > wall] + [
        f"{c.name}: {_lines(c)}" for c in classes if _lines(c) > CLASS_LINES
    ]


def _lines(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1
