"""Every module says what it is for and stays small enough to be read at once."""

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.tree import PACKAGES, ROOT, modules, name_of, syntax

MODULE_LINES = 400
FUNCTION_LINES = 50
CLASS_LINES = 250
TEST_LINES = 40
MODULES_PER_PACKAGE = 12
WHY_LARGER = {
    "hub/cli": "one module per group of commands; they share only how a command is declared",
}
DEPTH = 4
"""Packages are nested at most three deep below hub and efile."""
VAGUE = {"common", "helper", "helpers", "manager", "misc", "processor", "util", "utils"}


def test_every_module_says_what_it_is_for() -> None:
    assert [] == [name_of(path) for path in modules() if not ast.get_docstring(syntax(path))]


def test_every_module_is_read_at_once() -> None:
    assert [] == [name_of(p) for p in modules() if len(p.read_text().splitlines()) > MODULE_LINES]


def test_functions_and_classes_are_short() -> None:
    assert [] == [long for path in modules() for long in _too_long(path)]


def test_test_functions_are_short() -> None:
    long = [
        f"{name_of(path)} {function.name}"
        for path in modules("tests")
        for function in _functions(path)
        if function.name.startswith("test_") and _lines(function) > TEST_LINES
    ]

    assert [] == long


def test_modules_are_named_after_things() -> None:
    assert [] == [
        name_of(p) for p in modules() if VAGUE & set(Path(name_of(p)).with_suffix("").parts)
    ]


def test_imports_stand_at_the_top() -> None:
    inside = [
        f"{name_of(path)}:{node.lineno}"
        for path in modules()
        for function in _functions(path)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]

    assert [] == inside


def test_packages_hold_few_modules_or_say_why_not() -> None:
    count = Counter(name_of(p.parent) for p in modules() if p.name != "__init__.py")

    assert set(WHY_LARGER) == {room for room, n in count.items() if n > MODULES_PER_PACKAGE}


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


def _too_long(path: Path) -> list[str]:
    classes = [node for node in ast.walk(syntax(path)) if isinstance(node, ast.ClassDef)]
    long = [f for f in _functions(path) if _lines(f) > FUNCTION_LINES]
    long += [c for c in classes if _lines(c) > CLASS_LINES]
    return [f"{name_of(path)} {node.name}: {_lines(node)}" for node in long]


def _lines(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1
