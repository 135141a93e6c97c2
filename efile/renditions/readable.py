"""What a mail, a text, a table or a Word document says, laid out plainly.

Runs in the limited child only. It is a view of the words, not of the layout: that shows the
original in its own program, or its PDF.
"""

from __future__ import annotations

import csv
import itertools
import re
from typing import Any

from efile.capture import content, mail, office, package
from efile.index.text import decoded

_MOST_CHARACTERS = 400_000
_MOST_ROWS = 2_000
_MOST_COLUMNS = 60
_DELIMITERS = ";\t,|"
_SEEN_LINES = 20
_LONGEST_FIELD = 131_072


def readable(params: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
    """Return head lines, paragraphs and tables of a document, and whether there is more."""
    return _BY_KIND[params["kind"]](data), b""


def _mail(data: bytes) -> dict[str, Any]:
    letter = mail.read(data)
    return _text(letter.body) | {"head": letter.head}


def _html(data: bytes) -> dict[str, Any]:
    return _text(mail.words_of_html(decoded(data)))


def _plain(data: bytes) -> dict[str, Any]:
    return _text(decoded(data))


def _text(text: str) -> dict[str, Any]:
    """Split into paragraphs at empty lines; lines within one are kept."""
    lines = "\n".join(line.rstrip() for line in text[:_MOST_CHARACTERS].splitlines())
    paragraphs = [one.strip("\n") for one in re.split(r"\n{2,}", lines) if one.strip()]
    return _answer(paragraphs, [], cut=len(text) > _MOST_CHARACTERS)


def _word(data: bytes) -> dict[str, Any]:
    with package.opened(data) as opened:
        return _text("\n\n".join(office.words_of(opened)))


def _workbook(data: bytes) -> dict[str, Any]:
    with package.opened(data) as opened:
        sheets = office.sheets_of(opened)
    left, cut, tables = _MOST_ROWS, False, []
    for sheet in sheets:
        rows = [row for row in sheet.rows if any(row)]
        cut |= len(rows) > left
        if rows[:left]:
            tables.append({"name": sheet.name, "rows": _even(rows[:left])})
        left -= len(rows[:left])
    return _answer([], tables, cut=cut)


def _csv(data: bytes) -> dict[str, Any]:
    text = decoded(data)
    lines = text.splitlines()[:_SEEN_LINES]
    delimiter = max(_DELIMITERS, key=lambda sign: sum(line.count(sign) for line in lines))
    csv.field_size_limit(_LONGEST_FIELD)
    reader = csv.reader(text.splitlines(keepends=True), delimiter=delimiter)
    try:
        rows = list(itertools.islice(reader, _MOST_ROWS + 1))
    except csv.Error:
        return _text(text)
    tables = [{"name": "", "rows": _even(rows[:_MOST_ROWS])}] if rows else []
    return _answer([], tables, cut=len(rows) > _MOST_ROWS)


def _even(rows: list[list[str]]) -> list[list[str]]:
    """Give every row the same number of cells: screen readers count them."""
    width = min(max(len(row) for row in rows), _MOST_COLUMNS)
    return [(row + [""] * width)[:width] for row in rows]


def _answer(paragraphs: list[str], tables: list[dict[str, Any]], *, cut: bool) -> dict[str, Any]:
    return {"head": [], "paragraphs": paragraphs, "tables": tables, "cut": cut}


_BY_KIND = {
    content.MAIL: _mail,
    content.HTML: _html,
    content.PLAIN: _plain,
    content.DOCX: _word,
    content.XLSX: _workbook,
    content.CSV: _csv,
}
READABLE = frozenset(_BY_KIND)
"""Media types that can be laid out so."""
