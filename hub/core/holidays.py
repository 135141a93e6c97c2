"""Public holidays of the German Länder, computed. Pure.

Holidays of single municipalities (Fronleichnam in parts of Saxony and Thuringia, Mariä
Himmelfahrt in parts of Bavaria, the Friedensfest of Augsburg) are not contained.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

Land = Literal["BB", "BE", "BW", "BY", "HB", "HE", "HH", "MV",
               "NI", "NW", "RP", "SH", "SL", "SN", "ST", "TH"]  # fmt: skip
"""The Länder by their usual abbreviations."""

_EVERYWHERE = ((1, 1), (5, 1), (10, 3), (12, 25), (12, 26))
_AFTER_EASTER = (-2, 1, 39, 50)
"""Karfreitag, Ostermontag, Christi Himmelfahrt, Pfingstmontag."""

_OF_SOME: tuple[tuple[tuple[int, int], frozenset[str]], ...] = (
    ((1, 6), frozenset({"BW", "BY", "ST"})),
    ((3, 8), frozenset({"BE", "MV"})),
    ((8, 15), frozenset({"SL"})),
    ((9, 20), frozenset({"TH"})),
    ((10, 31), frozenset({"BB", "HB", "HH", "MV", "NI", "SH", "SN", "ST", "TH"})),
    ((11, 1), frozenset({"BW", "BY", "NW", "RP", "SL"})),
)
_CORPUS_CHRISTI = frozenset({"BW", "BY", "HE", "NW", "RP", "SL"})
_EASTER_AND_WHIT_SUNDAY = frozenset({"BB"})


@lru_cache(maxsize=256)
def holidays(land: Land, year: int) -> frozenset[date]:
    """Return the public holidays of a Land in a year."""
    easter = easter_sunday(year)
    after_easter = list(_AFTER_EASTER)
    if land in _CORPUS_CHRISTI:
        after_easter.append(60)
    if land in _EASTER_AND_WHIT_SUNDAY:
        after_easter += [0, 49]
    fixed = [*_EVERYWHERE, *(day for day, lands in _OF_SOME if land in lands)]
    found = {date(year, month, day) for month, day in fixed}
    found |= {easter + timedelta(days=days) for days in after_easter}
    if land == "SN":
        found.add(_repentance_day(year))
    return frozenset(found)


def easter_sunday(year: int) -> date:
    """Return Easter Sunday by the Gregorian rule (Meeus, Jones, Butcher)."""
    golden, century, rest = year % 19, year // 100, year % 100
    moon = (8 * century + 13) // 25
    epact = (19 * golden + century - century // 4 - moon + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    correction = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * correction + 114, 31)
    return date(year, month, day + 1)


def _repentance_day(year: int) -> date:
    """Buß- und Bettag: the Wednesday before 23 November."""
    latest = date(year, 11, 22)
    return latest - timedelta(days=(latest.weekday() - 2) % 7)
