"""Whether a file may be destroyed now: the rule, the archive, holds, and what is still open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from efile.filing import Archive
from efile.model import Akte
from efile.ports import Transaction
from efile.retention.decision import Decision, decide
from efile.retention.room import standings

_SILENT_US = 60_000_000
"""An export nobody touches for so long is not under way."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What may be done with a file on a day, and what stands against it."""

    akte: Akte
    decision: Decision
    against: tuple[str, ...]
    """German sentences; without any it may be destroyed."""


@dataclass(frozen=True, slots=True)
class Moment:
    """When it is judged."""

    today: date
    """Of the office."""
    now_us: int


def judge(tx: Transaction, akte: Akte, at: Moment, archive: Archive) -> Judgement:
    """Decide anew, from what the file says by now."""
    (standing,) = standings(tx, akte.tenant, [akte])
    decision = decide(archive.kinds.find(akte.kind), standing, at.today)
    against = [] if decision.state == "due" else [_not_yet(decision)]
    against += archive.beside.open_work(tx, akte)
    against += under_way(tx, akte.tenant, akte.id, at.now_us)
    return Judgement(akte, decision, tuple(against))


def under_way(tx: Transaction, tenant: str, akte: str, now_us: int) -> list[str]:
    """Return what is being made of a file just now."""
    found = []
    if _is_exported(tx, tenant, akte, now_us):
        found.append("Eine Ausgabe der Akte ist noch im Gange.")
    if _is_inspected(tx, tenant, akte):
        found.append("Eine Akteneinsicht ist noch nicht abgeschlossen.")
    return found


def _not_yet(decision: Decision) -> str:
    sentence = decision.sentence
    return f"{sentence[:1].upper()}{sentence[1:]}"


def _is_inspected(tx: Transaction, tenant: str, akte: str) -> bool:
    row = tx.one(
        "SELECT 1 FROM efile_inspections WHERE tenant = :tenant AND akte_id = :akte"
        " AND state <> 'filed' LIMIT 1",
        tenant=tenant,
        akte=akte,
    )
    return row is not None


def _is_exported(tx: Transaction, tenant: str, akte: str, now_us: int) -> bool:
    row = tx.one(
        "SELECT 1 FROM efile_exports WHERE tenant = :tenant AND akte_id = :akte"
        " AND state = 'running' AND touched_at_us > :alive LIMIT 1",
        tenant=tenant,
        akte=akte,
        alive=now_us - _SILENT_US,
    )
    return row is not None
