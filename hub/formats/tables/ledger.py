"""What the rows of a file add up to: kept while they pass, compared with the trailer at the end.

Memory does not grow with the rows, unless rows are to be kept or a field must be unique; its
values are remembered (about 100 bytes each).
"""

from __future__ import annotations

from typing import Any

from hub.core.findings import MAX_FINDINGS
from hub.core.money import format_german
from hub.formats.base import Table
from hub.formats.tables.layout import Layout, RecordType, Rule
from hub.formats.tally import Tally

Values = dict[str, Any]


class Ledger:
    """The books of one reading."""

    def __init__(self, layout: Layout, tally: Tally, *, keeps_rows: bool) -> None:
        self._layout = layout
        self.tally = tally
        """Takes what is wrong."""
        self.keeps_rows = keeps_rows
        self.may_follow = all(record.place != "head" for record in layout.records)
        """Whether a row may stand here: after the header, where there is one, before the end."""
        self.head: Values | None = None
        self.tail: Values | None = None
        self.count = 0
        self._rows: list[Values] = []
        self._sums = {rule.of: 0 for rule in layout.rules if rule.rule == "sum"}
        self._shared = {rule.field: _Shared() for rule in layout.rules if rule.rule == "same"}
        self._unique = {record.type: record.unique for record in layout.records}
        self._seen: dict[tuple[str, str], set[Any]] = {}

    @property
    def begun(self) -> bool:
        """Whether a header or a row was entered."""
        return self.head is not None or self.count > 0

    @property
    def table(self) -> Table:
        """What was read, where rows are kept."""
        return Table(self.head or {}, tuple(self._rows), self.tail or {})

    def enter(self, record: RecordType, values: Values, row: int, line: int) -> None:
        """Book one record; of a row that is not kept only the watched fields matter."""
        for field in self._unique[record.type]:
            self._once(record.type, field, values.get(field), row, line)
        if record.place == "head":
            self.head = self.head or values
            self.may_follow = self.tail is None
        elif record.place == "tail":
            self.tail = self.tail or values
            self.may_follow = False
        else:
            self._enter_row(values, row)

    def _enter_row(self, values: Values, row: int) -> None:
        self.count += 1
        for field in self._sums:
            self._sums[field] += values.get(field) or 0
        for field, shared in self._shared.items():
            shared.note(values.get(field), row)
        if self.tally.whole:
            # Of a file that is faulty as a whole no row is ever used.
            self._rows.clear()
        elif self.keeps_rows and row not in self.tally.rows:
            self._rows.append(values)

    def _once(self, kind: str, field: str, value: object, row: int, line: int) -> None:
        if value is None:
            return
        seen = self._seen.setdefault((kind, field), set())
        if value in seen:
            message = f"Feld „{field}“: der Wert kommt in der Datei mehrfach vor."
            self.tally.add("value_repeated", message, row=row, line=line, field=field)
        seen.add(value)

    def close(self) -> None:
        """Note missing ends and what does not tie out; skipped when there is no trailer."""
        places = {record.place for record in self._layout.records}
        if "head" in places and self.head is None:
            message = "Der Kopfsatz fehlt; die Datei ist unvollständig."
            self.tally.add("header_missing", message)
        if "tail" in places and self.tail is None:
            message = "Der Schlusssatz fehlt; die Datei ist unvollständig."
            self.tally.add("trailer_missing", message)
        for rule in self._layout.rules if self.tail else ():
            self._compare(rule, (self.tail or {}).get(rule.field))

    def _compare(self, rule: Rule, stated: object) -> None:
        if rule.rule == "same":
            self._shared[rule.field].tell(rule.field, stated, self.tally)
            return
        if not isinstance(stated, int):
            return
        if rule.rule == "count" and stated != self.count:
            self._differs("count_wrong", rule.field, str(stated), str(self.count))
        elif rule.rule == "sum" and stated != self._sums[rule.of]:
            true = self._sums[rule.of]
            shown = (f"{format_german(cents)} €" for cents in (stated, true))
            self._differs("sum_wrong", rule.field, *shown)

    def _differs(self, rule: str, field: str, stated: str, true: str) -> None:
        message = f"Schlusssatz, Feld „{field}“: „{stated}“ angegeben, „{true}“ gezählt."
        self.tally.add(rule, message, field=field)


class _Shared:
    """The values of a field that every row shares with the trailer; few, or the file is wrong."""

    def __init__(self) -> None:
        self._rows: dict[object, list[int]] = {}
        self._counts: dict[object, int] = {}
        self._beyond = 0

    def note(self, value: object, row: int) -> None:
        if value not in self._counts and len(self._counts) >= MAX_FINDINGS:
            self._beyond += 1
            return
        self._counts[value] = self._counts.get(value, 0) + 1
        rows = self._rows.setdefault(value, [])
        if len(rows) < MAX_FINDINGS:
            rows.append(row)

    def tell(self, field: str, stated: object, tally: Tally) -> None:
        others = [value for value in self._counts if value != stated]
        for row in sorted(row for value in others for row in self._rows[value]):
            message = f"Feld „{field}“ weicht vom Schlusssatz ab."
            tally.add("value_differs", message, row=row, field=field)
            tally.whole = True
        unlisted = sum(self._counts[value] - len(self._rows[value]) for value in others)
        if unlisted + self._beyond:
            tally.counts["value_differs"] += unlisted + self._beyond
