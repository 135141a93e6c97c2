"""Bulk jobs: one decision about many clearing cases, each case in it settled once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from hub.store.database import Row, Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A decision about the cases that were chosen when it began."""

    id: str
    """Given by who asks: the same id again is the same job."""
    scope: str | None
    """The office; ``None`` for the central operator."""
    name: str
    verb: str
    actor: str
    reason: str
    mapping: str = ""


def begin(tx: Transaction, job: Job, now_us: int) -> bool:
    """Write a job down; ``False`` when it was begun before."""
    return bool(
        tx.run(
            "INSERT INTO bulk_job (id, scope, name, verb, mapping, actor, reason, state, made_us) "
            "VALUES (:id, :scope, :name, :verb, :mapping, :actor, :reason, 'running', :now) "
            "ON CONFLICT (id) DO NOTHING",
            **asdict(job), now=now_us,
        )
    )  # fmt: skip


def choose(tx: Transaction, job_id: str, cases: Iterable[tuple[Row, str]]) -> None:
    """Add cases to a job; one that comes with a code will be passed over."""
    for case, code in cases:
        tx.run(
            "INSERT INTO bulk_item (job_id, tenant, clearing_id, state, code) "
            "VALUES (:job, :tenant, :id, :state, :code) ON CONFLICT DO NOTHING",
            job=job_id, tenant=case["tenant"], id=case["id"],
            state="skipped" if code else "waiting", code=code or None,
        )  # fmt: skip


def unfinished(tx: Transaction) -> list[Row]:
    """Return the jobs that have not ended, the oldest first."""
    return tx.all("SELECT * FROM bulk_job WHERE state = 'running' ORDER BY made_us, id")


def waiting(tx: Transaction, job_id: str, limit: int) -> list[Row]:
    """Return cases of a job that were not reached yet."""
    return tx.all(
        "SELECT tenant, clearing_id FROM bulk_item WHERE job_id = :id AND state = 'waiting' "
        "ORDER BY tenant, clearing_id LIMIT :limit",
        id=job_id, limit=limit,
    )  # fmt: skip


def settle(tx: Transaction, job_id: str, item: Row, code: str = "") -> None:
    """Mark a case of a job as done, or as passed over for a reason."""
    tx.run(
        "UPDATE bulk_item SET state = :state, code = :code "
        "WHERE job_id = :job AND tenant = :tenant AND clearing_id = :id AND state = 'waiting'",
        job=job_id, tenant=item["tenant"], id=item["clearing_id"],
        state="skipped" if code else "done", code=code or None,
    )  # fmt: skip


def end(tx: Transaction, job_id: str, now_us: int) -> None:
    """Close a job in which nothing waits any more."""
    tx.run(
        "UPDATE bulk_job SET state = 'done', done_us = :now WHERE id = :id AND NOT EXISTS "
        "(SELECT 1 FROM bulk_item WHERE job_id = :id AND state = 'waiting')",
        id=job_id, now=now_us,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is."""

    job: Row
    done: int
    waiting: int
    skipped: dict[str, int]
    """Cases passed over, per reason."""


def progress(tx: Transaction, scope: str | None, job_id: str) -> Progress | None:
    """Return how far a job of an office is; the operator sees every job."""
    job = tx.one(
        "SELECT * FROM bulk_job WHERE id = :id AND (:scope IS NULL OR scope = :scope)",
        id=job_id, scope=scope,
    )  # fmt: skip
    if job is None:
        return None
    rows = tx.all(
        "SELECT state, code, count(*) AS n FROM bulk_item WHERE job_id = :id GROUP BY state, code",
        id=job_id,
    )
    total: Counter[str] = Counter()
    for row in rows:
        total[row["state"]] += row["n"]
    skipped = {row["code"]: row["n"] for row in rows if row["state"] == "skipped"}
    return Progress(job, total["done"], total["waiting"], skipped)


def recent(tx: Transaction, scope: str | None, limit: int = 20) -> list[Row]:
    """Return the newest jobs of an office."""
    return tx.all(
        "SELECT * FROM bulk_job WHERE (:scope IS NULL OR scope = :scope) "
        "ORDER BY made_us DESC, id DESC LIMIT :limit",
        scope=scope, limit=limit,
    )  # fmt: skip
