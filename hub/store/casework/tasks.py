"""Tasks with a day (*Wiedervorlagen*): of a person or a unit, on a file."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass

from hub.store.casework import units
from hub.store.database import Row, Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What is to be done on a file, by whom and when."""

    id: str
    tenant: str
    akte: str
    due: str
    """Day, ``YYYY-MM-DD``."""
    text: str
    owner: str
    """``p:login`` or ``u:unit``."""
    made_by: str
    made_us: int


def add(tx: Transaction, task: Task) -> None:
    """Put a task down; a second click of the same form does so once."""
    tx.run(
        "INSERT INTO task (id, tenant, akte, due, text, owner, made_by, made_us) VALUES"
        " (:id, :tenant, :akte, :due, :text, :owner, :made_by, :made_us) ON CONFLICT DO NOTHING",
        **asdict(task),
    )


def due(
    tx: Transaction, tenant: str, owners: Collection[str], until: str, after: str, limit: int
) -> list[Row]:
    """Return open tasks of these owners by day, beginning behind ``after`` (``day|id``)."""
    day, _, task = after.partition("|")
    return tx.all(
        "SELECT * FROM task WHERE tenant = :tenant AND owner IN :owners AND done_us IS NULL"
        " AND due <= :until AND (due > :day OR (due = :day AND id > :id))"
        " ORDER BY due, id LIMIT :limit",
        tenant=tenant, owners=tuple(owners), until=until, day=day, id=task, limit=limit,
    )  # fmt: skip


def count_due(tx: Transaction, tenant: str, owners: Collection[str], until: str) -> int:
    """Return how many open tasks these owners have until a day."""
    row = tx.one(
        "SELECT count(*) AS tasks FROM task WHERE tenant = :tenant AND owner IN :owners"
        " AND done_us IS NULL AND due <= :until",
        tenant=tenant, owners=tuple(owners), until=until,
    )  # fmt: skip
    return int(row["tasks"]) if row else 0


def of_file(tx: Transaction, tenant: str, akte: str, limit: int) -> list[Row]:
    """Return the open tasks of a file by day."""
    return tx.all(
        "SELECT * FROM task WHERE tenant = :tenant AND akte = :akte AND done_us IS NULL"
        " ORDER BY due, id LIMIT :limit",
        tenant=tenant, akte=akte, limit=limit,
    )  # fmt: skip


def find(tx: Transaction, tenant: str, task: str) -> Row | None:
    """Return a task of the office."""
    return tx.one("SELECT * FROM task WHERE tenant = :tenant AND id = :id", tenant=tenant, id=task)


def finish(tx: Transaction, tenant: str, task: str, login: str, now_us: int) -> None:
    """Say that a task is done; the first word counts."""
    tx.run(
        "UPDATE task SET done_by = :login, done_us = :now"
        " WHERE tenant = :tenant AND id = :id AND done_us IS NULL",
        tenant=tenant, id=task, login=login, now=now_us,
    )  # fmt: skip


def change(tx: Transaction, tenant: str, task: str, *, due: str = "", owner: str = "") -> None:
    """Put an open task off to another day, or hand it over.

    Raises:
        Rejected: the unit it is handed to is not there, or closed.
    """
    if owner.startswith("u:"):
        units.demand_open(tx, tenant, [owner.removeprefix("u:")])
    tx.run(
        "UPDATE task SET due = CASE WHEN :due = '' THEN due ELSE :due END,"
        " owner = CASE WHEN :owner = '' THEN owner ELSE :owner END"
        " WHERE tenant = :tenant AND id = :id AND done_us IS NULL",
        tenant=tenant, id=task, due=due, owner=owner,
    )  # fmt: skip
