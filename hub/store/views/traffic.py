"""Messages by their metadata: list, one, and what followed from it."""

from __future__ import annotations

from dataclasses import dataclass

from hub.store.database import Row, Transaction
from hub.store.views.scope import Scope

_DIGITS = 18
"""Of a time in a cursor: more do not fit into the database."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageFilter:
    """Which messages to list; empty fields do not narrow."""

    states: tuple[str, ...] = ()
    kind: str = ""
    partner: str = ""
    case_key: str = ""
    before: str = ""
    """Keyset cursor: ``received_us.id`` of the last message shown."""


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
        states=f" {' '.join(wanted.states)} " if wanted.states else "",
        kind=wanted.kind,
        partner=wanted.partner,
        case_key=wanted.case_key,
        received=int(received) if received.isdecimal() and len(received) <= _DIGITS else 0,
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
        "SELECT journal.* FROM journal JOIN message"
        " ON message.tenant = journal.tenant AND message.id = journal.message_id"
        " WHERE message.id = :id AND (:tenant IS NULL OR message.tenant = :tenant)"
        " ORDER BY journal.seq LIMIT 500",
        id=message_id,
        tenant=scope,
    )


def promises(tx: Transaction, scope: Scope, message_id: str) -> list[Row]:
    """Return what was promised because of one message."""
    return tx.all(
        "SELECT id, kind, queue, state, attempts, made_us, deadline_us, done_us, last_code, spec,"
        " replaces"
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
