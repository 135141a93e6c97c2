"""Tables of any notation: record types, rows, totals. Compiled once from a layout.

A notation only splits text into lines and joins them again; what a line means, whether
its values are right and whether the totals tie out is decided here. A file is either read
(its rows are kept) or only checked, piece by piece, in memory that does not grow with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from hub.core.errors import Misconfigured
from hub.core.findings import Finding, Verdict
from hub.formats.base import Notation, Reading, Row, Table
from hub.formats.rules import AS_DECLARED, NO_RULES, Levels
from hub.formats.tables.layout import Layout, RecordType
from hub.formats.tables.ledger import Ledger
from hub.formats.tables.line import Glance, Line, Places, Raw, several
from hub.formats.tables.row_rules import RowRules
from hub.formats.tables.text import decoded, pieces
from hub.formats.tally import Tally


class Splitter(Places, Protocol):
    """What a notation adds."""

    mark: str
    """What the beginning of a file is recognised by."""

    def split(
        self, chunks: Iterable[str], tally: Tally, glance: Glance
    ) -> Iterator[tuple[int, int, Raw]]:
        """Yield row, line number and what a glance at the line found, else the line itself.

        Faults of the notation go to the tally.
        """
        ...

    def join(self, lines: list[dict[str, str]], records: list[RecordType]) -> str:
        """Return the text of the file made of the written fields of each line."""
        ...

    def is_mine(self, data: bytes) -> bool:
        """Return whether the beginning looks like this layout."""
        ...


class TableFormat:
    """A kind of delimited or fixed-width file given by a layout."""

    engine = "aktenhub table 1"

    def __init__(
        self, name: str, layout: Layout, splitter: Splitter, rules: RowRules | None = None
    ) -> None:
        self._rules = rules or RowRules(Path(name), NO_RULES, layout)
        self.name = name
        self.layout = layout
        self.notation: Notation = layout.notation
        self._splitter = splitter
        looked_at = self._rules.fields
        self._lines = {
            record.type: Line(record, layout, splitter, looked_at.get(record.type, ()))
            for record in layout.records
        }
        self._by_key = {
            key: self._lines[record.type] for record in layout.records for key in record.match
        }
        first = layout.records[0]
        keys = [next(f for f in first.fields if f.name == name) for name in layout.key]
        self._key_of = several([splitter.place(field) for field in keys])
        self._row_lines = [line for line in self._lines.values() if line.record.place == "row"]
        self._has_head = any(record.place == "head" for record in layout.records)

    @property
    def marks(self) -> frozenset[str]:
        """The first line, or the fixed places of the first record."""
        return frozenset({self._splitter.mark})

    def matches(self, data: bytes, file_name: str) -> bool:  # noqa: ARG002 - names mean nothing
        """Return whether header line or header record are those of this format."""
        return self._splitter.is_mine(data)

    @property
    def rules(self) -> tuple[str, ...]:
        """Ids of the rules beside the layout."""
        return self._rules.ids

    def read(self, data: bytes, levels: Levels = AS_DECLARED) -> Reading:
        """Read every line, check every value, then the totals."""
        return self._judged(decoded(data, self.layout.encoding), levels)

    def verify(self, source: BinaryIO) -> Reading:
        """Check a file piece by piece without keeping its rows."""
        return self._checked(pieces(source, self.layout.encoding))

    def _checked(self, chunks: Iterable[str]) -> Reading:
        tally = Tally(keeps_rows=False)
        ledger = Ledger(self.layout, tally, keeps_rows=False)
        self._enter_all(chunks, AS_DECLARED, ledger)
        verdict = Verdict.FAILED if tally.failed else Verdict.PASSED
        return Reading(verdict, tally.findings, counts=dict(tally.counts))

    def _judged(self, text: str, levels: Levels = AS_DECLARED) -> Reading:
        tally = Tally()
        ledger = Ledger(self.layout, tally, keeps_rows=True)
        self._enter_all((text,), levels, ledger)
        counts = dict(tally.counts)
        if not tally.failed:
            return Reading(Verdict.PASSED, tally.findings, ledger.table, counts)
        if tally.whole:
            return Reading(Verdict.FAILED, tally.findings, counts=counts)
        return Reading(Verdict.FAILED, tally.findings, None, counts, ledger.table, tally.rows)

    def _enter_all(self, chunks: Iterable[str], levels: Levels, ledger: Ledger) -> None:
        tally = ledger.tally

        def glance(text: str) -> tuple[Line, dict[str, Any]] | None:
            return self._seen(text) if ledger.may_follow and not ledger.keeps_rows else None

        for row, number, raw in self._splitter.split(chunks, tally, glance):
            found = raw if isinstance(raw, tuple) else self._found(raw, row, number, ledger)
            if found is None:
                continue
            line, values = found
            if self._rules.ids and row not in tally.rows:
                self._apply(line, values, (row, number), levels, tally)
            ledger.enter(line.record, values, row, number)
        ledger.close()

    def _found(
        self, raw: Raw, row: int, number: int, ledger: Ledger
    ) -> tuple[Line, dict[str, Any]] | None:
        line = self._line_for(raw, row, number, ledger.tally)
        return (line, self._read(line, raw, (row, number), ledger)) if line else None

    def _apply(
        self, line: Line, values: Row, at: tuple[int, int], levels: Levels, tally: Tally
    ) -> None:
        row, number = at
        for rule in self._rules.broken(line.record.type, values):
            level = rule.graded(levels)
            tally.add(rule.id, rule.text, row=row, line=number, level=level)

    def _seen(self, text: str) -> tuple[Line, dict[str, Any]] | None:
        for line in self._row_lines:
            values = line.glance(text)
            if values is not None:
                return line, values
        return None

    def _read(self, line: Line, raw: Raw, at: tuple[int, int], ledger: Ledger) -> dict[str, Any]:
        tally = ledger.tally
        in_place = self._stands_right(line.record, ledger)
        is_row = line.record.place == "row"
        if in_place and is_row and not ledger.keeps_rows and line.looks_good(raw):
            return line.watched(raw)
        row, number = at
        if not in_place:
            message = f"Ein Satz „{line.record.type}“ steht an falscher Stelle."
            tally.add("record_misplaced", message, row=row, line=number)
            tally.whole = True
        values = line.read(raw, row, number, tally)
        tally.whole |= not is_row and row in tally.rows
        return values

    def _stands_right(self, record: RecordType, ledger: Ledger) -> bool:
        starts = self._has_head and not ledger.begun
        return ledger.tail is None and (record.place == "head") == starts

    def _line_for(self, raw: Raw, row: int, number: int, tally: Tally) -> Line | None:
        if not self.layout.key:
            return next(iter(self._lines.values()))
        key = tuple(value.strip(" ") for value in self._key_of(raw))
        line = self._by_key.get(key)
        if line is None:
            message = f"Die Satzart „{' '.join(key)}“ gibt es in {self.name} nicht."
            field = self.layout.key[0]
            tally.add("record_unknown", message, row=row, line=number, field=field)
        return line

    def write(self, document: Table) -> bytes:
        """Write head, rows and tail, then judge the result like a foreign file."""
        ends = {line.record.place: name for name, line in self._lines.items()}
        values: list[Row] = []
        if "head" in ends:
            values.append({**document.head, "@type": ends["head"]})
        values.extend(document.rows)
        if "tail" in ends:
            values.append({**document.tail, "@type": ends["tail"]})
        records = [self.layout.record(row["@type"]) for row in values]
        written = [self._lines[row["@type"]].write(row, i) for i, row in enumerate(values)]
        text = self._splitter.join(written, records)
        reading = self._checked((text,))
        if reading.verdict is not Verdict.PASSED:
            raise Misconfigured(
                "own_output_invalid",
                f"Die erzeugte Datei entspricht nicht {self.name}: {reading.findings[0].message}",
                remedy="Mapping oder Tabellenschema berichtigen, danach erneut anstoßen.",
                findings=reading.findings,
            )
        return text.encode(self.layout.encoding)

    def check(self) -> tuple[Finding, ...]:
        """Return nothing: a layout that contradicts itself could not be loaded."""
        return ()
