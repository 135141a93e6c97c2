"""Mappings written as column rules in TOML, compiled once into row functions.

Reading: rules name columns and fill record fields by dotted path (``child.birth_date``,
``periods.0.begin``). Writing: rules name ``record.…``, ``context.…`` or ``row`` and fill
columns. The notation is explained in ``docs/development/mappings.md``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Sequence
from collections.abc import Mapping as Facts
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from hub.core.errors import Misconfigured, RuleViolation
from hub.core.record import Record
from hub.formats.base import Document, Row, Table
from hub.formats.catalog import Catalog
from hub.formats.tables.table import TableFormat
from hub.mapping.conversions import NAMED


class _Strict(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A part of a mapping; a key that is not listed is refused."""


class ColumnRule(_Strict, frozen=True, kw_only=True):
    """How one target is filled."""

    sources: str | tuple[str, ...] = msgspec.field(name="from", default=())
    """One or several sources; several are joined, absent ones left out."""
    join: str = " "
    value: str | int | None = None
    """A constant instead of a source."""
    default: str | int | list[str] | None = None
    """What stands in for an absent value."""
    when: str = ""
    """Fill only when this source is present."""
    values: dict[str, str] | None = None
    """Allowed values and their translations; any other is refused."""
    convert: str = ""
    """A named conversion."""
    cut: bool = False
    """Writing: cut what is too long for the field. Without it, too long is refused."""


Json = Any
"""A JSON value."""
Columns = dict[str, str | ColumnRule]


class RecordRule(_Strict, frozen=True, kw_only=True):
    """Record type of the table and kind of the record."""

    type: str
    kind: str
    when: dict[str, tuple[str, ...]] = {}
    """Only rows, or records, with one of these values in these columns or fields."""

    def fits(self, values: Facts[str, Any]) -> bool:
        """Return whether this rule is for such a row or record."""
        return all(str(values.get(name)) in allowed for name, allowed in self.when.items())

    fields: Columns


class Batch(_Strict, frozen=True, kw_only=True):
    """Where the head facts of a batch stand, as ``head.Feld`` or ``tail.Feld``."""

    business_id: str = ""
    """Text with those places in braces."""
    sequence: str = ""
    count: str = ""
    total_cents: str = ""


class TableRules(_Strict, frozen=True, kw_only=True):
    """A whole ``.map.toml``."""

    format: str
    records: tuple[RecordRule, ...]
    head: Columns = {}
    tail: Columns = {}
    batch: Batch | None = None


Sources = Callable[[str], Any]
"""Looks a source up; ``None`` when absent."""
Step = Callable[[Sources], Any]


