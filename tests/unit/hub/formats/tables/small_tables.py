"""Small layouts for the tests of tables."""

from __future__ import annotations

import msgspec

from hub.formats.tables.csv import Csv
from hub.formats.tables.fixed_width import FixedWidth
from hub.formats.tables.layout import Layout
from hub.formats.tables.table import TableFormat

DELIMITED = {
    "notation": "csv",
    "title": "Posten",
    "encoding": "cp1252",
    "date": "DD.MM.YYYY",
    "money": "comma",
    "key": ["Satz"],
    "columns": ["Satz", "Nr", "Name", "Betrag", "Tag"],
    "rules": [
        {"rule": "count", "field": "Nr"},
        {"rule": "sum", "field": "Betrag", "of": "Betrag"},
    ],
    "records": [
        {
            "type": "D",
            "match": [["D"]],
            "fields": [
                {"name": "Satz", "type": "A", "fixed": "D"},
                {"name": "Nr", "type": "N", "required": True, "unique": True},
                {"name": "Name", "type": "A", "multiline": True, "max": 20},
                {"name": "Betrag", "type": "M", "required": True},
                {"name": "Tag", "type": "D", "needed_with": "Name"},
            ],
        },
        {
            "type": "E",
            "place": "tail",
            "match": [["E"]],
            "fields": [
                {"name": "Satz", "type": "A", "fixed": "E"},
                {"name": "Nr", "type": "N", "required": True},
                {"name": "Betrag", "type": "M", "required": True},
            ],
        },
    ],
}
HEADER = "Satz;Nr;Name;Betrag;Tag"

FIXED = {
    "notation": "fixed_width",
    "title": "Sätze",
    "encoding": "iso8859-15",
    "line_length": 40,
    "date": "YYYYMMDD",
    "money": "cents",
    "key": ["Satz"],
    "rules": [
        {"rule": "count", "field": "Anzahl"},
        {"rule": "sum", "field": "Summe", "of": "Betrag"},
    ],
    "records": [
        {
            "type": "H",
            "place": "head",
            "match": [["H"]],
            "fields": [
                {"name": "Satz", "type": "A", "from": 1, "to": 1, "fixed": "H"},
                {
                    "name": "Marke",
                    "type": "A",
                    "from": 2,
                    "to": 5,
                    "required": True,
                    "fixed": "TEST",
                },
                {"name": "Folge", "type": "N", "from": 6, "to": 9},
            ],
        },
        {
            "type": "D",
            "match": [["D"]],
            "fields": [
                {"name": "Satz", "type": "A", "from": 1, "to": 1, "fixed": "D"},
                {"name": "Name", "type": "A", "from": 2, "to": 11, "required": True},
                {"name": "Betrag", "type": "M", "from": 12, "to": 18},
                {"name": "Tag", "type": "D", "from": 20, "to": 27},
            ],
        },
        {
            "type": "T",
            "place": "tail",
            "match": [["T"]],
            "fields": [
                {"name": "Satz", "type": "A", "from": 1, "to": 1, "fixed": "T"},
                {"name": "Anzahl", "type": "N", "from": 2, "to": 5},
                {"name": "Summe", "type": "N", "from": 6, "to": 15},
            ],
        },
    ],
}


def delimited() -> TableFormat:
    layout = msgspec.convert(DELIMITED, Layout)
    return TableFormat("test/Posten-1.0", layout, Csv(layout))


def fixed_width() -> TableFormat:
    layout = msgspec.convert(FIXED, Layout)
    return TableFormat("test/Saetze-1.0", layout, FixedWidth(layout))
