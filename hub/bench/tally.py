"""Counts what a run lost, doubled or mixed up, by what lies outside the journal.

The journal is the hub's own word. What counts here are the receipts in the outbox and the
documents in the e-file, compared with what was planned; only the order is read from the journal.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hub.bench.load import Load, Planned
from hub.bench.receipts import element


@dataclass(frozen=True, slots=True)
class Seen:
    """What was found after a run."""

    messages: int
    """Rows of messages; every dropped file must have one."""
    accepted: Mapping[str, int]
    """How often each sender's number was answered with *accepted*."""
    documents: int
    """Documents in the e-file; every valid message brings one."""
    orders: int
    """Orders in the cash files of the outbox."""
    decided: Sequence[str]
    """Senders' numbers in the order in which they were decided."""


@dataclass(frozen=True, slots=True)
class Faults:
    """What must be zero."""

    lost: int
    """Not received, answered, ordered or filed, whichever is most."""
    duplicated: int
    """Received, answered, ordered or filed more often than planned, whichever is most."""
    out_of_order: int


def faults(load: Load, seen: Seen) -> Faults:
    """Compare what was found with what was planned."""
    answered = load.answered
    missing = len(answered - seen.accepted.keys())
    surplus = sum(n if number not in answered else n - 1 for number, n in seen.accepted.items())
    filed = seen.documents - len(load.valid)
    received = seen.messages - load.files
    ordered = seen.orders - load.orders
    return Faults(
        lost=max(missing, -filed, -received, -ordered),
        duplicated=max(surplus, filed, received, ordered),
        out_of_order=disorder(load.planned, seen.decided),
    )


def accepted_receipts(outbox: Path) -> Counter[str]:
    """Return how often each sender's number was answered with *accepted*."""
    answered: Counter[str] = Counter()
    for path in outbox.glob("Quittung_*.xml"):
        text = path.read_text(encoding="utf-8")
        if element(text, "ergebnis") == "angenommen":
            answered[element(text, "bezugsnummer")] += 1
    return answered


def ordered(outbox: Path) -> int:
    """Return how many orders lie in the cash files, by their lines: head and trailer are none."""
    files = [path for path in outbox.glob("*") if path.is_file() and path.suffix != ".sha256"]
    return sum(len(path.read_bytes().splitlines()) - 2 for path in files)


def disorder(planned: Sequence[Planned], decided: Sequence[str]) -> int:
    """Count messages decided after a later one of the same case."""
    place = {one.business_id: (one.case_id, one.number) for one in planned}
    last: dict[str, int] = {}
    wrong = 0
    for business_id in decided:
        case_id, number = place[business_id]
        wrong += number < last.get(case_id, -1)
        last[case_id] = max(number, last.get(case_id, -1))
    return wrong


def percentile(values: Sequence[float], percent: int) -> float:
    """Return the smallest value that so many percent do not exceed; 0 of nothing."""
    if not values:
        return 0.0
    return sorted(values)[math.ceil(len(values) * percent / 100) - 1]
