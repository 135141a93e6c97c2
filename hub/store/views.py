"""What the staff pages read: lists and details, always within a scope.

A scope is the tenant of the person who asks; ``None`` is the central operator, who sees
every tenant's messages by their metadata. No query here returns payloads.
"""

from __future__ import annotations

from dataclasses import dataclass

from hub.store.database import Row, Transaction

Scope = str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageFilter:
    """Which messages to list; empty fields do not narrow."""

    states: tuple[str, ...] = ()
    kind: str = ""
    partner: str = ""
    case_key: str = ""
    before: str = ""
    """Keyset cursor: ``received_us.id`` of the last message shown."""


def timeline(tx: Transaction, tenant: str, case_key: str, limit: int = 600) -> list[Row]:
    """Return the newest journal entries of a case, in order, with what is known of each message.

    A message is accepted before its case is known, so its entries are found by the message.
    """
    rows = tx.all(
        "SELECT journal.seq, journal.at_us, journal.action, journal.message_id,"
        " journal.to_state, journal.actor, journal.facts, message.kind, message.partner,"
        " message.state AS message_state, message.code AS message_code,"
        " promise.kind AS promise_kind, promise.queue"
        " FROM journal LEFT JOIN message ON message.id = journal.message_id"
        " LEFT JOIN promise ON promise.id = journal.promise_id"
        " WHERE journal.tenant = :tenant AND (journal.case_key = :case_key"
        " OR journal.message_id IN (SELECT id FROM message"
        "   WHERE tenant = :tenant AND case_key = :case_key))"
        " ORDER BY journal.seq DESC LIMIT :limit",
        tenant=tenant,
        case_key=case_key,
        limit=limit,
    )
    return rows[::-1]


def waiting(tx: Transaction, tenant: str, case_key: str) -> list[Row]:
    """Return what is promised for a case and not yet done."""
    return tx.all(
        "SELECT promise.message_id, promise.kind, promise.queue, promise.state,"
        " promise.attempts, promise.last_code, promise.made_us FROM promise"
        " JOIN message ON message.id = promise.message_id"
        " WHERE message.tenant = :tenant AND message.case_key = :case_key"
        " AND promise.state IN ('waiting', 'leased', 'sent', 'batched', 'unknown', 'dead')"
        " ORDER BY promise.made_us LIMIT 100",
        tenant=tenant,
        case_key=case_key,
    )


def messages(
    tx: Transaction, scope: Scope, wanted: MessageFilter, limit: int = 50
) -> tuple[list[Row], str]:
    """Return a page of messages, newest first, and the cursor of the next page or ``''``."""
    received, _, last = wanted.before.partition(".")
    rows = tx.all(
        "SELECT id, tenant, partner, channel, kind, case_key, state, size_bytes,"
        " original_name, code, received_us, closed_us FROM message"
        " WHERE (:tenant IS NULL OR tenant = :tenant)"
        " AND (:states = '' OR :states LIKE '% ' || state || ' %')"
        " AND (:kind = '' OR kind = :kind) AND (:partner = '' OR partner = :partner)"
        " AND (:case_key = '' OR case_key = :case_key)"
        " AND (:last = '' OR received_us < :received"
        "      OR (received_us = :received AND id < :last))"
        " ORDER BY received_us DESC, id DESC LIMIT :limit",
        tenant=scope,
        states=" {' '.join(wanted.states)} " if wanted.states else "",
        kind=wanted.kind,
        partner=wanted.partner,
        case_key=wanted.case_key,
        received=int(received) if received.isdecimal() else 0,
        last=last,
        limit=limit + 1,
    )
    if len(rows) <= limit:
        return rows, ""
    end = rows[limit - 1]
    return rows[:limit], f"{end['received_us']}.{end['id']}"


