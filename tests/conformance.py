"""Holds an answer against an OpenAPI description: status, headers, media type, every value.

Knows as much of JSON Schema as the description uses, and refuses what it does not know.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Protocol

KNOWN = {
    "type", "required", "properties", "items", "enum", "$ref", "format", "description", "examples",
    "minLength", "maxLength", "pattern",
}  # fmt: skip
TYPES = {
    "string": str, "integer": int, "object": dict, "array": list, "null": type(None),
}  # fmt: skip
FORMATS = {
    "uuid": r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    "date-time": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z",
    "binary": r"(?s).*",
}


class Said(Protocol):
    """An answer."""

    @property
    def status(self) -> int: ...

    @property
    def headers(self) -> dict[str, str]: ...

    @property
    def json(self) -> Any: ...


def operation_of(description: dict[str, Any], method: str, path: str) -> dict[str, Any] | None:
    """Return the operation an address belongs to."""
    for template, operations in description["paths"].items():
        pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template))
        if re.fullmatch(pattern, path.partition("?")[0]):
            found: dict[str, Any] | None = operations.get(method.lower())
            return found
    return None


def faults(description: dict[str, Any], method: str, path: str, said: Said) -> list[str]:
    """Return what the description does not tell of an answer."""
    operation = operation_of(description, method, path)
    media_type = said.headers.get("Content-Type", "").partition(";")[0]
    problem = description["components"]["schemas"]["Problem"]
    if operation is None:
        # What is no address of the door must still be answered in its shape.
        return list(_wrong(said.json, problem, description, "$")) + (
            [] if said.status in {404, 405} else [f"status {said.status}"]
        )
    told = operation["responses"].get(str(said.status))
    if told is None:
        return [f"{operation['operationId']} does not tell of {said.status}"]
    if media_type not in told["content"]:
        return [f"{said.status}: {media_type}"]
    missing = [f"{said.status}: no {name}" for name in _needed(told) if name not in said.headers]
    schema = told["content"][media_type]["schema"]
    if media_type.endswith("json"):
        missing += _wrong(said.json, schema, description, "$")
    return missing


def _needed(told: dict[str, Any]) -> list[str]:
    optional = {"Idempotent-Replayed", "Preference-Applied"}
    return [name for name in told.get("headers", {}) if name not in optional]


def _wrong(value: Any, schema: dict[str, Any], whole: dict[str, Any], at: str) -> Iterator[str]:
    assert set(schema) <= KNOWN, set(schema) - KNOWN
    if "$ref" in schema:
        schema = whole["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and not any(isinstance(value, TYPES[kind]) for kind in kinds):
        yield f"{at}: {value!r} is no {kinds}"
        return
    if "enum" in schema and value not in schema["enum"]:
        yield f"{at}: {value!r} is none of {schema['enum']}"
    if isinstance(value, str) and not re.fullmatch(
        FORMATS.get(schema.get("format", ""), "(?s).*"), value
    ):
        yield f"{at}: {value!r} has not the form {schema['format']}"
    yield from _inside(value, schema, whole, at)


def _inside(value: Any, schema: dict[str, Any], whole: dict[str, Any], at: str) -> Iterator[str]:
    if isinstance(value, dict):
        yield from (f"{at}: no {name}" for name in schema.get("required", ()) if name not in value)
        known = schema.get("properties", {})
        for name, inner in value.items():
            if known and name not in known:
                yield f"{at}.{name} is not told of"
            else:
                yield from _wrong(inner, known.get(name, {}), whole, f"{at}.{name}")
    if isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _wrong(inner, schema.get("items", {}), whole, f"{at}[{index}]")
