"""The notation of table schemas: delimited and fixed-width files described as data.

A layout lists record types; each has fields with place, type and rules. The page for
those who write one is ``docs/development/mappings.md``.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from hub.core.errors import Misconfigured

Position = Annotated[int, Meta(ge=1)]


class _Strict(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A part of a layout; a key that is not listed is refused."""


class Field(_Strict, frozen=True, kw_only=True):
    """One field of a record."""

    name: str
    """As the partner writes it."""
    type: Literal["A", "N", "D", "M"]
    """Text, whole number, date, money."""
    first: Position = msgspec.field(name="from", default=1)
    """First character in a fixed-width line, 1-based."""
    last: Position = msgspec.field(name="to", default=1)
    """Last character, inclusive."""
    required: bool = False
    needed_with: str = ""
    """Required as soon as this other field is filled."""
    fixed: str | None = None
    """The one value it may have."""
    enum: tuple[str, ...] = ()
    pattern: str | None = None
    """Regular expression for the whole value."""
    max: Position | None = None
    """Characters at most, in delimited files; in fixed-width ones the width says it."""
    minimum: int | None = None
    unique: bool = False
    """No two records of this type may carry the same value."""
    multiline: bool = False
    """A quoted text may hold line breaks."""
    text: str = ""
    """What it means, shown when a value is refused."""


class RecordType(_Strict, frozen=True, kw_only=True):
    """One kind of line."""

    type: str
    place: Literal["head", "row", "tail"] = "row"
    match: tuple[tuple[str, ...], ...] = ()
    """Values of the key fields by which the line is recognised."""
    fields: tuple[Field, ...]

    @property
    def unique(self) -> tuple[str, ...]:
        """Fields whose values no two records of this type share."""
        return tuple(field.name for field in self.fields if field.unique)


class Rule(_Strict, frozen=True, kw_only=True):
    """What must tie out over the whole file."""

    rule: Literal["count", "sum", "same"]
    field: str
    """Field of the trailer; for ``same`` a field every record and the trailer share."""
    of: str = ""
    """Field of the records that is summed."""


class Layout(_Strict, frozen=True, kw_only=True):
    """A whole table schema."""

    notation: Literal["csv", "fixed_width"]
    title: str
    encoding: Literal["iso8859-15", "cp1252", "utf-8"]
    records: tuple[RecordType, ...]
    date: Literal["YYYYMMDD", "DD.MM.YYYY", "YYYY-MM-DD"]
    money: Literal["cents", "comma", "point"]
    delimiter: Annotated[str, Meta(min_length=1, max_length=1)] = ";"
    line_length: Position = 1
    key: tuple[str, ...] = ()
    """Fields that tell which record type a line is; empty when there is only one."""
    columns: tuple[str, ...] = ()
    """First line of a delimited file."""
    rules: tuple[Rule, ...] = ()

    def record(self, name: str) -> RecordType:
        """Return a record type.

        Raises:
            Misconfigured: there is none of this name.
        """
        for record in self.records:
            if record.type == name:
                return record
        raise Misconfigured("layout_invalid", f"Die Satzart „{name}“ gibt es nicht.")

    def width(self, record_type: str, field: str) -> int | None:
        """Return how many characters a field holds; ``None`` when nothing limits it."""
        for spec in self.record(record_type).fields:
            if spec.name == field:
                fixed = self.notation == "fixed_width"
                return spec.last - spec.first + 1 if fixed else spec.max
        raise Misconfigured("layout_invalid", f"Das Feld „{field}“ gibt es nicht.")


def read_layout(path: Path) -> Layout:
    """Read and check a ``.table.toml``.

    Raises:
        Misconfigured: missing, not TOML, unknown keys or contradictions.
    """
    try:
        layout = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Layout)
        _check(layout)
    except (OSError, ValueError, re.error) as exc:
        raise Misconfigured(
            "layout_invalid",
            f"Das Tabellenschema {path.name} ist fehlerhaft: {exc}",
            place=str(path),
            remedy="Tabellenschema berichtigen; „aktenhub check“ prüft es.",
        ) from exc
    return layout


def _check(layout: Layout) -> None:
    """Refuse contradictions a reader could not survive."""
    for record in layout.records:
        _check_record(record, layout)
    if not layout.key and len(layout.records) > 1:
        raise ValueError("mehrere Satzarten brauchen Schlüsselfelder")
    if layout.rules and not any(record.place == "tail" for record in layout.records):
        raise ValueError("Regeln brauchen einen Schlusssatz")


def _check_record(record: RecordType, layout: Layout) -> None:
    names = [field.name for field in record.fields]
    if len(names) != len(set(names)):
        raise ValueError(f"Satzart {record.type}: Feldnamen doppelt")
    if layout.key and (not record.match or not set(layout.key) <= set(names)):
        raise ValueError(f"Satzart {record.type}: Schlüsselfelder oder „match“ fehlen")
    if layout.notation == "csv" and not set(names) <= set(layout.columns):
        raise ValueError(f"Satzart {record.type}: Feld ohne Spalte")
    if layout.notation == "fixed_width":
        _check_positions(record, layout.line_length)
    for field in record.fields:
        re.compile(field.pattern or "")
        if field.needed_with and field.needed_with not in names:
            raise ValueError(f"Satzart {record.type}: Feld {field.needed_with} gibt es nicht")


def _check_positions(record: RecordType, length: int) -> None:
    end = 0
    for field in sorted(record.fields, key=lambda spec: spec.first):
        if field.first <= end or field.last < field.first or field.last > length:
            raise ValueError(f"Satzart {record.type}: Feld {field.name} liegt falsch")
        end = field.last
