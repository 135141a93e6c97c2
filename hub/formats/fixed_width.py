"""Fixed-width files: every line has the same length and ends with CR LF."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hub.core.errors import Undecodable
from hub.formats.gate import is_utf8, refusal
from hub.formats.layout import Field, Layout, RecordType
from hub.formats.tally import Tally

_END = "\r\n"


class FixedWidth:
    """Splits and joins the lines of one layout."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._length = layout.line_length
        self._marker = re.compile(_marker(layout.records[0]), re.DOTALL)

    def split(self, data: bytes, tally: Tally) -> Iterator[tuple[int, int, str]]:
        """Yield row (the header is row 0), line number and line; faulty lines are only noted."""
        text = decoded(data, self._layout.encoding)
        lines = text.split(_END)
        if lines.pop():
            message = (
                "Die letzte Zeile ist nicht mit CR LF abgeschlossen; die Datei ist abgeschnitten."
            )
            tally.add("line_truncated", message, row=len(lines), line=len(lines) + 1)
        for number, line in enumerate(lines, 1):
            if len(line) != self._length:
                message = f"Die Zeile hat {len(line)} statt {self._length} Zeichen."
                tally.add("line_length_wrong", message, row=number - 1, line=number)
            elif "\r" in line or "\n" in line or "\0" in line:
                message = "Die Zeile enthält Zeilenenden oder Nullbytes."
                tally.add("character_forbidden", message, row=number - 1, line=number)
            else:
                yield number - 1, number, line

    def join(self, lines: list[dict[str, str]], records: list[RecordType]) -> bytes:
        """Return the lines, padded to their length."""
        return "".join(
            self._line(values, record) + _END for values, record in zip(lines, records, strict=True)
        ).encode(self._layout.encoding)

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
