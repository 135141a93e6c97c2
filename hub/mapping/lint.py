"""What in a mapping cannot work or is never used, found without running it.

Of column maps everything is known; of style sheets what their examples yield and the named
templates nobody calls.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from msgspec import Struct, inspect

from hub.core.errors import Misconfigured
from hub.core.findings import Finding, Level
from hub.formats.tables.layout import Field, RecordType
from hub.mapping.catalog import Mappings
from hub.mapping.examples import examples_of
from hub.mapping.tables import ColumnRule, RecordRule, TableMapping
from hub.mapping.xslt import XsltMapping

Shapes = Mapping[str, type[Struct]]
"""By kind: what the one who decides on such a record reads."""


def lint(mappings: Mappings, shapes: Shapes) -> tuple[Finding, ...]:
    """Return what is wrong with mappings; those that cannot even be read are left to others."""
    return tuple(
        finding for name in mappings.names() for finding in _lint_one(mappings, name, shapes)
    )


def _lint_one(mappings: Mappings, name: str, shapes: Shapes) -> list[Finding]:
    mapping, reads = mappings.mapping(name), "-to-hub/" in name
    try:
        found: list[Finding] = []
        if isinstance(mapping, TableMapping):
            found += lint_reading(mapping, shapes) if reads else lint_writing(mapping)
        elif isinstance(mapping, XsltMapping):
            found += lint_sheet(mapping)
        for example in examples_of(name, mappings.directory) if reads else ():
            wanted = json.loads(example.target.read_bytes())
            place = f"{name}/{example.target.name}"
            found += lint_examples(place, wanted["records"], shapes)
    except (Misconfigured, ValueError, KeyError):
        # It cannot be compiled, or its example is no JSON: the check of examples says so.
        return []
    return found


def lint_sheet(mapping: XsltMapping) -> Iterator[Finding]:
    """Yield the named templates of a style sheet that nobody calls."""
    for name in mapping.uncalled_templates():
        message = f"Die Vorlage „{name}“ wird nirgends aufgerufen."
        yield Finding("mapping_template_unused", message, Level.WARNING, path=mapping.name)


def lint_reading(mapping: TableMapping, shapes: Shapes) -> Iterator[Finding]:
    """Yield what is wrong with a mapping that reads a table."""
    layout = mapping.format.layout
    rows = [record for record in layout.records if record.place == "row"]
    by_type = {record.type: record for record in rows}
    rules = mapping.rules.records
    for row in rows:
        if row.type not in {rule.type for rule in rules}:
            message = f"Sätze „{row.type}“ werden gelesen, aber nicht übersetzt."
            yield _finding(mapping, "mapping_record_unread", message, Level.WARNING)
    for rule in rules:
        record = by_type.get(rule.type)
        if record is None:
            message = f"Die Satzart „{rule.type}“ gibt es nicht."
            yield _finding(mapping, "mapping_rule_unreachable", message)
            continue
        yield from _columns(mapping, rule, record)
        if rule.kind in shapes:
            yield from _against_shape(mapping, rule, shapes[rule.kind])


def _columns(mapping: TableMapping, rule: RecordRule, record: RecordType) -> Iterator[Finding]:
    fields = {field.name: field for field in record.fields}
    named = [(target, name) for target, one in rule.fields.items() for name in _sources(one)]
    named += [("when", name) for name in rule.when]
    for target, name in named:
        if name not in fields:
            message = f"„{target}“ liest die Spalte „{name}“, die es in {rule.type} nicht gibt."
            yield _finding(mapping, "mapping_column_unknown", message)
    for target, one in rule.fields.items():
        if isinstance(one, ColumnRule) and one.values is not None:
            yield from _values(mapping, target, one, fields)


def _values(
    mapping: TableMapping, target: str, rule: ColumnRule, fields: Mapping[str, Field]
) -> Iterator[Finding]:
    """Compare the values a rule translates with those the schema allows."""
    names = _sources(rule)
    field = fields.get(names[0]) if len(names) == 1 else None
    if field is None or not field.enum or rule.values is None:
        return
    for value in sorted(set(field.enum) - set(rule.values)):
        message = f"„{target}“: der erlaubte Wert „{value}“ ist nicht übersetzt."
        yield _finding(mapping, "mapping_value_unmapped", message, Level.WARNING)
    for value in sorted(set(rule.values) - set(field.enum)):
        message = f"„{target}“: der Wert „{value}“ kommt nach dem Schema nie vor."
        yield _finding(mapping, "mapping_value_unreachable", message, Level.WARNING)


def _sources(rule: str | ColumnRule) -> tuple[str, ...]:
    if isinstance(rule, str):
        return (rule,)
    names = (rule.sources,) if isinstance(rule.sources, str) else tuple(rule.sources)
    return tuple(name for name in (*names, rule.when) if name)


def _against_shape(
    mapping: TableMapping, rule: RecordRule, shape: type[Struct]
) -> Iterator[Finding]:
    for path in rule.fields:
        if not _exists(path.split("."), inspect.type_info(shape)):
            message = f"Das Feld „{path}“ gibt es in „{rule.kind}“ nicht."
            yield _finding(mapping, "mapping_field_unknown", message)
    for path in _missing("", inspect.type_info(shape), set(rule.fields)):
        message = f"Das Pflichtfeld „{path}“ von „{rule.kind}“ wird nicht gefüllt."
        yield _finding(mapping, "mapping_field_missing", message)


def _exists(path: list[str], kind: inspect.Type) -> bool:
    if not path:
        return True
    struct, many = _struct(kind)
    if many and path[0].isdigit():
        return _exists(path[1:], many)
    if struct is None:
        return False
    field = next((one for one in struct.fields if one.name == path[0]), None)
    return field is not None and _exists(path[1:], field.type)


def _missing(prefix: str, kind: inspect.Type, mapped: set[str]) -> Iterator[str]:
    """Yield required fields nothing fills; of an optional object only once it is filled at all."""
    struct, _ = _struct(kind)
    for field in struct.fields if struct else ():
        path = f"{prefix}{field.name}"
        below = any(one == path or one.startswith(f"{path}.") for one in mapped)
        if field.required and not below:
            yield path
        elif below and path not in mapped and _struct(field.type)[0] is not None:
            yield from _missing(f"{path}.", field.type, mapped)


def _struct(kind: inspect.Type) -> tuple[inspect.StructType | None, inspect.Type | None]:
    """Return the object a type is, and what it is a list of."""
    if isinstance(kind, inspect.StructType):
        return kind, None
    if isinstance(kind, inspect.UnionType):
        found = [_struct(one) for one in kind.types]
        return next((one for one in found if one != (None, None)), (None, None))
    if isinstance(kind, inspect.VarTupleType | inspect.ListType):
        return None, kind.item_type
    return None, None


def lint_writing(mapping: TableMapping) -> Iterator[Finding]:
    """Yield what is wrong with a mapping that writes a table."""
    layout = mapping.format.layout
    ends = {record.place: record for record in layout.records if record.place != "row"}
    rows = {record.type: record for record in layout.records if record.place == "row"}
    parts: list[tuple[str, RecordType | None, Mapping[str, Any]]] = [
        ("head", ends.get("head"), mapping.rules.head),
        ("tail", ends.get("tail"), mapping.rules.tail),
    ]
    parts += [(rule.type, rows.get(rule.type), rule.fields) for rule in mapping.rules.records]
    for name, record, columns in parts:
        yield from _targets(mapping, name, record, columns)
    everything: set[str] = set()
    for rule in mapping.rules.records:
        if rule.kind in everything:
            message = f"Eine Regel für „{rule.kind}“ steht hinter einer, die schon alle nimmt."
            yield _finding(mapping, "mapping_rule_unreachable", message)
        if not rule.when:
            everything.add(rule.kind)


def _targets(
    mapping: TableMapping, name: str, record: RecordType | None, columns: Mapping[str, Any]
) -> Iterator[Finding]:
    if record is None:
        if columns:
            message = f"Den Teil „{name}“ gibt es im Tabellenschema nicht."
            yield _finding(mapping, "mapping_rule_unreachable", message)
        return
    fields = {field.name: field for field in record.fields}
    for column in columns:
        if column not in fields:
            message = f"Die Spalte „{column}“ gibt es in {record.type} nicht."
            yield _finding(mapping, "mapping_column_unknown", message)
    for field in record.fields:
        if field.required and field.name not in columns:
            message = f"Die Pflichtspalte „{field.name}“ von {record.type} wird nicht gefüllt."
            yield _finding(mapping, "mapping_column_missing", message)


def lint_examples(name: str, records: list[dict[str, Any]], shapes: Shapes) -> Iterator[Finding]:
    """Yield where what an example yields is not what the one who decides reads."""
    for record in records:
        shape = shapes.get(record["kind"])
        if shape is None:
            message = f"Datensätze der Art „{record['kind']}“ verarbeitet niemand."
            yield Finding("mapping_kind_unknown", message, path=name)
            continue
        try:
            msgspec.convert(record["data"], shape)
        except msgspec.ValidationError as exc:
            message = f"Das Ergebnis ist kein gültiger Datensatz „{record['kind']}“: {exc}"
            yield Finding("mapping_field_unknown", message, path=name)


def _finding(mapping: TableMapping, rule: str, message: str, level: Level = Level.ERROR) -> Finding:
    return Finding(rule, message, level, path=mapping.name)
