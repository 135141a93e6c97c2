"""Whose benefit is reported to the *Ausländerzentralregister* (§ 2 Abs. 2 Nr. 3a, § 6 AZRG).

Nationals of third countries are; Germans and people with free movement are not (§ 3 Abs. 4
AZRG). Residual risk: EEA and Swiss nationals are treated like Union citizens, which the law
leaves open, and a second nationality does not reach the hub.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

DUTY_SINCE = date(2025, 11, 1)
"""First day of the duty to report (DÜV-Anpassungsgesetz)."""
GERMAN = "000"
UNCLEAR = frozenset({"998", "999"})
"""*ungeklärt* and *ohne Angabe*; 997 (*staatenlos*) counts as third country."""

_UNION = {
    "BE": "124", "BG": "125", "DK": "126", "EE": "127", "FI": "128", "FR": "129", "HR": "130",
    "SI": "131", "GR": "134", "IE": "135", "IT": "137", "LV": "139", "LT": "142", "LU": "143",
    "MT": "145", "NL": "148", "AT": "151", "PL": "152", "PT": "153", "RO": "154", "SK": "155",
    "SE": "157", "ES": "161", "CZ": "164", "HU": "165", "CY": "181",
}  # fmt: skip


class Duty(StrEnum):
    """Whether a benefit must be reported."""

    NONE = "none"
    DUE = "due"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class FreeMovement:
    """States whose nationals move freely, with Destatis keys and validity."""

    area: str
    keys: frozenset[str]
    valid_from: date
    valid_to: date | None = None
    """Last day, inclusive; open when ``None``."""


FREE_MOVEMENT = (
    FreeMovement(
        "Europäische Union mit 27 Staaten",
        frozenset(_UNION.values()),
        date(2020, 2, 1),
    ),
    FreeMovement(
        "Island, Liechtenstein und Norwegen", frozenset({"136", "141", "149"}), date(1995, 5, 1)
    ),
    FreeMovement("Schweiz", frozenset({"158"}), date(2002, 6, 1)),
)
"""Keys of *Staatsangehörigkeit*, Destatis, edition of 2024-08-01; Germany has its own rule."""


def register_duty(nationality: str, on: date) -> Duty:
    """Return whether a benefit of a national of this state is reported.

    Args:
        nationality: three-digit Destatis key.
        on: day of the decision.
    """
    if on < DUTY_SINCE or nationality == GERMAN or _moves_freely(nationality, on):
        return Duty.NONE
    return Duty.UNCLEAR if nationality in UNCLEAR else Duty.DUE


def _moves_freely(nationality: str, on: date) -> bool:
    return any(
        nationality in area.keys
        and area.valid_from <= on
        and (area.valid_to is None or on <= area.valid_to)
        for area in FREE_MOVEMENT
    )
