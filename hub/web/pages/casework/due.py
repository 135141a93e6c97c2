"""Days as people type them: ``3w``, ``in 2 Wochen``, ``15.1.``, ``morgen``, ``Montag``.

What follows the day is the text. A stretch of time that ends on a weekend goes on to Monday; a
day somebody names is taken as named.
"""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta
from typing import Final

_NUMBERS: Final = {
    "ein": 1, "eine": 1, "einem": 1, "einer": 1, "zwei": 2, "drei": 3, "vier": 4, "fünf": 5,
    "sechs": 6, "sieben": 7, "acht": 8, "neun": 9, "zehn": 10, "zwölf": 12,
}  # fmt: skip
_DAYS: Final = ("montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonntag")
_WORDS: Final = {"heute": 0, "morgen": 1, "übermorgen": 2, "uebermorgen": 2}
_UNIT = r"(t|d|w|m|j|tag|tage|tagen|woche|wochen|monat|monate|monaten|jahr|jahre|jahren)"
_STRETCH = re.compile(
    rf"(?:in\s+)?(?:(\d{{1,3}})\s*|({'|'.join(_NUMBERS)})\s+){_UNIT}\b\.?\s*", re.IGNORECASE
)
_GERMAN = re.compile(r"(?:am\s+)?(\d{1,2})\.\s?(\d{1,2})\.?(?:\s?(\d{4}|\d{2})\b)?\s*")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})\b\s*")
_WORD = re.compile(r"(?:am\s+|nächsten\s+|nächste\s+)?([a-zäöüß]+)\b\s*", re.IGNORECASE)
_CENTURY, _MONTHS, _SATURDAY = 2000, 12, 5
LATEST_YEARS: Final = 30
"""Beyond that a day is a typing mistake."""


def parse(said: str, today: date) -> tuple[date, str] | None:
    """Return the day and the text behind it; ``None`` where no day can be understood."""
    said = said.strip()
    for read in (_iso, _german, _stretch, _word):
        found = read(said, today)
        if found is not None:
            day, end = found
            late = day.year > today.year + LATEST_YEARS
            return None if day < today or late else (day, said[end:].lstrip(" ,:;–-").strip())
    return None


def _iso(said: str, _today: date) -> tuple[date, int] | None:
    match = _ISO.match(said)
    return _day(int(match[1]), int(match[2]), int(match[3]), match.end()) if match else None


def _german(said: str, today: date) -> tuple[date, int] | None:
    """A day without a year is the next one there is."""
    match = _GERMAN.match(said)
    if not match:
        return None
    day, month = int(match[1]), int(match[2])
    if match[3]:
        year = int(match[3])
        return _day(year if len(match[3]) > 2 else _CENTURY + year, month, day, match.end())  # noqa: PLR2004  digits of a short year
    for year in range(today.year, today.year + 9):
        found = _day(year, month, day, match.end())
        if found and found[0] >= today:
            return found
    return None


def _day(year: int, month: int, day: int, end: int) -> tuple[date, int] | None:
    try:
        return date(year, month, day), end
    except ValueError:
        return None


def _stretch(said: str, today: date) -> tuple[date, int] | None:
    match = _STRETCH.match(said)
    if not match:
        return None
    number = int(match[1]) if match[1] else _NUMBERS[match[2].lower()]
    unit = match[3].lower()[0]
    day = _later(today, number, unit)
    while day.weekday() >= _SATURDAY:
        day += timedelta(days=1)
    return day, match.end()


def _later(today: date, number: int, unit: str) -> date:
    if unit in {"t", "d"}:
        return today + timedelta(days=number)
    if unit == "w":
        return today + timedelta(weeks=number)
    months = today.month - 1 + number * (_MONTHS if unit == "j" else 1)
    year, month = today.year + months // _MONTHS, months % _MONTHS + 1
    return date(year, month, min(today.day, calendar.monthrange(year, month)[1]))


def _word(said: str, today: date) -> tuple[date, int] | None:
    match = _WORD.match(said)
    word = match[1].lower() if match else ""
    if match and word in _WORDS:
        return today + timedelta(days=_WORDS[word]), match.end()
    if match and word in _DAYS:
        ahead = (_DAYS.index(word) - today.weekday() - 1) % 7 + 1
        return today + timedelta(days=ahead), match.end()
    return None
