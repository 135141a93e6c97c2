"""Clearing cases (*Klärfälle*): what a human must decide."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

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
    """Open a clearing case, or open it again: with the reason it has now."""
    tx.run(
        _OPEN, id=case.id, tenant=message.tenant, message_id=message.id,
        promise_id=case.promise_id, case_key=message.case_key, code=case.code,
        message=case.message, remedy=case.remedy, fingerprint=case.fingerprint,
        facts=json.dumps(dict(case.facts), ensure_ascii=False), now=now_us,
    )  # fmt: skip


_OPEN = """
INSERT INTO clearing (id, tenant, message_id, promise_id, case_key, code, message, remedy,
  facts, fingerprint, state, opened_us, last_us)
VALUES (:id, :tenant, :message_id, :promise_id, :case_key, :code, :message, :remedy,
  :facts, :fingerprint, 'open', :now, :now)
ON CONFLICT (tenant, id) DO UPDATE SET
  state = 'open', closed_us = NULL, closed_by = NULL, reason = NULL,
  code = excluded.code, message = excluded.message, remedy = excluded.remedy,
  facts = excluded.facts, fingerprint = excluded.fingerprint, last_us = excluded.last_us,
  times = clearing.times + CASE WHEN clearing.state = 'open' THEN 0 ELSE 1 END
"""


def find(tx: Transaction, tenant: str, clearing_id: str) -> Row | None:
    """Return one clearing case of an office."""
    return tx.one(
        "SELECT * FROM clearing WHERE tenant = :tenant AND id = :id", tenant=tenant, id=clearing_id
    )


def find_in(tx: Transaction, tenants: Sequence[str], clearing_id: str) -> Row | None:
    """Return one clearing case of any of these offices."""
    return tx.one(
        "SELECT * FROM clearing WHERE tenant IN :tenants AND id = :id",
        tenants=tuple(tenants), id=clearing_id,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which clearing cases are meant; empty fields do not narrow."""

    tenant: str | None = None
    fingerprint: str = ""
    state: str = "open"
    code: str = ""
    case_key: str = ""
    partner: str = ""
    queue: str = ""


def cases(tx: Transaction, wanted: Wanted, *, limit: int = 500, after: str = "") -> list[Row]:
    """Return clearing cases in the order of their ids, a page at a time."""
    return tx.all(
        f"SELECT clearing.* {_WANTED} AND clearing.id > :after ORDER BY clearing.id LIMIT :limit",
        **asdict(wanted), limit=limit, after=after,
    )  # fmt: skip


def groups(tx: Transaction, wanted: Wanted, limit: int = 200) -> list[Row]:
    """Return clearing cases, equal failures as one line, the oldest first."""
    return tx.all(
        "SELECT clearing.fingerprint, min(clearing.code) AS code, min(clearing.message) AS message,"
        " min(clearing.remedy) AS remedy, count(*) AS cases, min(clearing.opened_us) AS opened_us,"
        " max(clearing.last_us) AS last_us, min(clearing.id) AS first_id,"
        " count(DISTINCT clearing.tenant) AS tenants, count(DISTINCT clearing.case_key) AS files"
        f" {_WANTED} GROUP BY clearing.fingerprint"
        " ORDER BY min(clearing.opened_us), clearing.fingerprint LIMIT :limit",
        **asdict(wanted), limit=limit,
    )  # fmt: skip


_WANTED = """
FROM clearing
LEFT JOIN message ON message.id = clearing.message_id AND message.tenant = clearing.tenant
LEFT JOIN promise ON promise.id = clearing.promise_id AND promise.tenant = clearing.tenant
WHERE (:tenant IS NULL OR clearing.tenant = :tenant)
  AND (:state = '' OR clearing.state = :state)
  AND (:fingerprint = '' OR clearing.fingerprint = :fingerprint)
  AND (:code = '' OR clearing.code = :code)
  AND (:case_key = '' OR clearing.case_key = :case_key)
  AND (:partner = '' OR message.partner = :partner)
  AND (:queue = '' OR promise.queue = :queue)
"""


def still_open(tx: Transaction, tenant: str, message_id: str) -> bool:
    """Tell whether a message has any open clearing case."""
    row = tx.one(
        "SELECT 1 FROM clearing WHERE tenant = :tenant AND message_id = :id AND state = 'open' "
        "LIMIT 1",
        tenant=tenant, id=message_id,
    )  # fmt: skip
    return row is not None


def close_case(
    tx: Transaction,
    case: Row,
    *,
    state: str,
    actor: str,
    reason: str,
    now_us: int,
) -> bool:
    """Close an open case with what was decided; a second click changes nothing."""
    return bool(
        tx.run(
            "UPDATE clearing SET state = :state, closed_us = :now, closed_by = :actor, "
            "reason = :reason WHERE tenant = :tenant AND id = :id AND state = 'open'",
            state=state, now=now_us, actor=actor, reason=reason, tenant=case["tenant"],
            id=case["id"],
        )
    )  # fmt: skip


def direct(tx: Transaction, tenant: str, promise_id: str, spec: Mapping[str, str]) -> None:
    """Give the travel promise of a held message its directions; none take back earlier ones."""
    tx.run(
        "UPDATE promise SET spec = :spec WHERE tenant = :tenant AND id = :id AND kind = 'travel'",
        spec=json.dumps(dict(spec), ensure_ascii=False), tenant=tenant, id=promise_id,
    )  # fmt: skip


def rewrite(tx: Transaction, tenant: str, promise_id: str, spec: Mapping[str, object]) -> None:
    """Say anew what a promise that stands still is about, as a human decided."""
    tx.run(
        "UPDATE promise SET spec = :spec WHERE tenant = :tenant AND id = :id AND state = 'dead'",
        spec=json.dumps(dict(spec), ensure_ascii=False), tenant=tenant, id=promise_id,
    )  # fmt: skip


def promise_of(tx: Transaction, tenant: str, promise_id: str | None) -> Row | None:
    """Return what stands still because of a case, if anything does."""
    return tx.one(
        "SELECT * FROM promise WHERE tenant = :tenant AND id = :id", tenant=tenant, id=promise_id
    )


def rest_of(tx: Transaction, tenant: str, message_id: str) -> Row:
    """Return what of a message is not finished: its journey, and what was given up."""
    row = tx.one(
        "SELECT coalesce(max(CASE WHEN kind = 'travel' AND state <> 'confirmed' AND "
        "state <> 'skipped' THEN 1 ELSE 0 END), 0) AS travelling, "
        "coalesce(max(CASE WHEN state = 'skipped' AND NOT EXISTS (SELECT 1 FROM promise AS later "
        "WHERE later.tenant = promise.tenant AND later.replaces = promise.id) "
        "THEN 1 ELSE 0 END), 0) AS given_up "
        "FROM promise WHERE tenant = :tenant AND message_id = :id",
        tenant=tenant, id=message_id,
    )  # fmt: skip
    return row or {"travelling": 0, "given_up": 0}
