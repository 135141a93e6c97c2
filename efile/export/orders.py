"""Rows of exports: who asked for what, how far it is, what came of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from efile.ports import Row, Transaction

SAY_AFTER_US = 1_000_000
"""So often a living export says how far it is."""
_SILENT_US = 60_000_000
"""Nobody lives who says nothing for so long."""

BoundVolume = tuple[int, int, int, int]
"""First and last leaf, bytes, documents of which something is attached instead of shown."""


@dataclass(slots=True)
class ExportRow:
    """An export; times are microseconds since the epoch, UTC."""

    tenant: str
    id: str
    akte_id: str
    actor: str
    begun_at_us: int
    total: int
    """Parts of documents."""
    done: int = 0
    state: str = "running"
    """``running``, ``done`` or ``failed``."""
    fault: str = ""
    """Code of what went wrong."""
    volumes: tuple[BoundVolume, ...] = ()
    touched_at_us: int = field(default=0)

    def note(self, done: int, total: int) -> None:
        """Take note of how many parts are ready."""
        self.done, self.total = done, total

    def seen_at(self, now_us: int) -> ExportRow:
        """Return the row as it is to be told: one nobody touches has failed."""
        if self.state == "running" and now_us - self.touched_at_us > _SILENT_US:
            return replace(self, state="failed", fault="export_stopped")
        return self


@dataclass(frozen=True, slots=True)
class Finished:
    """What came of an export."""

    volumes: tuple[BoundVolume, ...]
    fault: str


def enter(tx: Transaction, row: ExportRow) -> bool:
    """Enter an export that begins, in place of an older one of its name; tell whether it may.

    One statement: of two nodes that begin the same in the same moment one does.
    """
    entered = tx.run(
        "INSERT INTO efile_exports (tenant, id, akte_id, actor, begun_at_us, touched_at_us, total,"
        " done, state, fault, volumes) VALUES (:tenant, :id, :akte, :actor, :at, :at, :total, 0,"
        " 'running', '', '[]') ON CONFLICT (tenant, id) DO UPDATE SET actor = excluded.actor,"
        " begun_at_us = excluded.begun_at_us, touched_at_us = excluded.touched_at_us,"
        " total = excluded.total, done = 0, state = 'running', fault = '', volumes = '[]'"
        " WHERE efile_exports.state <> 'running' OR efile_exports.touched_at_us < :border",
        tenant=row.tenant, id=row.id, akte=row.akte_id, actor=row.actor, at=row.begun_at_us,
        total=row.total, border=row.begun_at_us - _SILENT_US,
    )  # fmt: skip
    return entered > 0


def touch(tx: Transaction, row: ExportRow, done: int, now_us: int) -> None:
    """Say how far an export is."""
    tx.run(
        "UPDATE efile_exports SET done = :done, touched_at_us = :now"
        " WHERE tenant = :tenant AND id = :id",
        done=done, now=now_us, tenant=row.tenant, id=row.id,
    )  # fmt: skip


def end(tx: Transaction, row: ExportRow, finished: Finished, now_us: int) -> None:
    """Put down what came of an export."""
    tx.run(
        "UPDATE efile_exports SET state = :state, fault = :fault, volumes = :volumes,"
        " done = :done, touched_at_us = :now WHERE tenant = :tenant AND id = :id",
        state="failed" if finished.fault else "done", fault=finished.fault, done=row.done,
        volumes=json.dumps(finished.volumes), now=now_us, tenant=row.tenant, id=row.id,
    )  # fmt: skip


def remove(tx: Transaction, rows: Sequence[ExportRow]) -> None:
    """Take exports out."""
    names = [{"tenant": row.tenant, "id": row.id} for row in rows]
    tx.many("DELETE FROM efile_exports WHERE tenant = :tenant AND id = :id", names)


def find(tx: Transaction, tenant: str, export: str) -> ExportRow | None:
    """Return an export of this tenant."""
    row = tx.one(
        "SELECT * FROM efile_exports WHERE tenant = :tenant AND id = :id", tenant=tenant, id=export
    )
    return _row(row) if row else None


def old(tx: Transaction, begun_before_us: int) -> list[ExportRow]:
    """Return exports of every tenant that began before this time."""
    rows = tx.all(
        "SELECT * FROM efile_exports WHERE begun_at_us < :border ORDER BY begun_at_us LIMIT 100",
        border=begun_before_us,
    )
    return [_row(row) for row in rows]


def _row(row: Row) -> ExportRow:
    volumes = tuple((a, b, c, d) for a, b, c, d in json.loads(row["volumes"]))
    return ExportRow(**{**row, "volumes": volumes})
