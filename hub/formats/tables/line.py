"""One record type, compiled: from a raw line to values and back."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from operator import itemgetter
from typing import Any, Protocol

from hub.core.errors import RuleViolation
from hub.core.findings import Finding
from hub.formats.tables.cells import CellReader, compile_reader, compile_writer
from hub.formats.tables.layout import Field, Layout, RecordType
from hub.formats.tables.quick import compile_glance, compile_look
from hub.formats.tally import Fault, Tally

Raw = Any
"""A line of a fixed-width file or the list of cells of a delimited one."""
Place = int | slice
Glance = Callable[[str], object]
"""Looks at a whole line; returns something true when it is surely right."""


class Places(Protocol):
    """Where a notation keeps what in a line."""

    def place(self, field: Field) -> Place:
        """Return where a field lies in a line."""
        ...

    def rest(self, record: RecordType) -> list[Place]:
        """Return the parts of a line that no field covers and that must be blank."""
        ...


Readers = Mapping[str, CellReader]


def several(places: list[Any]) -> Callable[[Raw], tuple[str, ...]]:
    """Return a fast picker that always yields a tuple."""
    if not places:
        return lambda _: ()
    if len(places) == 1:
        pick_one = itemgetter(places[0])
        return lambda raw: (pick_one(raw),)
    return itemgetter(*places)


class Line:
    """One record type."""

    def __init__(
        self,
        record: RecordType,
        layout: Layout,
        places: Places,
        looked_at: Collection[str] = (),
    ) -> None:
        """Compile.

        Args:
            record: the record type.
            layout: the file it belongs to.
            places: where the notation keeps what.
            looked_at: fields whose values are wanted even of a line that looks good.
        """
        self.record = record
        self._names = [field.name for field in record.fields]
        self._readers = [compile_reader(field, layout) for field in record.fields]
        self._writers = [compile_writer(field, layout) for field in record.fields]
        self._pick = several([places.place(field) for field in record.fields])
        self._rest = several(places.rest(record))
        self._needs = [(f.name, f.needed_with) for f in record.fields if f.needed_with]
        self._looks = [(places.place(f), compile_look(f, layout)) for f in record.fields]
        self._blank = places.rest(record)
        self._where = {field.name: places.place(field) for field in record.fields}
        tied = {*looked_at, *record.unique, *(rule.of or rule.field for rule in layout.rules)}
        readers = dict(zip(self._names, self._readers, strict=True))
        watched = {name: readers[name] for name in self._names if name in tied}
        self._watched = [(name, self._where[name], reader) for name, reader in watched.items()]
        csv = layout.notation == "csv"
        self.glance = _Glanced(record, layout, watched).look if csv else _see_nothing
        """Returns the watched values of a line that is surely right, else nothing."""

    def looks_good(self, raw: Raw) -> bool:
        """Return whether a line is surely right; if not, :meth:`read` says what is wrong."""
        for place, look in self._looks:
            if not look(raw[place]):
                return False
        for place in self._blank:
            if raw[place].strip(" "):
                return False
        for name, other in self._needs:
            if raw[self._where[other]].strip(" ") and not raw[self._where[name]].strip(" "):
                return False
        return True

    def watched(self, raw: Raw) -> dict[str, Any]:
        """Return only what the file as a whole must tie out with, of a line that looks good."""
        return _present((name, reader(raw[place])) for name, place, reader in self._watched)

    def read(self, raw: Raw, row: int, line: int, tally: Tally) -> dict[str, Any]:
        """Return the values of a line; what is wrong goes to the tally."""
        values: dict[str, Any] = {"@row": row, "@type": self.record.type}
        for name, reader, cell in zip(self._names, self._readers, self._pick(raw), strict=True):
            try:
                value = reader(cell)
            except Fault as fault:
                message = "" if tally.is_full else f"Feld „{name}“: {fault.message}."
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
        """Return the characters of each field.

        Raises:
            RuleViolation: a value does not fit its field.
        """
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


def _present(values: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    return {name: value for name, value in values if value is not None}


def _see_nothing(_: str) -> dict[str, Any] | None:
    return None


class _Glanced:
    """Sees through the lines of a delimited file with one expression."""

    def __init__(self, record: RecordType, layout: Layout, readers: Readers) -> None:
        needs = [(f.name, f.needed_with) for f in record.fields if f.needed_with]
        names = [*readers, *layout.key, *(name for pair in needs for name in pair)]
        wanted = list(dict.fromkeys(names))
        pattern = compile_glance(record, layout, wanted) if record.place == "row" else None
        self._match = pattern.fullmatch if pattern else None
        groups = [f"f{layout.columns.index(name)}" for name in wanted]
        self._groups = tuple(pattern.groupindex[group] for group in groups) if pattern else ()
        at = {name: index for index, name in enumerate(wanted, 1)}
        self._watched = [(name, at[name], reader) for name, reader in readers.items()]
        self._needs = [(at[name], at[other]) for name, other in needs]
        self._keys = [at[name] for name in layout.key]
        self._allowed = frozenset(record.match)

    def look(self, text: str) -> dict[str, Any] | None:
        found = self._match(text) if self._match else None
        if found is None:
            return None
        # The whole line stands first, so that there is always a tuple.
        cells = found.group(0, 0, *self._groups)[1:]
        if self._keys and tuple(cells[key] for key in self._keys) not in self._allowed:
            return None
        for name, other in self._needs:
            if cells[other] and not cells[name]:
                return None
        return _present((name, reader(cells[at])) for name, at, reader in self._watched)
