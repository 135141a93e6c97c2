"""Business rules of tables: conditions on the fields of a row, compiled once."""

from __future__ import annotations

import operator
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

from hub.formats.rules import Condition, Rule, RuleFile, faulty
from hub.formats.tables.layout import Layout, RecordType

Values = Mapping[str, Any]
Test = Callable[[Values], bool]

_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_PAIR, _TRIPLE = 2, 3


class RowRules:
    """The rules of one layout."""

    def __init__(self, path: Path, file: RuleFile, layout: Layout) -> None:
        self._path = path
        self._by_record: dict[str, list[tuple[Rule, list[Test], list[Test]]]] = {}
        self.fields: dict[str, set[str]] = {}
        """By record type, the fields any rule looks at."""
        for rule in file.rules:
            for record in layout.records:
                if rule.record in ("", record.type) and record.place == "row":
                    self._compile(rule, record)
        self.ids = tuple(rule.id for rule in file.rules)

    def _compile(self, rule: Rule, record: RecordType) -> None:
        if rule.context or rule.test or not rule.require:
            raise faulty(self._path, f"{rule.id}: Tabellen brauchen „require“, kein XPath")
        types = {field.name: field.type for field in record.fields}
        names = [part for test in (*rule.when, *rule.require) for part in _fields(test)]
        unknown = [name for name in names if name not in types]
        if unknown and not rule.record:
            return  # a rule for every row is for those that have the fields
        if unknown:
            raise faulty(self._path, f"{rule.id}: das Feld {unknown[0]} gibt es nicht")
        when = [self._test(rule, test, types, absent=False) for test in rule.when]
        require = [self._test(rule, test, types, absent=True) for test in rule.require]
        self._by_record.setdefault(record.type, []).append((rule, when, require))
        self.fields.setdefault(record.type, set()).update(names)

    def _test(
        self, rule: Rule, condition: Condition, types: Mapping[str, str], *, absent: bool
    ) -> Test:
        """Compile a condition; ``absent`` is what it yields when a value is not there."""
        name, word, *rest = str(condition[0]), *condition[1:]
        if word in ("given", "absent") and not rest:
            given = word == "given"
            return lambda values: (name in values) is given
        if word == "in" and len(condition) == _TRIPLE and isinstance(rest[0], list):
            allowed = frozenset(rest[0])
            return lambda values: str(values[name]) in allowed if name in values else absent
        if word not in _COMPARISONS or len(condition) != _TRIPLE or isinstance(rest[0], list):
            raise faulty(self._path, f"{rule.id}: {list(condition)} ist keine Bedingung")
        compare, other = _COMPARISONS[str(word)], rest[0]
        of_number = types[name] in "NM"
        if isinstance(other, int):
            if not of_number:
                raise faulty(self._path, f"{rule.id}: {name} ist keine Zahl")
            return lambda values: compare(values[name], other) if name in values else absent
        if types[other] != types[name]:
            raise faulty(self._path, f"{rule.id}: {name} und {other} sind nicht vergleichbar")
        return lambda values: (
            compare(values[name], values[other]) if name in values and other in values else absent
        )

    def broken(self, record: str, values: Values) -> list[Rule]:
        """Return the rules a row breaks.

        Args:
            record: type of the row.
            values: of the fields the rules look at, or more.
        """
        return [
            rule
            for rule, when, require in self._by_record.get(record, ())
            if all(test(values) for test in when) and not all(test(values) for test in require)
        ]


def _fields(condition: Condition) -> Collection[str]:
    """Return the fields a condition names."""
    other = condition[_PAIR:]
    return [str(condition[0]), *(part for part in other if isinstance(part, str))]
