"""Alarms as pages show them: what is wrong, what to do, and where its cause can be seen."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from hub.pipeline.alarms.words import remedy, sentence
from hub.store.database import Row

SHOWN = 2
"""Alarms named on every page; the others are counted."""

_CAUSES = {
    "blocked": ("/sperren", "Sperren ansehen"),
    "breaker": ("/ziele", "Ziele ansehen"),
    "imbalance": ("/bilanz", "Bilanz ansehen"),
    "certificate": ("/zertifikate", "Zertifikate ansehen"),
    "sender": ("/zertifikate", "Zertifikate ansehen"),
    "anchor": ("/zertifikate", "Zertifikate ansehen"),
    "peer": ("/zertifikate", "Zertifikate ansehen"),
    **dict.fromkeys(
        (
            "capability",
            "verify_faults",
            "verify_failed",
            "verify_overdue",
            "drill_faults",
            "drill_failed",
            "drill_overdue",
            "unversioned",
        ),
        ("/verwaltung/speicher", "Speicher ansehen"),
    ),
}
_STATE = ("/zustand", "Zustand ansehen")
"""Whatever stops the house itself."""
_TRAVELLING = ("/nachrichten?zustand=received", "Wartende Nachrichten ansehen")
_PROMISED = ("/nachrichten?zustand=routed", "Nachrichten in Arbeit ansehen")
_DELIVERED = ("/ziele", "Ziele ansehen")

_FIRST = ("imbalance", "journal", "stuck", "storage", "disk", "hindered", "breaker")
"""What stops everything comes before what stops something."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """One cause."""

    sentence: str
    remedy: str
    address: str
    """Of the page that shows the cause."""
    link: str
    tenant: str
    raised_us: int


@dataclass(frozen=True, slots=True)
class Banner:
    """What stands on every page while something is wrong."""

    shown: tuple[Alarm, ...]
    others: int
    key: str
    """Changes when an alarm comes or goes, so that only then something is read out."""


def alarm(row: Row) -> Alarm:
    """Return an alarm from its row."""
    address, link = _cause(row)
    return Alarm(sentence(row), remedy(row), address, link, row["tenant"], row["raised_us"])


def _cause(row: Row) -> tuple[str, str]:
    if row["kind"] != "waiting":
        return _CAUSES.get(row["kind"], _STATE)
    if row["place"] == "travel":
        return _TRAVELLING
    return _DELIVERED if row["place"].startswith("deliver:") else _PROMISED


def ordered(rows: Sequence[Row]) -> list[Row]:
    """Return alarms, the gravest first, then the oldest."""
    grave = {kind: place for place, kind in enumerate(_FIRST)}
    return sorted(rows, key=lambda row: (grave.get(row["kind"], len(_FIRST)), row["raised_us"]))


def banner(rows: Sequence[Row]) -> Banner | None:
    """Return what stands on every page; nothing while all is well."""
    if not rows:
        return None
    causes = sorted(f"{row['kind']}|{row['place']}|{row['tenant']}" for row in rows)
    key = hashlib.sha256("\n".join(causes).encode()).hexdigest()[:16]
    shown = tuple(alarm(row) for row in ordered(rows)[:SHOWN])
    return Banner(shown, len(rows) - len(shown), key)
