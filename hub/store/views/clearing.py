"""Clearing cases and blocked lanes: what waits for a human."""

from __future__ import annotations

from hub.store.database import Row, Transaction
from hub.store.views.scope import Scope


def clearing_groups(tx: Transaction, scope: Scope) -> list[Row]:
    """Return open clearing cases, equal failures as one line, the oldest first."""
    return tx.all(
        "SELECT fingerprint, min(code) AS code, min(message) AS message,"
        " min(remedy) AS remedy, count(*) AS cases, min(opened_us) AS opened_us,"
        " min(id) AS first_id FROM clearing"
        " WHERE state = 'open' AND (:tenant IS NULL OR tenant = :tenant)"
        " GROUP BY fingerprint ORDER BY min(opened_us), fingerprint LIMIT 200",
        tenant=scope,
    )


def clearing_of_group(tx: Transaction, scope: Scope, fingerprint: str) -> list[Row]:
    """Return the open clearing cases of one group."""
    return tx.all(
        "SELECT id, tenant, message_id, case_key, opened_us FROM clearing"
        " WHERE state = 'open' AND fingerprint = :fingerprint"
        " AND (:tenant IS NULL OR tenant = :tenant)"
        " ORDER BY opened_us, id LIMIT 200",
        fingerprint=fingerprint,
        tenant=scope,
    )


def clearing_case(tx: Transaction, scope: Scope, clearing_id: str) -> Row | None:
    """Return one clearing case with what it is about."""
    return tx.one(
        "SELECT clearing.*, message.kind, message.partner, message.channel,"
        " message.original_name, message.part_of"
        " FROM clearing LEFT JOIN message ON message.tenant = clearing.tenant"
        " AND message.id = clearing.message_id"
        " WHERE clearing.id = :id AND (:tenant IS NULL OR clearing.tenant = :tenant)",
        id=clearing_id,
        tenant=scope,
    )


def blocked_lanes(tx: Transaction, scope: Scope) -> list[Row]:
    """Return blocked lanes: what stands at the head, how many wait behind, whose turn."""
    return tx.all(
        "SELECT lane.queue, lane.lane_key, lane.next_seq - lane.head_seq - 1 AS behind,"
        " promise.id AS promise_id, promise.tenant, promise.message_id, promise.kind,"
        " promise.state, promise.last_code, promise.made_us, promise.attempts,"
        " clearing.id AS clearing_id, clearing.message, clearing.remedy,"
        " coalesce(clearing.last_us, promise.made_us) AS since_us"
        " FROM lane JOIN promise ON promise.tenant = lane.tenant"
        " AND promise.id = lane.blocked_by"
        " LEFT JOIN clearing ON clearing.promise_id = promise.id"
        "   AND clearing.state = 'open' AND clearing.tenant = promise.tenant"
        " WHERE lane.state = 'blocked' AND (:tenant IS NULL OR promise.tenant = :tenant)"
        " ORDER BY since_us, lane.queue, lane.lane_key LIMIT 200",
        tenant=scope,
    )
