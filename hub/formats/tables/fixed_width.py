"""Fixed-width files: every line has the same length and ends with CR LF."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from hub.formats.tables.layout import Field, Layout, RecordType
from hub.formats.tables.line import Glance
from hub.formats.tables.lines import END, lines_of
from hub.formats.tally import Tally


class FixedWidth:
    """Splits and joins the lines of one layout."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._length = layout.line_length
        self.mark = _marker(layout.records[0])
        self._marker = re.compile(self.mark, re.DOTALL)

    def split(
        self,
        chunks: Iterable[str],
        tally: Tally,
        glance: Glance,  # noqa: ARG002 - only delimited lines are seen through at a glance
    ) -> Iterator[tuple[int, int, str]]:
        """Yield row (the header is row 0), line number and line; faulty lines are only noted."""
        for number, line in enumerate(lines_of(chunks, tally), 1):
            if len(line) != self._length:
                message = f"Die Zeile hat {len(line)} statt {self._length} Zeichen."
                tally.add("line_length_wrong", message, row=number - 1, line=number)
            elif "\r" in line or "\n" in line or "\0" in line:
                message = "Die Zeile enthält Zeilenenden oder Nullbytes."
                tally.add("character_forbidden", message, row=number - 1, line=number)
            else:
                yield number - 1, number, line

    def join(self, lines: list[dict[str, str]], records: list[RecordType]) -> str:
        """Return the lines, padded to their length."""
        return "".join(
            self._line(values, record) + END for values, record in zip(lines, records, strict=True)
        )

    def _line(self, values: dict[str, str], record: RecordType) -> str:
        line, end = [], 0
        for field in sorted(record.fields, key=lambda spec: spec.first):
            line += [" " * (field.first - 1 - end), values[field.name]]
            end = field.last
        return "".join(line).ljust(self._length)

    def place(self, field: Field) -> slice:
        """Return the characters of a field."""
        return slice(field.first - 1, field.last)

    def rest(self, record: RecordType) -> list[int | slice]:
        """Return the gaps between fields."""
        gaps: list[int | slice] = []
        end = 0
        for field in sorted(record.fields, key=lambda spec: spec.first):
            gaps += [slice(end, field.first - 1)] if field.first - 1 > end else []
            end = field.last
        return gaps + ([slice(end, self._length)] if end < self._length else [])

    def is_mine(self, data: bytes) -> bool:
        """Return whether the fixed values of the first record stand where they must."""
        head = data[: self._length].decode(self._layout.encoding, "replace")
        return self._marker.match(head) is not None


def _marker(record: RecordType) -> str:
    pattern, end = "", 0
    for field in sorted(record.fields, key=lambda spec: spec.first):
        if field.fixed is not None:
            width = field.last - field.first + 1
            pattern += f".{{{field.first - 1 - end}}}{re.escape(field.fixed.ljust(width))}"
            end = field.last
    return pattern