def kinds_and_partners(tx: Transaction, scope: Scope) -> tuple[list[str], list[str]]:
    """Return the message kinds and partners that occur, for the filters of the list."""
    kinds = tx.all(
        "SELECT DISTINCT kind FROM message"
        " WHERE (:tenant IS NULL OR tenant = :tenant) AND kind IS NOT NULL ORDER BY kind",
        tenant=scope,
    )
    partners = tx.all(
        "SELECT DISTINCT partner FROM message"
        " WHERE (:tenant IS NULL OR tenant = :tenant) ORDER BY partner",
        tenant=scope,
    )
    return [row["kind"] for row in kinds], [row["partner"] for row in partners]


def message(tx: Transaction, scope: Scope, message_id: str) -> Row | None:
    """Return the metadata of one message."""
    return tx.one(
        "SELECT * FROM message WHERE id = :id AND (:tenant IS NULL OR tenant = :tenant)",
        id=message_id,
        tenant=scope,
    )


def events(tx: Transaction, scope: Scope, message_id: str) -> list[Row]:
    """Return the journal of one message, in order."""
    return tx.all(
        "SELECT * FROM journal"
        " WHERE message_id = :id AND (:tenant IS NULL OR tenant = :tenant) ORDER BY seq LIMIT 500",
        id=message_id,
        tenant=scope,
    )


def promises(tx: Transaction, scope: Scope, message_id: str) -> list[Row]:
    """Return what was promised because of one message."""
    return tx.all(
        "SELECT id, kind, queue, state, attempts, made_us, deadline_us, done_us, last_code"
        " FROM promise"
        " WHERE message_id = :id AND (:tenant IS NULL OR tenant = :tenant) ORDER BY made_us, id",
        id=message_id,
        tenant=scope,
    )


def caused(tx: Transaction, scope: Scope, message_id: str) -> list[Row]:
    """Return the messages that were split from or answer one message."""
    return tx.all(
        "SELECT id, kind, state, received_us FROM message"
        " WHERE causation_id = :id AND (:tenant IS NULL OR tenant = :tenant)"
        " ORDER BY received_us, id LIMIT 200",
        id=message_id,
        tenant=scope,
    )


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
        "SELECT clearing.*, message.kind, message.partner, message.original_name"
        " FROM clearing LEFT JOIN message ON message.id = clearing.message_id"
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
        " clearing.id AS clearing_id, clearing.message"
        " FROM lane JOIN promise ON promise.id = lane.blocked_by"
        " LEFT JOIN clearing ON clearing.promise_id = promise.id"
        "   AND clearing.state = 'open' AND clearing.tenant = promise.tenant"
        " WHERE lane.state = 'blocked' AND (:tenant IS NULL OR promise.tenant = :tenant)"
        " ORDER BY promise.made_us LIMIT 200",
        tenant=scope,
    )


def counts(tx: Transaction) -> dict[str, list[Row]]:
    """Return the figures of the metrics page, over all tenants."""
    return {
        "messages": tx.all("SELECT tenant, state, count(*) AS n FROM message GROUP BY 1, 2"),
        "promises": tx.all("SELECT kind, state, count(*) AS n FROM promise GROUP BY 1, 2"),
        "clearing": tx.all(
            "SELECT tenant, count(*) AS n FROM clearing WHERE state = 'open' GROUP BY 1"
        ),
        "blocked": tx.all(
            "SELECT queue, count(*) AS n FROM lane WHERE state = 'blocked' GROUP BY 1"
        ),
        "oldest": tx.all(
            "SELECT tenant, min(made_us) AS at_us FROM promise"
            " WHERE state IN ('waiting', 'leased', 'sent', 'batched') GROUP BY 1"
        ),
    }


def certificates(tx: Transaction, scope: Scope) -> list[Row]:
    """Return every certificate that is or may come into use, the soonest to expire first."""
    return tx.all(
        "SELECT id, tenant, partner, environment, purpose, state, key_algorithm, key_bits,"
        " subject, issuer, serial, fingerprint, not_before_us, not_after_us, last_used_us"
        " FROM certificate WHERE state <> 'retired' AND (:tenant IS NULL OR tenant = :tenant)"
        " ORDER BY not_after_us IS NULL, not_after_us, id LIMIT 500",
        tenant=scope,
    )
