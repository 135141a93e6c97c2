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
    if _is_exported(tx, akte, at.now_us):
        against.append("Eine Ausgabe der Akte ist noch im Gange.")
    if _is_inspected(tx, akte):
        against.append("Eine Akteneinsicht ist noch nicht abgeschlossen.")
    return Judgement(akte, decision, tuple(against))


def _not_yet(decision: Decision) -> str:
    sentence = decision.sentence
    return f"{sentence[:1].upper()}{sentence[1:]}"


def _is_inspected(tx: Transaction, akte: Akte) -> bool:
    row = tx.one(
        "SELECT 1 FROM efile_inspections WHERE tenant = :tenant AND akte_id = :akte"
        " AND state <> 'filed' LIMIT 1",
        tenant=akte.tenant,
        akte=akte.id,
    )
    return row is not None


def _is_exported(tx: Transaction, akte: Akte, now_us: int) -> bool:
    row = tx.one(
        "SELECT 1 FROM efile_exports WHERE tenant = :tenant AND akte_id = :akte"
        " AND state = 'running' AND touched_at_us > :alive LIMIT 1",
        tenant=akte.tenant,
        akte=akte.id,
        alive=now_us - _SILENT_US,
    )
    return row is not None
