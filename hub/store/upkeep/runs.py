"""Verifications and drills: wanted by somebody or due, running, ended with a result."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from hub.core.ids import uuid7
from hub.store.database import Row, Transaction

Kind = Literal["verify", "drill"]
KINDS: Final[tuple[Kind, ...]] = ("verify", "drill")
DUE: Final = "-"
"""Who wants a run that is due."""
SILENT_US: Final = 5 * 60 * 1_000_000
"""A run without a sign of life for so long is broken off."""
DETAILS: Final = 50
"""So many faults are kept word for word; the command line tells all."""


@dataclass(frozen=True, slots=True)
class Result:
    """How a run ended."""

    objects: int = 0
    bytes: int = 0
    documents: int = 0
    faults: Sequence[Mapping[str, str]] = ()
    """Each with ``what``, ``where`` and ``message``."""
    code: str = ""
    """Why it failed; empty when it came to its end."""

    @property
    def state(self) -> str:
        """Return what it comes to."""
        return "failed" if self.code else "faulty" if self.faults else "good"


def want(tx: Transaction, tenant: str, kind: Kind, by: str, now_us: int) -> bool:
    """Ask for a run; return whether it is a new one, because none was open."""
    return bool(
        tx.run(
            "INSERT INTO upkeep_run (id, tenant, kind, state, wanted_by, wanted_us)"
            " VALUES (:id, :tenant, :kind, 'wanted', :by, :now) ON CONFLICT DO NOTHING",
            id=uuid7(now_us), tenant=tenant, kind=kind, by=by, now=now_us,
        )
    )  # fmt: skip


def claim(tx: Transaction, node: str, now_us: int) -> Row | None:
    """Take the run that has waited longest, unless one is running on this node."""
    if tx.one("SELECT id FROM upkeep_run WHERE state = 'running' AND node = :node", node=node):
        return None
    row = tx.one("SELECT id FROM upkeep_run WHERE state = 'wanted' ORDER BY wanted_us, id LIMIT 1")
    return take(tx, row["id"], node, now_us) if row else None


def take(tx: Transaction, run: str, node: str, now_us: int) -> Row | None:
    """Begin a run; ``None`` when another node was quicker."""
    return tx.one(
        "UPDATE upkeep_run SET state = 'running', node = :node, started_us = :now, seen_us = :now"
        " WHERE id = :id AND state = 'wanted' RETURNING *",
        id=run, node=node, now=now_us,
    )  # fmt: skip


def open_run(tx: Transaction, tenant: str, kind: Kind) -> Row | None:
    """Return the run of an office that is wanted or running."""
    return tx.one(
        "SELECT * FROM upkeep_run WHERE tenant = :tenant AND kind = :kind"
        " AND state IN ('wanted', 'running')",
        tenant=tenant, kind=kind,
    )  # fmt: skip


def report(tx: Transaction, run: str, objects: int, bytes_read: int, now_us: int) -> bool:
    """Give a sign of life; return whether the run is still ours to go on with."""
    return bool(
        tx.run(
            "UPDATE upkeep_run SET objects = :objects, bytes = :bytes, seen_us = :now"
            " WHERE id = :id AND state = 'running'",
            id=run, objects=objects, bytes=bytes_read, now=now_us,
        )
    )  # fmt: skip


def finish(tx: Transaction, run: str, result: Result, now_us: int) -> bool:
    """Write down how a run ended; return whether it was still running."""
    return bool(
        tx.run(
            "UPDATE upkeep_run SET state = :state, ended_us = :now, objects = :objects,"
            " bytes = :bytes, documents = :documents, faults = :faults, details = :details,"
            " code = :code WHERE id = :id AND state = 'running'",
            id=run, state=result.state, now=now_us, objects=result.objects, bytes=result.bytes,
            documents=result.documents, faults=len(result.faults), code=result.code,
            details=json.dumps([dict(one) for one in result.faults[:DETAILS]], ensure_ascii=False),
        )
    )  # fmt: skip


def break_off(tx: Transaction, code: str, now_us: int, node: str | None = None) -> list[Row]:
    """End runs nobody carries on: those without a sign of life, or all of a node."""
    return tx.all(
        "UPDATE upkeep_run SET state = 'failed', code = :code, ended_us = :now"
        " WHERE state = 'running' AND (node = :node OR (:node IS NULL AND seen_us < :silent))"
        " RETURNING *",
        code=code, now=now_us, node=node, silent=now_us - SILENT_US,
    )  # fmt: skip


def last(tx: Transaction, tenant: str, kind: Kind, *, whole: bool = False) -> Row | None:
    """Return the last run that ended; ``whole``: that came to its end."""
    states = ("good", "faulty") if whole else ("good", "faulty", "failed")
    return tx.one(
        "SELECT * FROM upkeep_run WHERE tenant = :tenant AND kind = :kind AND state IN :states"
        " ORDER BY wanted_us DESC, id DESC LIMIT 1",
        tenant=tenant, kind=kind, states=states,
    )  # fmt: skip
