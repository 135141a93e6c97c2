"""Rows of inspections and their marks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace

import msgspec

from efile.errors import Conflict, NotFound
from efile.inspection.plan import OPEN, Inspection, Mark, Plan, Report
from efile.inspection.spelling import Box
from efile.ports import Row, Transaction

_COLUMNS = (
    "tenant", "id", "akte_id", "state", "begun_at_us", "changed_at_us", "touched_at_us", "total",
    "done", "fault", "plan", "report", "sha256", "approver", "approved_at_us", "document_id",
)  # fmt: skip
_ENTER = (
    f"INSERT INTO efile_inspections ({', '.join(_COLUMNS)})"  # noqa: S608  fixed words
    f" VALUES ({', '.join(f':{name}' for name in _COLUMNS)})"
)
_SET = ", ".join(f"{name} = :{name}" for name in _COLUMNS[3:])
_CHANGE = f"UPDATE efile_inspections SET {_SET} WHERE tenant = :tenant AND id = :id"  # noqa: S608  fixed words
_ADD = (
    "INSERT INTO efile_inspection_marks (tenant, inspection_id, akte_id, id, document_id, page,"
    " term, boxes, ground, state, source, actor) VALUES (:tenant, :inspection, :akte, :id,"
    " :document, :page, :term, :boxes, :ground, :state, :source, :actor) ON CONFLICT DO NOTHING"
)


def enter(tx: Transaction, one: Inspection) -> None:
    """Enter an inspection that begins."""
    tx.run(_ENTER, **_values(one))


def find(tx: Transaction, tenant: str, akte: str, name: str) -> Inspection:
    """Return an inspection of a file.

    Raises:
        NotFound: there is none.
    """
    row = tx.one(
        "SELECT * FROM efile_inspections WHERE tenant = :tenant AND id = :id AND akte_id = :akte",
        tenant=tenant, id=name, akte=akte,
    )  # fmt: skip
    if row is None:
        raise NotFound(
            "inspection_missing",
            "Diese Akteneinsicht gibt es nicht oder nicht mehr.",
            remedy="Über die Seite der Akte öffnen.",
        )
    return _inspection(row)


def of_file(tx: Transaction, tenant: str, akte: str) -> list[Inspection]:
    """Return the inspections of a file, the newest first."""
    rows = tx.all(
        "SELECT * FROM efile_inspections WHERE tenant = :tenant AND akte_id = :akte"
        " ORDER BY begun_at_us DESC, id",
        tenant=tenant, akte=akte,
    )  # fmt: skip
    return [_inspection(row) for row in rows]


def waiting(tx: Transaction, tenant: str) -> list[Inspection]:
    """Return inspections whose copy waits for the second person, the oldest first."""
    rows = tx.all(
        "SELECT * FROM efile_inspections WHERE tenant = :tenant AND state = 'waiting'"
        " ORDER BY changed_at_us, id",
        tenant=tenant,
    )
    return [_inspection(row) for row in rows]


def old(tx: Transaction, touched_before_us: int) -> list[Inspection]:
    """Return inspections of every tenant that were never filed and lay still since."""
    rows = tx.all(
        "SELECT * FROM efile_inspections WHERE touched_at_us < :border AND state <> 'filed'"
        " ORDER BY touched_at_us LIMIT 100",
        border=touched_before_us,
    )
    return [_inspection(row) for row in rows]


def change(
    tx: Transaction, one: Inspection, states: Sequence[str],
    work: Callable[[Inspection], Inspection], now_us: int,
) -> Inspection:  # fmt: skip
    """Change an inspection that is in one of these states, and return it as it is now.

    Raises:
        NotFound: it is gone.
        Conflict: it is in another state.
    """
    known = find(tx, one.tenant, one.akte_id, one.id)
    if known.state not in states:
        raise Conflict(
            "inspection_moved_on",
            "Die Akteneinsicht ist inzwischen weiter; so lässt sie sich nicht mehr ändern.",
            remedy="Die Seite neu laden.",
            place=known.state,
        )
    changed = replace(work(known), changed_at_us=now_us, touched_at_us=now_us)
    tx.run(_CHANGE, **_values(changed))
    return changed


def touch(tx: Transaction, one: Inspection, done: int, total: int, now_us: int) -> None:
    """Say how far work is."""
    tx.run(
        "UPDATE efile_inspections SET done = :done, total = :total, touched_at_us = :now"
        " WHERE tenant = :tenant AND id = :id AND state IN ('searching', 'making')",
        done=done, total=total, now=now_us, tenant=one.tenant, id=one.id,
    )  # fmt: skip


def add(tx: Transaction, one: Inspection, marks: Sequence[Mark]) -> None:
    """Add marks; those that are there stay as they are."""
    named = {"tenant": one.tenant, "inspection": one.id, "akte": one.akte_id}
    tx.many(
        _ADD,
        [
            named | asdict(each) | {"boxes": msgspec.json.encode(each.boxes).decode()}
            for each in marks
        ],
    )


def marks(tx: Transaction, one: Inspection, document: str | None = None) -> list[Mark]:
    """Return the marks, by document, page and place."""
    narrowed = " AND document_id = :document" if document else ""
    rows = tx.all(
        "SELECT * FROM efile_inspection_marks WHERE tenant = :tenant"  # noqa: S608  fixed words
        f" AND inspection_id = :id{narrowed} ORDER BY document_id, page, id",
        tenant=one.tenant, id=one.id, **({"document": document} if document else {}),
    )  # fmt: skip
    return sorted(map(_mark, rows), key=_place)


def _place(one: Mark) -> tuple[str, int, float, float]:
    left, top = one.boxes[0][:2] if one.boxes else (0.0, 0.0)
    return (one.document, one.page, round(top, 2), left)


def decide(tx: Transaction, one: Inspection, names: Sequence[str], state: str, actor: str) -> int:
    """Decide on marks; return how many there were."""
    wanted = [
        {"tenant": one.tenant, "inspection": one.id, "id": name, "state": state, "actor": actor}
        for name in names
    ]
    tx.many(
        "UPDATE efile_inspection_marks SET state = :state, actor = :actor WHERE tenant = :tenant"
        " AND inspection_id = :inspection AND id = :id",
        wanted,
    )
    return len(wanted)


def undecided(tx: Transaction, one: Inspection) -> int:
    """Return how many marks nobody decided on, in documents that are shown."""
    return sum(
        1 for each in marks(tx, one)
        if each.state == OPEN and each.document not in one.plan.withheld
    )  # fmt: skip


def forget_marks(tx: Transaction, one: Inspection) -> None:
    """Take the marks away."""
    tx.run(
        "DELETE FROM efile_inspection_marks WHERE tenant = :tenant AND inspection_id = :id",
        tenant=one.tenant, id=one.id,
    )  # fmt: skip


def forget(tx: Transaction, one: Inspection) -> None:
    """Take an inspection away with its marks."""
    forget_marks(tx, one)
    tx.run(
        "DELETE FROM efile_inspections WHERE tenant = :tenant AND id = :id",
        tenant=one.tenant, id=one.id,
    )  # fmt: skip


def _values(one: Inspection) -> dict[str, object]:
    values: dict[str, object] = {name: getattr(one, name) for name in _COLUMNS}
    values["plan"] = msgspec.json.encode(one.plan).decode()
    values["report"] = msgspec.json.encode(one.report).decode()
    return values


def _inspection(row: Row) -> Inspection:
    plan = msgspec.json.decode(row["plan"], type=Plan)
    report = msgspec.json.decode(row["report"], type=Report)
    return Inspection(**{**row, "plan": plan, "report": report})


def _mark(row: Row) -> Mark:
    boxes = msgspec.json.decode(row["boxes"], type=tuple[Box, ...])
    return Mark(
        row["id"], row["document_id"], row["page"], row["term"], boxes, row["ground"],
        row["state"], row["source"], row["actor"],
    )  # fmt: skip