class TableMapping:
    """One set of column rules, compiled on first use."""

    def __init__(self, name: str, path: Path, formats: Catalog) -> None:
        self.name = name
        self._path = path
        self._formats = formats

    @cached_property
    def rules(self) -> TableRules:
        """What the file says."""
        try:
            raw = tomllib.loads(self._path.read_text(encoding="utf-8"))
            return msgspec.convert(raw, TableRules)
        except (OSError, ValueError) as exc:
            raise self._faulty(str(exc)) from exc

    @cached_property
    def format(self) -> TableFormat:
        """The partner's format the mapping names."""
        found = self._formats.format(self.rules.format)
        if not isinstance(found, TableFormat):
            raise self._faulty(f"{found.name} ist keine Tabelle")
        return found

    def to_records(self, document: Document) -> list[Record]:
        """Translate the rows of a checked table, in their order."""
        try:
            return [
                Record(rule.kind, _data(steps, row))
                for row in document.rows
                for rule, steps in self._steps.get(row["@type"], ())
                if rule.fits(row)
            ]
        except (AttributeError, LookupError, TypeError) as exc:
            raise self._faulty("die Pfade der Felder widersprechen sich") from exc

    @cached_property
    def _steps(self) -> dict[str, list[tuple[RecordRule, list[tuple[list[str], Step]]]]]:
        """Return per record type the rules with their compiled columns, for reading."""
        by_type: dict[str, list[tuple[RecordRule, list[tuple[list[str], Step]]]]] = {}
        for rule in self.rules.records:
            steps = [(path.split("."), self._step(path, r)) for path, r in rule.fields.items()]
            by_type.setdefault(rule.type, []).append((rule, steps))
        return by_type

    def from_records(self, records: Sequence[Record], context: Facts[str, Any]) -> Table:
        """Translate records into the rows of a table, with head and tail from the context."""
        rows = [self._row(record, context, number) for number, record in enumerate(records, 1)]
        ends = {part: self._columns(part, {}, context, 0) for part in ("head", "tail")}
        return Table(ends["head"], tuple(rows), ends["tail"])

    def _row(self, record: Record, context: Facts[str, Any], number: int) -> Row:
        for rule in self.rules.records:
            if rule.kind == record.kind and rule.fits(record.data):
                return self._columns(rule, record.data, context, number)
        raise self._faulty(f"Datensätze der Art „{record.kind}“ sind nicht vorgesehen")

    def _columns(
        self, part: RecordRule | str, data: Facts[str, Any], context: Facts[str, Any], number: int
    ) -> Row:
        name = part if isinstance(part, str) else part.type + "/" + part.kind
        sources = _outgoing(data, context, number)
        values: dict[str, Any] = {"@row": number}
        if not isinstance(part, str):
            values["@type"] = part.type
        for column, step in self._writers[name]:
            value = step(sources)
            if value is not None:
                values[column] = value
        return values

    @cached_property
    def _writers(self) -> dict[str, list[tuple[str, Step]]]:
        """Return per part of the table its compiled columns, for writing."""
        layout = self.format.layout
        ends = {record.place: record.type for record in layout.records}
        parts: dict[str, tuple[str, Columns]] = {
            "head": (ends.get("head", ""), self.rules.head),
            "tail": (ends.get("tail", ""), self.rules.tail),
        }
        for rule in self.rules.records:
            parts[f"{rule.type}/{rule.kind}"] = (rule.type, rule.fields)
        return {
            name: [(col, self._step(col, r, layout.width(kind, col))) for col, r in columns.items()]
            for name, (kind, columns) in parts.items()
        }

    def _step(self, target: str, rule: str | ColumnRule, width: int | None = None) -> Step:
        """Compile one rule."""
        if isinstance(rule, str):
            source = rule
            return lambda sources: sources(source)
        steps = [self._source(rule)]
        if rule.values is not None:
            steps.append(_translation(target, rule.values))
        if rule.convert:
            steps.append(self._conversion(target, rule.convert))
        if rule.cut and width is not None:
            steps.append(lambda value: str(value)[:width].rstrip())
        return _chain(steps, rule)

    @staticmethod
    def _source(rule: ColumnRule) -> Step:
        names = (rule.sources,) if isinstance(rule.sources, str) else rule.sources
        if not names:
            return lambda _: rule.value
        if len(names) == 1:
            return lambda sources: sources(names[0])

        def joined(sources: Sources) -> str | None:
            found = [sources(name) for name in names]
            return rule.join.join(str(part) for part in found if part is not None) or None

        return joined

    def _conversion(self, target: str, name: str) -> Callable[[Any], Any]:
        if name not in NAMED:
            raise self._faulty(f"die Umwandlung „{name}“ gibt es nicht")
        conversion = NAMED[name]

        def convert(value: Json) -> Json:
            try:
                return conversion(value)
            except ValueError as exc:
                raise _unmapped(target) from exc

        return convert

    def batch_facts(self, document: Document) -> Facts[str, Any]:
        """Return what head and tail say about the batch; nothing when it is none."""
        batch = self.rules.batch
        if batch is None:
            return {}
        places = {f"head.{name}": value for name, value in document.head.items()}
        places |= {f"tail.{name}": value for name, value in document.tail.items()}
        stated = {name: getattr(batch, name) for name in ("sequence", "count", "total_cents")}
        try:
            facts = {name: places[place] for name, place in stated.items() if place}
        except KeyError as exc:
            raise self._faulty(f"[batch] nennt {exc}, das es nicht gibt") from exc
        if batch.business_id:
            facts["business_id"] = _filled(batch.business_id, places)
        return facts

    def _faulty(self, reason: str) -> Misconfigured:
        return Misconfigured(
            "mapping_faulty",
            f"Das Mapping {self.name} ist fehlerhaft: {reason}.",
            place=str(self._path),
            remedy="Mapping berichtigen; „aktenhub check“ prüft es.",
        )


def _chain(steps: list[Callable[[Any], Any]], rule: ColumnRule) -> Step:
    """Return one function; what is absent stays absent all the way, then gets its default."""
    when, default = rule.when, rule.default

    def run(sources: Sources) -> Json:
        if when and sources(when) is None:
            return None
        value: Any = sources
        for step in steps:
            value = step(value)
            if value is None:
                return list(default) if isinstance(default, list) else default
        return value

    return run


def _translation(target: str, values: Facts[str, str]) -> Callable[[Any], str]:
    def translate(value: object) -> str:
        if str(value) not in values:
            raise _unmapped(target)
        return values[str(value)]

    return translate


def _unmapped(target: str) -> RuleViolation:
    return RuleViolation(
        "value_unmapped",
        f"Feld „{target}“: der Wert ist im Mapping nicht vorgesehen.",
        place=target,
        remedy="Den Wert berichtigen oder das Mapping ergänzen.",
    )


def _filled(template: str, places: Facts[str, Any]) -> str:
    for place, value in places.items():
        template = template.replace("{" + place + "}", str(value))
    return template


def _data(steps: list[tuple[list[str], Step]], row: Row) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for path, step in steps:
        value = step(row.get)
        if value is not None:
            _put(data, path, value)
    return data


def _put(data: dict[str, Any], path: list[str], value: Json) -> None:
    """Set a value at a dotted path; a number in the path is a place in a list."""
    node: Any = data
    for step, following in zip(path, [*path[1:], ""], strict=True):
        key: Any = int(step) if step.isdigit() else step
        if isinstance(node, list) and key == len(node):
            node.append(None)
        known = node[key] if isinstance(node, list) else node.get(key)
        if not following:
            node[key] = value
        elif known is None:
            node[key] = [] if following.isdigit() else {}
        node = node[key]


def _outgoing(data: Facts[str, Any], context: Facts[str, Any], number: int) -> Sources:
    """Return the lookup for writing rules."""
    roots: dict[str, Any] = {"record": data, "context": context, "row": number}

    def look_up(source: str) -> Json:
        node: Any = roots
        for step in _way(source):
            if not isinstance(node, _KEYED):
                return None
            node = node.get(step)
        return node

    return look_up


@lru_cache(maxsize=10_000)
def _way(source: str) -> tuple[str, ...]:
    """Return the steps to a value; mappings name the same few hundred again and again."""
    return tuple(source.split("."))


_KEYED = (dict, Facts)
"""What has values by name; the class nearly all of them have comes first."""
