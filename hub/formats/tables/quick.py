"""A quick look at a cell or a line: says *surely right*, or leaves the judgement to the full check.

Most rows of most files are right. A quick look never accepts what the full check refuses
(a property test holds the two against each other); it may doubt what the full check accepts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from functools import lru_cache

from hub.formats.tables.cells import CellReader, compile_reader
from hub.formats.tables.layout import Field, Layout, RecordType
from hub.formats.tally import Fault

Look = Callable[[str], object]
"""Returns something true when a cell is surely right."""

_CONTROL = "\x00-\x1f\x7f-\x9f"
_AMOUNT = {
    "cents": "[0-9]+",
    "comma": "[0-9]{1,13},[0-9]{2}",
    "point": r"[0-9]{1,13}\.[0-9]{2}",
}
_DATE = {"YYYYMMDD": "{y}{m}{d}", "DD.MM.YYYY": r"{d}\.{m}\.{y}", "YYYY-MM-DD": "{y}-{m}-{d}"}
_MONTHS = (
    ("0[1-9]|1[0-2]", "0[1-9]|1[0-9]|2[0-8]"),
    ("0[13-9]|1[0-2]", "29|30"),
    ("0[13578]|1[02]", "31"),
)
"""Months and the days they have for sure; the 29 February is left to the full check."""
_DAYS = 4096
"""Different days remembered; the same ones come again and again."""


def compile_look(field: Field, layout: Layout) -> Look:
    """Return the quick look for a field; where there is none, the full check in its place."""
    reader = compile_reader(field, layout)
    if field.type == "D":
        return lru_cache(maxsize=_DAYS)(_tried(reader))
    if _needs_reader(field):
        return _tried(reader)
    padded = layout.notation == "fixed_width"
    value = _value(field, layout, end=" *\\Z" if padded else "\\Z")
    # Numbers in fixed-width files fill their field, text stands at its left.
    whole = f"(?:{value}) *" if padded and field.type == "A" else f"(?:{value})"
    blank = " *" if padded else ""
    return re.compile(whole if field.required else f"(?:{whole}|{blank})").fullmatch


def compile_glance(
    record: RecordType, layout: Layout, named: Collection[str]
) -> re.Pattern[str] | None:
    """Return an expression for a whole line of a delimited file, if its fields allow one.

    Args:
        record: the one record type of its lines.
        layout: of a delimited file.
        named: fields whose cells are wanted as groups; the others are not kept.
    """
    fields = {field.name: field for field in record.fields}
    parts = []
    for number, column in enumerate(layout.columns):
        field = fields.get(column)
        cell = "" if field is None else _cell(field, layout)
        if cell is None:
            return None
        parts.append(f"(?P<f{number}>{cell})" if column in named else f"(?:{cell})")
    return re.compile(re.escape(layout.delimiter).join(parts))


def _cell(field: Field, layout: Layout) -> str | None:
    sign = layout.delimiter
    inside = field.pattern is None or stays_inside(field.pattern, sign)
    if _needs_reader(field) or not inside:
        return None
    value = _value(field, layout, end=f"(?={re.escape(sign)}|\\Z)")
    return value if field.required else f"(?:{value})?"


def stays_inside(pattern: str, delimiter: str) -> bool:
    """Return whether an expression surely cannot match a delimiter or a quotation mark."""
    if re.search(r"\\[^d.\-/()\[\]+*?]|\[\^|\(\?", pattern):
        return False
    bare = re.sub(r"\\.", "", pattern)
    ranges = re.findall(r"(.)-([^\]])", bare)
    signs = (delimiter, '"')
    outside_classes = re.sub(r"\[[^\]]*\]", "", bare)
    return (
        "." not in outside_classes
        and not any(sign in bare for sign in signs)
        and not any(low <= sign <= high for low, high in ranges for sign in signs)
    )


def _needs_reader(field: Field) -> bool:
    if field.minimum not in (None, 0, 1) or (field.type in "MD" and field.max is not None):
        return True
    try:
        re.compile(f"(?:{field.pattern or ''})")
    except re.error:
        # An expression that stands well alone may not stand within another.
        return True
    return False


def _tried(reader: CellReader) -> Callable[[str], bool]:
    def look(cell: str) -> bool:
        try:
            reader(cell)
        except Fault:
            return False
        return True

    return look


def _value(field: Field, layout: Layout, end: str) -> str:
    """Return an expression for a value without spaces around it.

    Each rule must hold for the same characters: the type is what is read, the others look
    ahead to the end of the cell.
    """
    rules = []
    allowed = (field.fixed,) if field.fixed is not None else field.enum
    if allowed:
        rules.append("|".join(re.escape(one) for one in allowed))
    if field.pattern is not None:
        rules.append(field.pattern)
    ahead = "".join(f"(?=(?:{rule})(?<! ){end})" for rule in rules)
    return f"(?! ){ahead}(?:{_of_type(field, layout)})(?<! )"


def _of_type(field: Field, layout: Layout) -> str:
    if field.type in "NM":
        digits = f"[0-9]{{1,{field.max or ''}}}"
        number = digits if field.type == "N" else _AMOUNT[layout.money]
        sign = "-?" if field.type == "M" and field.minimum is None else ""
        return ("(?=[0,.]*[1-9])" if field.minimum == 1 else "") + sign + number
    if field.type == "D":
        form = _DATE[layout.date]
        year = "(?:[1-9][0-9]{3})"
        return "|".join(form.format(y=year, m=f"(?:{m})", d=f"(?:{d})") for m, d in _MONTHS)
    sign = re.escape(layout.delimiter) if layout.notation == "csv" else ""
    quote = '"' if layout.notation == "csv" else ""
    return f"[^{_CONTROL}{sign}{quote}]{{1,{field.max or ''}}}"
