"""Some rows of a delimited file, byte for byte as they came, under its line of columns."""

from __future__ import annotations

from collections.abc import Collection

_END = b"\r\n"


def rows_of(data: bytes) -> list[bytes]:
    """Return the line of columns and each row after it, without its line end.

    A quoted text may hold line ends; rows are counted as in the check of the file. Encodings
    of tables have all signs of the notation in one byte of ASCII.
    """
    rows: list[bytes] = []
    opened: list[bytes] = []
    for line in data.removesuffix(_END).split(_END):
        if (line.count(b'"') % 2 == 1) != bool(opened):
            opened.append(line)
            continue
        rows.append(_END.join([*opened, line]))
        opened = []
    return rows + ([_END.join(opened)] if opened else [])


def excerpt(data: bytes, wanted: Collection[int]) -> bytes:
    """Return a file of the wanted rows only; the row after the line of columns is number one."""
    head, *rows = rows_of(data)
    chosen = [row for number, row in enumerate(rows, start=1) if number in wanted]
    return _END.join([head, *chosen]) + _END
