"""``docs/errors.md`` knows every code, and every code it knows exists."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator

from tests.architecture.tree import ROOT, modules, name_of, syntax

PAGE = ROOT / "docs/errors.md"
WORD = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
ROW = re.compile(r"^\| `([a-z0-9_]+)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
CARRIERS = ("code", "rule")
"""Parameters and fields of these names carry an error code."""


def _documented() -> dict[str, list[tuple[str, ...]]]:
    rows = defaultdict(list)
    for code, *rest in ROW.findall(PAGE.read_text(encoding="utf-8")):
        rows[code].append(tuple(rest))
    return rows


def _carriers() -> dict[str, int]:
    """Return the functions and classes that take a code, and at which position."""
    found = {}
    for path in modules():
        for node in ast.walk(syntax(path)):
            if isinstance(node, ast.ClassDef):
                found |= _position(node.name, _fields(node))
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                found |= _position(
                    node.name, [a.arg for a in node.args.args if a.arg not in {"self", "cls"}]
                )
    return _with_subclasses(found)


def _fields(node: ast.ClassDef) -> list[str]:
    for part in node.body:
        if isinstance(part, ast.FunctionDef) and part.name == "__init__":
            return [a.arg for a in part.args.args[1:]]
    return [
        p.target.id
        for p in node.body
        if isinstance(p, ast.AnnAssign) and isinstance(p.target, ast.Name)
    ]


def _position(name: str, parameters: list[str]) -> dict[str, int]:
    carrier = next((word for word in parameters if word in CARRIERS), None)
    return {} if carrier is None else {name: parameters.index(carrier)}


def _with_subclasses(found: dict[str, int]) -> dict[str, int]:
    """An error leaf takes its code where its branch takes it."""
    classes = [
        n for path in modules() for n in ast.walk(syntax(path)) if isinstance(n, ast.ClassDef)
    ]
    for _ in range(4):
        for node in classes:
            for base in node.bases:
                if isinstance(base, ast.Name) and base.id in found:
                    found.setdefault(node.name, found[base.id])
    return found


def _raised() -> dict[str, str]:
    """Return every code given to a carrier, with one place where that happens."""
    carriers = _carriers()
    return {
        code: f"{name_of(path)}:{node.lineno}"
        for path in modules()
        for node in ast.walk(syntax(path))
        if isinstance(node, ast.Call)
        for code in _codes(node, carriers)
    }


def _codes(call: ast.Call, carriers: dict[str, int]) -> Iterator[str]:
    name = getattr(call.func, "id", getattr(call.func, "attr", ""))
    if name == "add" and getattr(getattr(call.func, "value", None), "id", "") in {
        "commands",
        "group",
    }:
        return  # declares a command
    given = [keyword.value for keyword in call.keywords if keyword.arg in CARRIERS]
    if name in carriers:
        given += call.args[carriers[name] : carriers[name] + 1]
    for value in given:
        # A choice between two codes gives both.
        parts = [value.body, value.orelse] if isinstance(value, ast.IfExp) else [value]
        for part in parts:
            if (
                isinstance(part, ast.Constant)
                and isinstance(part.value, str)
                and WORD.fullmatch(part.value)
            ):
                yield part.value


def _words() -> set[str]:
    """Return every text constant, also where a table or a variable carries the code on."""
    return {
        node.value
        for path in modules()
        for node in ast.walk(syntax(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def test_every_code_is_in_the_manual() -> None:
    known = _documented()

    assert {} == {code: place for code, place in sorted(_raised().items()) if code not in known}


def test_the_manual_knows_no_code_that_does_not_exist() -> None:
    assert set() == set(_documented()) - _words()


def test_a_code_has_one_meaning() -> None:
    assert [] == [code for code, rows in _documented().items() if len(set(rows)) > 1]


def test_every_code_says_who_must_act_and_what_to_do() -> None:
    empty = [
        code
        for code, rows in _documented().items()
        for row in rows
        if not all(c.strip() for c in row)
    ]

    assert [] == empty


def test_the_search_for_codes_finds_some() -> None:
    assert {"settings_missing", "unknown_tenant"} <= set(_raised())
