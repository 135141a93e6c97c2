"""Clearing cases (*Klärfälle*): what a human must decide."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from hub.core.message import Message
from hub.store.database import Row, Transaction


@dataclass(frozen=True, slots=True)
class ClearingCase:
    """A new clearing case; its id follows from what it is about, so it opens once."""

    id: str
    code: str
    message: str
    remedy: str
    promise_id: str | None = None
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def fingerprint(self) -> str:
        """Equal failures share it, so that three thousand of them are one line."""
        return hashlib.sha256(f"{self.code}|{self.message}".encode()).hexdigest()[:16]


def open_case(tx: Transaction, message: Message, case: ClearingCase, now_us: int) -> None:
    """Open a clearing case; opening it again changes nothing but its state."""
    tx.run(
        _OPEN, id=case.id, tenant=message.tenant, message_id=message.id,
        promise_id=case.promise_id, case_key=message.case_key, code=case.code,
        message=case.message, remedy=case.remedy, fingerprint=case.fingerprint,
        facts=json.dumps(dict(case.facts), ensure_ascii=False), now=now_us,
    )  # fmt: skip


_OPEN = """
INSERT INTO clearing (id, tenant, message_id, promise_id, case_key, code, message, remedy,
  facts, fingerprint, state, opened_us)
VALUES (:id, :tenant, :message_id, :promise_id, :case_key, :code, :message, :remedy,
  :facts, :fingerprint, 'open', :now)
ON CONFLICT (id) DO UPDATE SET state = 'open', closed_us = NULL, closed_by = NULL, reason = NULL
"""


def find(tx: Transaction, clearing_id: str, tenant: str | None = None) -> Row | None:
    """Return one clearing case, within a tenant where one is given."""
    return tx.one(
        "SELECT * FROM clearing WHERE id = :id AND (:tenant IS NULL OR tenant = :tenant)",
        id=clearing_id, tenant=tenant,
    )  # fmt: skip


def open_cases(tx: Transaction, tenant: str | None = None, limit: int = 500) -> list[Row]:
    """Return open clearing cases, the oldest first."""
    return tx.all(
        "SELECT * FROM clearing WHERE state = 'open' AND (:tenant IS NULL OR tenant = :tenant) "
        "ORDER BY opened_us, id LIMIT :limit",
        tenant=tenant, limit=limit,
    )  # fmt: skip


def still_open(tx: Transaction, message_id: str) -> bool:
    """Tell whether a message has any open clearing case."""
    row = tx.one(
        "SELECT 1 FROM clearing WHERE message_id = :id AND state = 'open' LIMIT 1", id=message_id
    )
    return row is not None


def close_case(
    tx: Transaction, clearing_id: str, *, state: str, actor: str, reason: str, now_us: int
) -> bool:
    """Close an open case (``released``, ``rejected``); a second click changes nothing."""
    return bool(
        tx.run(
            "UPDATE clearing SET state = :state, closed_us = :now, closed_by = :actor, "
            "reason = :reason WHERE id = :id AND state = 'open'",
            state=state, now=now_us, actor=actor, reason=reason, id=clearing_id,
        )
    )  # fmt: skip
