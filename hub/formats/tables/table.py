"""Tables of any notation: record types, rows, totals. Compiled once from a layout.

A notation only splits text into lines and joins them again; what a line means, whether
its values are right and whether the totals tie out is decided here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from operator import itemgetter
from typing import Any, Protocol

from hub.core.errors import Misconfigured, RuleViolation, Undecodable
from hub.core.findings import Finding, Verdict
from hub.core.money import format_german
from hub.formats.base import Notation, Reading, Row, Table
from hub.formats.gate import is_utf8, refusal
from hub.formats.tables.cells import compile_reader, compile_writer
from hub.formats.tables.layout import Field, Layout, RecordType
from hub.formats.tally import Fault, Tally

Raw = Any
"""A line of a fixed-width file or the list of cells of a delimited one."""


class Splitter(Protocol):
    """What a notation adds."""

    def split(self, text: str, tally: Tally) -> Iterator[tuple[int, int, Raw]]:
        """Yield row, line number and line; faults of the notation go to the tally."""
        ...

    def join(self, lines: list[dict[str, str]], records: list[RecordType]) -> str:
        """Return the text of the file made of the written fields of each line."""
        ...

    def place(self, field: Field) -> int | slice:
        """Return where a field lies in a line."""
        ...

    def rest(self, record: RecordType) -> list[int | slice]:
        """Return the parts of a line that no field covers and that must be blank."""
        ...

    mark: str
    """What the beginning of a file is recognised by."""

    def is_mine(self, data: bytes) -> bool:
        """Return whether the beginning looks like this layout."""
        ...


def _several(places: list[Any]) -> Callable[[Raw], tuple[str, ...]]:
    """Return a fast picker that always yields a tuple."""
    if not places:
        return lambda _: ()
    if len(places) == 1:
        pick_one = itemgetter(places[0])
        return lambda raw: (pick_one(raw),)
    return itemgetter(*places)


class _Line:
    """One record type, compiled."""

    def __init__(self, record: RecordType, layout: Layout, splitter: Splitter) -> None:
        self.record = record
        self._names = [field.name for field in record.fields]
        self._readers = [compile_reader(field, layout) for field in record.fields]
        self._writers = [compile_writer(field, layout) for field in record.fields]
        self._pick = _several([splitter.place(field) for field in record.fields])
        self._rest = _several(splitter.rest(record))
        self._needs = [(f.name, f.needed_with) for f in record.fields if f.needed_with]
        self.unique = [field.name for field in record.fields if field.unique]

    def read(self, raw: Raw, row: int, line: int, tally: Tally) -> dict[str, Any]:
        values: dict[str, Any] = {"@row": row, "@type": self.record.type}
        for name, reader, cell in zip(self._names, self._readers, self._pick(raw), strict=True):
            try:
                value = reader(cell)
            except Fault as fault:
                message = f"Feld „{name}“: {fault.message}."
                tally.add(fault.rule, message, row=row, line=line, field=name)
                continue
            if value is not None:
                values[name] = value
        for name, other in self._needs:
            if other in values and name not in values:
                message = f"Feld „{name}“: der Wert fehlt, obwohl „{other}“ angegeben ist."
                tally.add("value_missing", message, row=row, line=line, field=name)
        if "".join(self._rest(raw)).strip(" "):
            message = (
                f"In einem Satz „{self.record.type}“ sind Stellen belegt, die leer sein müssen."
            )
            tally.add("surplus_value", message, row=row, line=line)
        return values

    def write(self, values: Mapping[str, Any], row: int) -> dict[str, str]:
        written: dict[str, str] = {}
        for name, writer in zip(self._names, self._writers, strict=True):
            try:
                written[name] = writer(values.get(name))
            except Fault as fault:
                finding = Finding(
                    fault.rule, f"Feld „{name}“: {fault.message}.", row=row, field=name
                )
                raise RuleViolation(
                    "value_not_writable",
                    f"Ein Wert passt nicht in das Feld „{name}“: {fault.message}.",
                    place=name,
                    remedy="Den Wert im Fachverfahren berichtigen oder das Mapping anpassen.",
                    findings=(finding,),
                ) from fault
        return written


class TableFormat:
    """A kind of delimited or fixed-width file given by a layout."""

    def __init__(self, name: str, layout: Layout, splitter: Splitter) -> None:
        self.name = name
        self.layout = layout
        self.notation: Notation = layout.notation
        self._splitter = splitter
        self._lines = {record.type: _Line(record, layout, splitter) for record in layout.records}
        self._by_key = {
            key: self._lines[record.type] for record in layout.records for key in record.match
        }
        first = layout.records[0]
        keys = [next(f for f in first.fields if f.name == name) for name in layout.key]
        self._key_of = _several([splitter.place(field) for field in keys])

    @property
    def marks(self) -> frozenset[str]:
        """The first line, or the fixed places of the first record."""
        return frozenset({self._splitter.mark})

    def matches(self, data: bytes, file_name: str) -> bool:  # noqa: ARG002 - names mean nothing
        """Return whether header line or header record are those of this format."""
        return self._splitter.is_mine(data)

    def read(self, data: bytes) -> Reading:
        """Read every line, check every value, then the totals."""
        return self._judged(decoded(data, self.layout.encoding))

    def _judged(self, text: str) -> Reading:
        tally = Tally()
        table = self._table(text, tally)
        self._tie_out(table, tally)
        if not tally.counts:
            return Reading(Verdict.PASSED, (), table)
        counts = dict(tally.counts)
        if tally.whole:
            return Reading(Verdict.FAILED, tally.findings, counts=counts)
        good = tuple(row for row in table.rows if row["@row"] not in tally.rows)
        table = Table(table.head, good, table.tail)
        return Reading(Verdict.FAILED, tally.findings, None, counts, table, tally.rows)

    def _table(self, text: str, tally: Tally) -> Table:
        parts: dict[str, list[dict[str, Any]]] = {"head": [], "row": [], "tail": []}
        has_head = any(line.record.place == "head" for line in self._lines.values())
        seen: dict[tuple[str, str], set[Any]] = {
            (name, field): set() for name, line in self._lines.items() for field in line.unique
        }
        for row, number, raw in self._splitter.split(text, tally):
            compiled = self._line_for(raw, row, number, tally)
            if compiled is None:
                continue
            place = compiled.record.place
            starts = has_head and not (parts["head"] or parts["row"])
            if parts["tail"] or (place == "head") != starts:
                message = f"Ein Satz „{compiled.record.type}“ steht an falscher Stelle."
                tally.add("record_misplaced", message, row=row, line=number)
                tally.whole = True
            values = compiled.read(raw, row, number, tally)
            tally.whole |= place != "row" and row in tally.rows
            for field in compiled.unique:
                self._note(seen[compiled.record.type, field], values, field, number, tally)
            parts[place].append(values)
        self._require_ends(parts, tally)
        return Table(_first(parts["head"]), tuple(parts["row"]), _first(parts["tail"]))

    def _line_for(self, raw: Raw, row: int, number: int, tally: Tally) -> _Line | None:
        if not self.layout.key:
            return next(iter(self._lines.values()))
        key = tuple(value.strip(" ") for value in self._key_of(raw))
        line = self._by_key.get(key)
        if line is None:
            message = f"Die Satzart „{' '.join(key)}“ gibt es in {self.name} nicht."
            field = self.layout.key[0]
            tally.add("record_unknown", message, row=row, line=number, field=field)
        return line

    @staticmethod
    def _note(seen: set[Any], values: Row, field: str, number: int, tally: Tally) -> None:
        value = values.get(field)
        if value in seen:
            message = f"Feld „{field}“: der Wert kommt in der Datei mehrfach vor."
            tally.add("value_repeated", message, row=values["@row"], line=number, field=field)
        elif value is not None:
            seen.add(value)

    def _require_ends(self, parts: Mapping[str, list[Any]], tally: Tally) -> None:
        words = {
            "head": ("header_missing", "Der Kopfsatz"),
            "tail": ("trailer_missing", "Der Schlusssatz"),
        }
        for place, (rule, name) in words.items():
            wanted = any(line.record.place == place for line in self._lines.values())
            if wanted and not parts[place]:
                tally.add(rule, f"{name} fehlt; die Datei ist unvollständig.")

    def _tie_out(self, table: Table, tally: Tally) -> None:
        """Compare the trailer with the records; skipped when there is no trailer to compare."""
        for rule in self.layout.rules if table.tail else ():
            stated = table.tail.get(rule.field)
            if rule.rule == "same":
                for row in table.rows:
                    if row.get(rule.field) != stated:
                        message = f"Feld „{rule.field}“ weicht vom Schlusssatz ab."
                        tally.add("value_differs", message, row=row["@row"], field=rule.field)
                        tally.whole = True
                continue
            counted = rule.rule == "count"
            true = len(table.rows) if counted else sum(row.get(rule.of, 0) for row in table.rows)
            if stated is not None and stated != true:
                shown = (str(n) if counted else format_german(n) + " €" for n in (stated, true))
                message = f"Schlusssatz, Feld „{rule.field}“: „{{}}“ angegeben, „{{}}“ gezählt."
                rule_word = "count_wrong" if counted else "sum_wrong"
                tally.add(rule_word, message.format(*shown), field=rule.field)

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
        reading = self._judged(text)
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


def _first(values: list[dict[str, Any]]) -> dict[str, Any]:
    return values[0] if values else {}


def decoded(data: bytes, encoding: str) -> str:
    """Return the text of a file whose encoding the interface fixes; nothing is guessed.

    Raises:
        Undecodable: empty, or visibly in another encoding.
    """
    if not data.strip():
        raise refusal("empty_file", "Die Datei ist leer.")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as exc:
        raise _wrong(data, encoding, exc.start) from exc
    if encoding != "utf-8" and is_utf8(data):
        at = next(index for index, byte in enumerate(data) if byte > 0x7F)  # noqa: PLR2004 - ASCII ends here
        raise _wrong(data, encoding, at)
    return text


def _wrong(data: bytes, encoding: str, at: int) -> Undecodable:
    line = data.count(b"\n", 0, at) + 1
    return refusal("encoding_wrong", f"Die Datei ist nicht in {encoding} geschrieben.", line)
