"""Status queries: who had a partner asked about a delivery, and what it answered."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from hub.store.database import Row, Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusQuery:
    """A question about a delivery of unknown outcome."""

    tenant: str
    id: str
    clearing_id: str
    promise_id: str
    actor: str


def ask(tx: Transaction, query: StatusQuery, now_us: int) -> bool:
    """Write a question down; ``False`` while one about the same case is open."""
    return bool(
        tx.run(
            "INSERT INTO status_query (tenant, id, clearing_id, promise_id, actor, asked_us, "
            "state, due_us) VALUES (:tenant, :id, :clearing_id, :promise_id, :actor, :now, "
            "'asked', :now) ON CONFLICT DO NOTHING",
            **asdict(query), now=now_us,
        )
    )  # fmt: skip


def is_due(tx: Transaction, now_us: int) -> bool:
    """Tell whether any question waits; a look that costs no commit."""
    row = tx.one(
        "SELECT 1 FROM status_query WHERE state = 'asked' AND due_us <= :now LIMIT 1", now=now_us
    )
    return row is not None


def take(tx: Transaction, limit: int, now_us: int, until_us: int) -> list[Row]:
    """Take questions in hand until a time, so that no other node asks them meanwhile."""
    return tx.all(
        "WITH due AS (SELECT tenant, id FROM status_query WHERE state = 'asked' "
        "AND due_us <= :now ORDER BY due_us, id LIMIT :limit /*pg FOR UPDATE SKIP LOCKED */) "
        "UPDATE status_query SET due_us = :until FROM due "
        "WHERE status_query.tenant = due.tenant AND status_query.id = due.id "
        "RETURNING status_query.tenant, status_query.id, clearing_id, promise_id, actor",
        now=now_us, limit=limit, until=until_us,
    )  # fmt: skip


def answered(tx: Transaction, query: Row, answer: str, code: str, now_us: int) -> bool:
    """Note an answer; ``False`` when another one was faster."""
    return bool(
        tx.run(
            "UPDATE status_query SET state = 'answered', answer = :answer, code = :code, "
            "answered_us = :now WHERE tenant = :tenant AND id = :id AND state = 'asked'",
            answer=answer, code=code or None, now=now_us, tenant=query["tenant"], id=query["id"],
        )
    )  # fmt: skip


def latest(tx: Transaction, tenant: str, clearing_id: str) -> Row | None:
    """Return the last question about a case, answered or not."""
    return tx.one(
        "SELECT * FROM status_query WHERE tenant = :tenant AND clearing_id = :id "
        "ORDER BY asked_us DESC, id DESC LIMIT 1",
        tenant=tenant, id=clearing_id,
    )  # fmt: skip
