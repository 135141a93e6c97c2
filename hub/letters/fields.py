"""Which fields a template uses, and whether they were given.

A template may name fields (``{{ office.name }}``), repeat (``for``) and choose (``if``).
Everything else the template language could do (calls, filters, arithmetic, imports) is
refused before it is compiled, so the sandbox is the second wall and not the only one.

A field is written as a path: ``office.name``, ``periods[].begin``, ``reasons[]``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from jinja2 import nodes

from hub.core.errors import Misconfigured

_ALLOWED = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Getattr,
    nodes.For,
    nodes.If,
    nodes.Not,
    nodes.And,
    nodes.Or,
    nodes.Compare,
    nodes.Operand,
    nodes.Const,
)
_LOOP = "loop"


def used_fields(tree: nodes.Template, name: str) -> frozenset[str]:
    """Return the paths of the fields a parsed template uses.

    Raises:
        Misconfigured: ``template_expression_forbidden``, more than fields, loops, conditions.
    """
    paths = frozenset(_paths(tree, {}, name))
    return frozenset(path for path in paths if not _is_container(path, paths))


def missing_fields(paths: frozenset[str], values: Mapping[str, object]) -> tuple[str, ...]:
    """Return the paths without a value; what lies in an empty list or object is not missing."""
    return tuple(path for path in sorted(paths) if not _is_given(values, _steps(path)))


def _is_container(path: str, paths: frozenset[str]) -> bool:
    return any(other.startswith((f"{path}.", f"{path}[]")) for other in paths)


def _steps(path: str) -> list[str]:
    return path.replace("[]", ".[]").split(".")


def _is_given(value: Any, steps: list[str]) -> bool:  # noqa: ANN401 (any JSON value)
    if not steps:
        return value is not None and not isinstance(value, (Mapping, list, tuple))
    if value is None:
        return True
    step, rest = steps[0], steps[1:]
    if step == "[]":
        return isinstance(value, (list, tuple)) and all(_is_given(item, rest) for item in value)
    return isinstance(value, Mapping) and step in value and _is_given(value[step], rest)


def _paths(node: nodes.Node, scope: Mapping[str, str], name: str) -> Iterator[str]:
    if not isinstance(node, _ALLOWED):
        raise _forbidden(name, type(node).__name__)
    if isinstance(node, (nodes.Name, nodes.Getattr)):
        path = _path_of(node, scope, name)
        if path.partition(".")[0] != _LOOP:
            yield path
    elif isinstance(node, nodes.For):
        yield from _paths_of_loop(node, scope, name)
    else:
        for child in node.iter_child_nodes():
            yield from _paths(child, scope, name)


def _paths_of_loop(node: nodes.For, scope: Mapping[str, str], name: str) -> Iterator[str]:
    if not isinstance(node.target, nodes.Name) or node.test is not None or node.recursive:
        raise _forbidden(name, "For")
    source = _path_of(node.iter, scope, name)
    yield f"{source}[]"
    inner = {**scope, node.target.name: f"{source}[]", _LOOP: _LOOP}
    for child in (*node.body, *node.else_):
        yield from _paths(child, inner, name)


def _path_of(node: nodes.Node, scope: Mapping[str, str], name: str) -> str:
    if isinstance(node, nodes.Name):
        return scope.get(node.name, _plain(node.name, name))
    if isinstance(node, nodes.Getattr):
        return f"{_path_of(node.node, scope, name)}.{_plain(node.attr, name)}"
    raise _forbidden(name, type(node).__name__)


def _plain(word: str, name: str) -> str:
    # A name of a dict method would yield the method instead of the value.
    if word.startswith("_") or hasattr(dict, word):
        raise _forbidden(name, word)
    return word


def _forbidden(name: str, what: str) -> Misconfigured:
    return Misconfigured(
        "template_expression_forbidden",
        f"Die Vorlage {name} enthält einen unzulässigen Ausdruck ({what}).",
        remedy="Erlaubt sind nur Felder, Wiederholungen (for) und Bedingungen (if).",
        place=name,
    )
