"""What became of a message, as far as its sender may know: state, verdict, findings, receipt."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hub.store.database import Row, Transaction

PASSED, FAILED, NOT_CHECKABLE = "passed", "failed", "not_checkable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What became of one message."""

    message: Row
    """``id, tenant, channel, state, code, kind, business_id, sha256, size_bytes, attachments,
    received_us``."""
    verdict: str | None = None
    """``passed``, ``failed`` or ``not_checkable``; unknown while nobody has read it."""
    reason: Mapping[str, Any] = field(default_factory=dict)
    """Of a refused message: ``nachricht``, ``abhilfe`` and ``befunde``."""
    duplicate_of: str | None = None
    receipt_sha256: str | None = None


def state_of(tx: Transaction, tenant: str, message_id: str) -> str | None:
    """Return the state of a message; what a waiting request asks again and again."""
    row = tx.one(
        "SELECT state FROM message WHERE tenant = :tenant AND id = :id",
        tenant=tenant, id=message_id,
    )  # fmt: skip
    return row["state"] if row else None


def fate_of(tx: Transaction, tenant: str, message_id: str) -> Fate | None:
    """Return what became of a message."""
    row = tx.one(
        "SELECT id, tenant, channel, state, code, kind, business_id, sha256, size_bytes, "
        "attachments, received_us FROM message WHERE tenant = :tenant AND id = :id",
        tenant=tenant, id=message_id,
    )  # fmt: skip
    if row is None:
        return None
    if row["state"] == "received":
        # Nobody has read it; there is nothing to look for, and this is the most frequent answer.
        return Fate(message=row)
    return Fate(
        message=row,
        verdict=_verdict(tx, tenant, row),
        reason=_reason(tx, tenant, message_id),
        duplicate_of=_first(tx, tenant, row) if row["state"] == "duplicate" else None,
        receipt_sha256=_receipt(tx, tenant, message_id),
    )


def _verdict(tx: Transaction, tenant: str, row: Row) -> str | None:
    """Return the newest verdict; bytes refused unread have failed without a check."""
    checked = tx.one(
        "SELECT facts FROM journal WHERE tenant = :tenant AND message_id = :id "
        "AND action = 'checked' ORDER BY seq DESC LIMIT 1",
        tenant=tenant, id=row["id"],
    )  # fmt: skip
    if checked:
        verdict: str | None = json.loads(checked["facts"]).get("verdict")
        return verdict
    return FAILED if row["state"] == "refused" else None


def _reason(tx: Transaction, tenant: str, message_id: str) -> Mapping[str, Any]:
    promise = tx.one(
        "SELECT spec FROM promise WHERE tenant = :tenant AND message_id = :id "
        "AND kind = 'refuse'",
        tenant=tenant, id=message_id,
    )  # fmt: skip
    found: Mapping[str, Any] = json.loads(promise["spec"]).get("reason", {}) if promise else {}
    return found


def _first(tx: Transaction, tenant: str, row: Row) -> str | None:
    seen = tx.one(
        "SELECT message_id FROM seen WHERE tenant = :tenant AND channel = :channel "
        "AND key_kind = 'bytes' AND key = :sha",
        tenant=tenant, channel=row["channel"], sha=row["sha256"],
    )  # fmt: skip
    return seen["message_id"] if seen and seen["message_id"] != row["id"] else None


def _receipt(tx: Transaction, tenant: str, message_id: str) -> str | None:
    rows = tx.all(
        "SELECT spec, payload_sha256 FROM promise WHERE tenant = :tenant AND message_id = :id "
        "AND kind = 'deliver'",
        tenant=tenant, id=message_id,
    )  # fmt: skip
    receipts = [row for row in rows if json.loads(row["spec"]).get("record_kind") == "Quittung"]
    return receipts[0]["payload_sha256"] if receipts else None
