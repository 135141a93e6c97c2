"""Exact values: what stands in a text as a date, an account number or a long number.

Each has one form however it is written, so *1. März 2026* is found as *01.03.2026* and an IBAN
with or without its spaces. Only what is certain counts: days there are, check digits that are
right. A reference with letters, such as an Aktenzeichen, is a phrase and needs no form.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from string import ascii_uppercase
from typing import Literal, NamedTuple

from efile.index.words.engines import EXACT

Field = Literal["date", "iban", "number", "identifier"]

_MONTHS = {
    "januar": 1, "jänner": 1, "februar": 2, "märz": 3, "maerz": 3, "april": 4, "mai": 5,
    "juni": 6, "juli": 7, "august": 8, "september": 9, "oktober": 10, "november": 11,
    "dezember": 12,
}  # fmt: skip
_VALUE = re.compile(
    r"(?<![\w.,/-])(?:"
    r"(?P<iso>\d{4}-\d\d-\d\d)(?=T|\b)"
    r"|(?P<day>\d{1,2})\.\s?(?P<month>\d{1,2}|[A-Za-zä]{3,9})\.?\s?(?P<year>\d{4}|\d\d)(?![\w-])"
    r"|(?P<iban>[A-Za-z]{2}\d\d(?:[ ]?[A-Za-z0-9]){11,30})(?!\w)"
    r"|(?P<identifier>[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})(?!\w)"
    r"|(?P<number>\d+(?:[./ -]\d+){0,9})(?!\w)"
    r")"
)
_RUN = re.compile(r"[^\W_]+")
_GAP = re.compile(r"\D")
_SHORTEST_NUMBER = 6
"""Digits: shorter ones are found as words."""
_LONGEST_NUMBER = 40
_MOST_GROUPS = 5
"""Of a number that stands in a row with others."""
_CENTURY, _TURN = 2000, 70
"""Two digits from 70 on are years of the last century."""
_IBAN_LENGTHS = {"DE": 22, "AT": 20, "CH": 21, "NL": 18, "PL": 28, "FR": 27, "IT": 27, "ES": 24}
_SHORTEST_IBAN = 15
_DIGITS = {ord(sign): str(int(sign, 36)) for sign in ascii_uppercase}


class Value(NamedTuple):
    """An exact value and where it stands."""

    field: Field
    form: str
    """The one way it is written here."""
    start: int
    end: int
    within: tuple[str, ...] = ()
    """Of a number in groups: long numbers its groups make, since several may stand in a row."""

    @property
    def token(self) -> str:
        """What it is asked for by."""
        return f"{EXACT}{self.form}"

    @property
    def tokens(self) -> list[str]:
        """What it is found by."""
        return [self.token, *(f"{EXACT}{form}" for form in self.within)]


def values(text: str) -> Iterator[Value]:
    """Yield the exact values of a text in order."""
    place = 0
    while match := _VALUE.search(text, place):
        found = _value(match)
        if found is not None:
            yield found
            place = found.end
        else:
            # Behind its first run of signs, or behind one sign that is none.
            run = _RUN.match(text, match.start())
            place = run.end() if run else match.start() + 1


def _value(match: re.Match[str]) -> Value | None:
    start, end = match.span()
    if iso := match["iso"]:
        return _of_date(_form(int(iso[:4]), int(iso[5:7]), int(iso[8:])), start, end)
    if day := match["day"]:
        month = match["month"].lower()
        number = int(month) if month.isdigit() else _MONTHS.get(month, 0)
        return _of_date(_form(_year(match["year"]), number, int(day)), start, end)
    if match["iban"]:
        return _of_iban(match["iban"], start)
    if match["identifier"]:
        return Value("identifier", match["identifier"].replace("-", "").lower(), start, end)
    return _of_number(match["number"], start, end)


def _of_number(written: str, start: int, end: int) -> Value | None:
    if len(written) < _SHORTEST_NUMBER:
        return None
    groups = _GAP.split(written)
    digits = "".join(groups)
    if not _SHORTEST_NUMBER <= len(digits) <= _LONGEST_NUMBER:
        return None
    rows = (
        "".join(groups[begin:stop])
        for begin in range(len(groups))
        for stop in range(begin + 1, min(begin + _MOST_GROUPS, len(groups)) + 1)
    )
    within = dict.fromkeys(row for row in rows if len(row) >= _SHORTEST_NUMBER and row != digits)
    return Value("number", digits, start, end, tuple(within))


def _year(written: str) -> int:
    year = int(written)
    if len(written) > 2:  # noqa: PLR2004  two digits of a year
        return year
    return year + _CENTURY - (100 if year >= _TURN else 0)


@lru_cache(maxsize=10_000)
def _form(year: int, month: int, day: int) -> str:
    """Return the one way a day is written; nothing where there is no such day."""
    try:
        return f"d{date(year, month, day):%Y%m%d}"
    except ValueError:
        return ""


def _of_date(form: str, start: int, end: int) -> Value | None:
    return Value("date", form, start, end) if form else None


def _of_iban(written: str, start: int) -> Value | None:
    """Return the account number that begins here, as long as its country has it."""
    country = written[:2].upper()
    signs = [place for place, sign in enumerate(written) if sign != " "]
    wanted = _IBAN_LENGTHS.get(country)
    lengths = [wanted] if wanted else range(len(signs), _SHORTEST_IBAN - 1, -1)
    for length in lengths:
        if length > len(signs):
            continue
        end = signs[length - 1] + 1
        ends_here = end == len(written) or written[end] == " "
        form = written[:end].replace(" ", "").upper()
        if ends_here and _is_checked(form):
            return Value("iban", form.lower(), start, start + end)
    return None


def _is_checked(iban: str) -> bool:
    """Say whether the check digits are right (ISO 13616, modulo 97)."""
    turned = iban[4:] + iban[:4]
    return int(turned.translate(_DIGITS)) % 97 == 1
