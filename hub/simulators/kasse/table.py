"""Tables of the cash profile: Windows-1252, CR LF, semicolons, quotes only where needed.

Invariant: a table is read only if writing its cells again gives the same bytes, so every
deviation from the one allowed notation is found.
"""

from __future__ import annotations

import csv
import io

from hub.simulators.cash.model import BatchFault

ENCODING = "cp1252"
LINE_END = "\r\n"
NEEDS_QUOTES = frozenset(';"\r\n')


def read_table(raw: bytes) -> list[list[str]]:
    """Read the rows of a file; raises :class:`BatchFault` on any other notation."""
    try:
        text = raw.decode(ENCODING)
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=";", strict=True))
    except UnicodeDecodeError as error:
        raise BatchFault(f"Byte {error.start + 1}: nicht Windows-1252") from error
    except csv.Error as error:
        raise BatchFault("Anführungszeichen stehen falsch") from error
    if any(sign < " " and sign not in "\r\n" for sign in text):
        raise BatchFault("Steuerzeichen")
    if write_table(rows) != raw:
        raise BatchFault("Zeilenende nicht CR LF oder unnötige Anführungszeichen")
    return rows


def write_table(rows: list[list[str]]) -> bytes:
    """Write rows in the one allowed notation."""
    lines = (";".join(map(_cell, row)) + LINE_END for row in rows)
    return "".join(lines).encode(ENCODING)


def _cell(text: str) -> str:
    if NEEDS_QUOTES.isdisjoint(text):
        return text
    return '"' + text.replace('"', '""') + '"'
