"""One field of a table: from its characters to a value and back, compiled once.

Values: text, whole number, cents, ISO date; ``None`` stands for *absent*.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import Any

from hub.formats.tables.layout import Field, Layout
from hub.formats.tally import Fault, shown

Value = Any
"""Text, whole number, cents, ISO date, or ``None``."""
CellReader = Callable[[str], Value]
CellWriter = Callable[[Value], str]
Check = Callable[[str, Value], None]

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
_CONTROL_BUT_BREAKS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f]")
_DATES = {
    "YYYYMMDD": (re.compile(r"(?P<y>\d{4})(?P<m>\d\d)(?P<d>\d\d)", re.ASCII), "{2}{1}{0}"),
    "DD.MM.YYYY": (re.compile(r"(?P<d>\d\d)\.(?P<m>\d\d)\.(?P<y>\d{4})", re.ASCII), "{0}.{1}.{2}"),
    "YYYY-MM-DD": (re.compile(r"(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)", re.ASCII), "{2}-{1}-{0}"),
}
_MONEY = {
    "cents": re.compile(r"(-?)(\d+)", re.ASCII),
    "comma": re.compile(r"(-?)(\d{1,13}),(\d\d)", re.ASCII),
    "point": re.compile(r"(-?)(\d{1,13})\.(\d\d)", re.ASCII),
}
_MONEY_WORDS = {"cents": "Cent, nur Ziffern", "comma": "wie 299,00", "point": "wie 299.00"}


def compile_reader(field: Field, layout: Layout) -> CellReader:
    """Return the function that turns one cell into a value or raises :class:`Fault`."""
    convert = _converter(field, layout)
    checks = _checks(field)
    padded = layout.notation == "fixed_width"
    left_aligned = padded and field.type == "A"
    zero_padded = padded and field.type in "NM"
    required = field.required

    def read(cell: str) -> Value:
        text = cell.strip(" ")
        if not text:
            if required:
                raise Fault("value_missing", "der Wert fehlt")
            return None
        if left_aligned and cell[0] == " ":
            raise Fault("padding_wrong", "Text muss linksbündig stehen")
        value = convert(cell if zero_padded else text)
        for check in checks:
            check(text, value)
        return value

    return read


def _converter(field: Field, layout: Layout) -> CellReader:
    if field.type == "N":
        return _number
    if field.type == "D":
        return _date_reader(layout.date)
    if field.type == "M":
        return _money_reader(layout.money)
    forbidden = _CONTROL_BUT_BREAKS if field.multiline else _CONTROL

    def text(cell: str) -> str:
        if field.multiline:
            cell = cell.replace("\r\n", "\n")
        # isprintable is the fast way to say that nothing needs a closer look.
        if not cell.isprintable() and forbidden.search(cell):
            raise Fault("character_forbidden", "Steuerzeichen sind nicht erlaubt")
        return cell

    return text


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise Fault("number_wrong", "{} ist keine ganze Zahl (nur Ziffern)", text)
    return int(text)


def _date_reader(form: str) -> CellReader:
    pattern = _DATES[form][0]
    words = form.translate(str.maketrans("YD", "JT"))

    @lru_cache(maxsize=4096)  # the same days come again and again
    def read(text: str) -> str:
        match = pattern.fullmatch(text)
        if match is None:
            raise Fault("date_wrong", f"{{}} ist kein Datum in der Form {words}", text)
        try:
            return date(int(match["y"]), int(match["m"]), int(match["d"])).isoformat()
        except ValueError:
            raise Fault("date_wrong", "den Tag {} gibt es nicht", text) from None

    return read


def _money_reader(form: str) -> CellReader:
    pattern, words = _MONEY[form], _MONEY_WORDS[form]

    def read(text: str) -> int:
        match = pattern.fullmatch(text)
        if match is None:
            raise Fault("amount_wrong", f"{{}} ist kein Betrag ({words})", text)
        cents = int("".join(match.groups()[1:]))
        return -cents if match[1] else cents

    return read


def _checks(field: Field) -> tuple[Check, ...]:
    """Return the rules of one field, each raising :class:`Fault`."""
    checks: list[Check] = []
    hint = _literal(f"; erlaubt ist: {field.text}") if field.text else ""
    allowed = (field.fixed,) if field.fixed is not None else field.enum
    if allowed:
        wanted = _literal(", ".join(allowed))

        def in_list(text: str, _: object) -> None:
            if text not in allowed:
                raise Fault("value_not_listed", f"{{}} ist nicht erlaubt, nur: {wanted}", text)

        checks.append(in_list)
    if field.pattern is not None:
        matches = re.compile(field.pattern).fullmatch

        def in_form(text: str, _: object) -> None:
            if not matches(text):
                raise Fault("value_malformed", f"{{}} hat nicht die Form{hint}", text)

        checks.append(in_form)
    return (*checks, *_bounds(field))


def _literal(text: str) -> str:
    """Return text that may stand beside the place of a value."""
    return text.replace("{", "{{").replace("}", "}}")


def _bounds(field: Field) -> tuple[Check, ...]:
    checks: list[Check] = []
    if field.max is not None:
        longest = field.max

        def not_too_long(text: str, _: object) -> None:
            if len(text) > longest:
                raise Fault("value_too_long", f"höchstens {longest} Zeichen, es sind {len(text)}")

        checks.append(not_too_long)
    if field.minimum is not None:
        least = field.minimum

        def not_too_small(text: str, value: Value) -> None:
            if value < least:
                raise Fault("value_too_small", "{} ist zu klein", text)

        checks.append(not_too_small)
    return tuple(checks)


def compile_writer(field: Field, layout: Layout) -> CellWriter:
    """Return the function that turns a value into exactly its characters or raises Fault."""
    render = _renderer(field, layout)
    if layout.notation == "csv":
        return render
    width = field.last - field.first + 1

    def fit(value: Value) -> str:
        text = render(value)
        if len(text) > width:
            raise Fault("value_too_long", f"höchstens {width} Zeichen, es sind {len(text)}")
        return text.rjust(width, "0") if field.type in "NM" else text.ljust(width)

    return fit


def _renderer(field: Field, layout: Layout) -> CellWriter:
    by_type = {"A": _plain, "N": _digits, "D": _date_writer(layout), "M": _money_writer(layout)}
    render = by_type[field.type]

    def write(value: Value) -> str:
        if value is None or (isinstance(value, str) and not value.strip(" ")):
            if field.required:
                raise Fault("value_missing", "der Wert fehlt")
            return ""
        text = render(value)
        if text.isascii():
            return text
        try:
            text.encode(layout.encoding)
        except UnicodeEncodeError as exc:
            sign = shown(text[exc.start : exc.end])
            raise Fault(
                "character_forbidden", f"das Zeichen {sign} gibt es im Zeichensatz nicht"
            ) from exc
        return text

    return write


def _plain(value: object) -> str:
    return str(value).strip(" ")


def _digits(value: object) -> str:
    text = str(value)
    if not (text.isascii() and text.isdigit()):
        raise Fault("number_wrong", f"{shown(text)} ist keine ganze Zahl ab 0")
    return text


def _date_writer(layout: Layout) -> CellWriter:
    form = _DATES[layout.date][1]

    def write(value: object) -> str:
        try:
            day = date.fromisoformat(str(value))
        except ValueError as exc:
            raise Fault("date_wrong", f"{shown(str(value))} ist kein Datum") from exc
        return form.format(f"{day.day:02d}", f"{day.month:02d}", f"{day.year:04d}")

    return write


def _money_writer(layout: Layout) -> CellWriter:
    point = {"cents": "", "comma": ",", "point": "."}[layout.money]

    def write(value: object) -> str:
        if not isinstance(value, int) or isinstance(value, bool):
            raise Fault("amount_wrong", f"{shown(str(value))} ist kein Betrag in Cent")
        if layout.money == "cents":
            return _digits(value)
        sign = "-" if value < 0 else ""
        euros, cents = divmod(abs(value), 100)
        return f"{sign}{euros}{point}{cents:02d}"

    return write
