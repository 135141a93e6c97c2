"""Lines of the IHV profile: 300 characters, ISO-8859-15, fields at fixed positions.

A field is read only as the page writes it: text left-aligned, numbers in digits padded with
zeros, dates as ``YYYYMMDD``; characters no field owns are spaces.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from hub.simulators.cash.model import BatchFault

ENCODING = "iso8859-15"
LINE_LENGTH = 300
LINE_END = b"\r\n"


@dataclass(frozen=True)
class Field:
    """Columns ``first`` to ``last`` (1-based, inclusive) of type ``A``, ``N`` or ``D``."""

    first: int
    last: int
    kind: str
    name: str
    required: bool = False

    @property
    def width(self) -> int:
        """Number of characters."""
        return self.last - self.first + 1


HEADER = (
    Field(1, 1, "A", "Satzart", required=True),
    Field(2, 9, "A", "Format", required=True),
    Field(10, 10, "A", "Richtung", required=True),
    Field(11, 20, "A", "Dienststelle", required=True),
    Field(21, 26, "N", "Folgenummer"),
    Field(27, 34, "D", "Erstellt", required=True),
    Field(35, 42, "A", "Antwort auf"),
)
TRAILER = (
    Field(1, 1, "A", "Satzart", required=True),
    Field(2, 8, "N", "Anzahl"),
    Field(9, 23, "N", "Summe"),
)
PAYMENT = (
    Field(1, 1, "A", "Satzart", required=True),
    Field(2, 17, "A", "Auftragsnummer", required=True),
    Field(18, 47, "A", "Aktenzeichen", required=True),
    Field(48, 67, "A", "Bescheidnummer"),
    Field(68, 68, "A", "Zahlungsart", required=True),
    Field(69, 79, "N", "Betrag"),
    Field(80, 87, "D", "Beginn", required=True),
    Field(88, 95, "D", "Ende"),
    Field(96, 165, "A", "Empfaenger", required=True),
    Field(166, 187, "A", "IBAN", required=True),
    Field(188, 205, "A", "Buchungsstelle", required=True),
    Field(206, 300, "A", "Verwendungszweck"),
)
CHANGE = (
    Field(1, 1, "A", "Satzart", required=True),
    Field(2, 17, "A", "Auftragsnummer", required=True),
    Field(18, 47, "A", "Aktenzeichen", required=True),
    Field(48, 67, "A", "Bescheidnummer"),
    Field(68, 68, "A", "Aenderungsart", required=True),
    Field(69, 79, "N", "Betrag"),
    Field(80, 87, "D", "Ab", required=True),
    Field(88, 103, "A", "Bezug", required=True),
    Field(104, 121, "A", "Buchungsstelle", required=True),
    Field(122, 261, "A", "Grund"),
)
CLAIM = (
    Field(1, 1, "A", "Satzart", required=True),
    Field(2, 17, "A", "Auftragsnummer", required=True),
    Field(18, 47, "A", "Aktenzeichen", required=True),
    Field(48, 67, "A", "Bescheidnummer"),
    Field(68, 78, "N", "Betrag"),
    Field(79, 86, "D", "Faelligkeit", required=True),
    Field(87, 146, "A", "Schuldner", required=True),
    Field(147, 186, "A", "Strasse"),
    Field(187, 191, "A", "Postleitzahl"),
    Field(192, 221, "A", "Ort"),
    Field(222, 239, "A", "Buchungsstelle", required=True),
    Field(240, 240, "A", "Mahnschluessel"),
    Field(241, 300, "A", "Grund"),
)
PROTOCOL = (
    Field(1, 1, "A", "Satzart"),
    Field(2, 17, "A", "Auftragsnummer"),
    Field(18, 18, "A", "Ergebnis"),
    Field(19, 22, "A", "Fehlercode"),
    Field(23, 122, "A", "Fehlertext"),
)
POSTING = (
    Field(1, 1, "A", "Satzart"),
    Field(2, 17, "A", "Auftragsnummer"),
    Field(18, 37, "A", "Kassenzeichen"),
    Field(38, 52, "A", "Personenkonto"),
)
RECEIPT = (
    Field(1, 1, "A", "Satzart"),
    Field(2, 21, "A", "Belegnummer"),
    Field(22, 41, "A", "Kassenzeichen"),
    Field(42, 52, "N", "Betrag"),
    Field(53, 60, "D", "Buchungstag"),
    Field(61, 130, "A", "Einzahler"),
    Field(131, 270, "A", "Text"),
)


def split_lines(raw: bytes) -> list[str]:
    """Cut a file into its lines; raises :class:`BatchFault` with the line number."""
    if not raw.endswith(LINE_END):
        raise BatchFault("Datei endet nicht mit CR LF")
    lines = [line.decode(ENCODING) for line in raw[: -len(LINE_END)].split(LINE_END)]
    for number, line in enumerate(lines, start=1):
        if len(line) != LINE_LENGTH:
            raise BatchFault(f"Zeile {number}: {len(line)} statt {LINE_LENGTH} Zeichen")
        if not all(_is_printable(sign) for sign in line):
            raise BatchFault(f"Zeile {number}: Steuerzeichen")
    return lines


def read_line(line: str, number: int, fields: tuple[Field, ...]) -> dict[str, str]:
    """Read one line into its fields, padding removed; raises :class:`BatchFault`."""
    owned = set[int]()
    values = {}
    for field in fields:
        owned.update(range(field.first, field.last + 1))
        values[field.name] = _read(line[field.first - 1 : field.last], number, field)
    if any(line[place - 1] != " " for place in range(1, LINE_LENGTH + 1) if place not in owned):
        raise BatchFault(f"Zeile {number}: Zeichen außerhalb der Felder")
    return values


def write_line(fields: tuple[Field, ...], **values: str | int | date) -> bytes:
    """Write one line; a missing value leaves its field empty.

    Raises:
        ValueError: a value does not fit its field.
    """
    line = ""
    for field in fields:
        text = _written(field, values.get(field.name, ""))
        if len(text) != field.width:
            raise ValueError(f"{field.name} passt nicht in {field.width} Zeichen")
        line += text
    return line.ljust(LINE_LENGTH).encode(ENCODING) + LINE_END


def _is_printable(sign: str) -> bool:
    return sign >= "\xa0" or " " <= sign <= "~"


def _read(text: str, number: int, field: Field) -> str:
    value = text.rstrip(" ")
    place = f"Zeile {number}, {field.name}"
    if field.required and not value:
        raise BatchFault(f"{place}: fehlt")
    if field.kind == "A" and value.startswith(" "):
        raise BatchFault(f"{place}: nicht linksbündig")
    if field.kind == "N" and not (text.isascii() and text.isdigit()):
        raise BatchFault(f"{place}: nicht {field.width} Ziffern")
    if field.kind == "D" and value and not _is_date(text):
        raise BatchFault(f"{place}: kein Datum JJJJMMTT")
    return value


def _is_date(text: str) -> bool:
    if not (text.isascii() and text.isdigit()):
        return False
    try:
        datetime.strptime(text, "%Y%m%d")
    except ValueError:
        return False
    return True


def _written(field: Field, value: str | int | date) -> str:
    if isinstance(value, date):
        return value.strftime("%Y%m%d")
    if field.kind == "N":
        return f"{value or 0:0{field.width}d}"
    return str(value).ljust(field.width)
