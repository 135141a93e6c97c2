"""Delimited files, read strictly.

The standard reader lets NUL, ragged rows, lone quotes and bare carriage returns pass, so
lines are split here: plainly where no quote occurs, by a grammar where one does. Blank
lines are faults. Lines end with CR LF.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator
from typing import Any

from hub.formats.tables.layout import Field, Layout, RecordType
from hub.formats.tables.line import Glance
from hub.formats.tables.lines import END, lines_of
from hub.formats.tally import Tally

MOST_LINES = 10_000
"""Lines one quoted text may hold; without a bound an open quote would swallow the file."""


class Csv:
    """Splits and joins the lines of one layout."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._sign = sign = layout.delimiter
        self._index = {name: index for index, name in enumerate(layout.columns)}
        self._header = self.mark = sign.join(layout.columns)
        mark = re.escape(sign)
        end = f"(?={mark}|\\Z)"
        self._cell = re.compile(f'"((?:[^"]|"")*)"{end}|([^"{mark}]*){end}')
        self._needs_quotes = re.compile(f'[{mark}"\r\n]')

    def split(
        self, chunks: Iterable[str], tally: Tally, glance: Glance
    ) -> Iterator[tuple[int, int, Any]]:
        """Yield row, line number and what the glance found, else the cells.

        Rows that cannot be taken apart are only noted.
        """
        lines = lines_of(chunks, tally)
        if next(lines, self._header) != self._header:
            message = f"Die erste Zeile nennt nicht genau diese Spalten: {self._header}"
            tally.add("columns_wrong", message, line=1)
            return
        opened = _Opened()
        row = 0
        for number, line in enumerate(lines, 2):
            if not opened and (found := glance(line)):
                row += 1
                yield row, number, found
                continue
            whole = opened.take(line, number)
            if whole is not None:
                row += 1
                cells = self._row(whole, row, opened.start, tally)
                if cells is not None:
                    yield row, opened.start, cells
            elif len(opened) > MOST_LINES:
                break
        if opened:
            message = "Ein Anführungszeichen wird geöffnet, aber nicht geschlossen."
            tally.add("quote_unterminated", message, row=row + 1, line=opened.start)
            # The open quote swallowed the rest of the file.
            tally.whole = True

    def _row(self, line: str, row: int, number: int, tally: Tally) -> list[str] | None:
        cells = self._cells(line, row, number, tally)
        if cells is not None and len(cells) != len(self._layout.columns):
            message = f"Die Zeile hat {len(cells)} statt {len(self._layout.columns)} Felder."
            tally.add("row_ragged", message, row=row, line=number)
            cells = None
        if END in line and row in tally.rows:
            # A stray quote may have joined several rows to this one.
            tally.whole = True
        return cells

    def _cells(self, line: str, row: int, number: int, tally: Tally) -> list[str] | None:
        fault = _fault(line)
        if fault:
            at = next((i for i, c in enumerate(line.split(self._sign)) if _fault(c) == fault), 0)
            name = self._layout.columns[min(at, len(self._layout.columns) - 1)]
            tally.add(*fault, row=row, line=number, field=name if line else None)
            return None
        if '"' not in line:
            return line.split(self._sign)
        return self._quoted(line, row, number, tally)

    def _quoted(self, line: str, row: int, number: int, tally: Tally) -> list[str] | None:
        cells: list[str] = []
        at = 0
        while at <= len(line):
            match = self._cell.match(line, at)
            if match is None:
                name = self._layout.columns[min(len(cells), len(self._layout.columns) - 1)]
                message = f"Feld „{name}“: ein Anführungszeichen steht mitten im Text."
                tally.add("quote_misplaced", message, row=row, line=number, field=name)
                return None
            quoted = match[1]
            cells.append(match[2] if quoted is None else quoted.replace('""', '"'))
            at = match.end() + 1
        return cells

    def join(self, lines: list[dict[str, str]], records: list[RecordType]) -> str:  # noqa: ARG002 - columns say it all
        """Return the header line and the rows, quoted only where needed."""
        rows = [[values.get(name, "") for name in self._layout.columns] for values in lines]
        body = [self._sign.join(self._quote(cell) for cell in row) for row in rows]
        return END.join([self._header, *body]) + END

    def _quote(self, cell: str) -> str:
        cell = cell.replace("\r\n", "\n").replace("\n", END)
        if self._needs_quotes.search(cell):
            return '"' + cell.replace('"', '""') + '"'
        return cell

    def place(self, field: Field) -> int:
        """Return the column of a field."""
        return self._index[field.name]

    def rest(self, record: RecordType) -> list[int | slice]:
        """Return the columns this record type leaves empty."""
        used = {field.name for field in record.fields}
        return [index for name, index in self._index.items() if name not in used]

    def is_mine(self, data: bytes) -> bool:
        """Return whether the first line names exactly the columns."""
        wanted = self._header.encode(self._layout.encoding)
        # Wrong line ends and a byte order mark are faults to be told, not another format.
        return data.removeprefix(BOM_UTF8)[: len(wanted) + 1].rstrip(b"\r\n") == wanted


class _Opened:
    """Lines of a row that goes on while a quotation mark is open."""

    def __init__(self) -> None:
        self.start = 0
        """Line the row begins in."""
        self._lines: list[str] = []

    def __len__(self) -> int:
        return len(self._lines)

    def take(self, line: str, number: int) -> str | None:
        """Add a line and return the row, once it is whole."""
        if not self._lines:
            self.start = number
        if (line.count('"') % 2 == 1) != bool(self._lines):
            self._lines.append(line)
            return None
        whole = END.join([*self._lines, line]) if self._lines else line
        self._lines = []
        return whole


def _fault(line: str) -> tuple[str, str] | None:
    """Return rule and sentence for what no line may contain."""
    if not line:
        return "row_blank", "Leere Zeilen sind nicht erlaubt."
    if "\0" in line:
        return "nul_bytes", "Die Zeile enthält Nullbytes."
    if '"' not in line and ("\r" in line or "\n" in line):
        return "line_end_wrong", "Zeilen müssen mit CR LF enden."
    return None
