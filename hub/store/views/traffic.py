"""Messages by their metadata: list, one, and what followed from it."""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from hub.store.database import Row, Transaction
from hub.store.desk import tally
from hub.store.messages import MOVES, find_in
from hub.store.views.scope import Scope

_DIGITS = 18
"""Of a time in a cursor: more do not fit into the database."""
_STATES = tuple(sorted(MOVES))


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageFilter:
    """Which messages to list; empty fields do not narrow."""

    states: tuple[str, ...] = ()
    kind: str = ""
    partner: str = ""
    case_key: str = ""
    office: str = ""
    """Within what the reader may see."""
    digest: str = ""
    """Of the bytes, in hexadecimal, or at least its first eight characters."""
    number: str = ""
    """The sender's own message number."""
    since_us: int = 0
    until_us: int = 0
    """Not included."""
    before: str = ""
    """Keyset cursor: ``received_us.id`` of the last message shown."""


def messages(
    tx: Transaction, scope: Scope, wanted: MessageFilter, limit: int = 50
) -> tuple[list[Row], str]:
    """Return a page of messages, newest first, and the cursor of the next page or ``''``.

    Each office and state is read newest first from an index of its own and no further than
    the page needs, so that a page costs the same however many messages there are.
    """
    offices = [one for one in tally.tenants(tx, scope) if wanted.office in {"", one}]
    conditions, values = _narrowed(wanted)
    if wanted.case_key or wanted.digest or wanted.number:
        # These name few messages and have indexes of their own.
        lines = [_line(tx, conditions, {**values, "tenant": one}, limit) for one in offices]
    else:
        lines = [
            _line(tx, [*conditions, _IN_STATE], {**values, "tenant": one, "state": state}, limit)
            for one in offices
            for state in wanted.states or _STATES
        ]
    newest = heapq.merge(*lines, key=lambda row: (row["received_us"], row["id"]), reverse=True)
    rows = list(islice(newest, limit + 1))
    if len(rows) <= limit:
        return rows, ""
    end = rows[limit - 1]
    return rows[:limit], f"{end['received_us']}.{end['id']}"


_IN_STATE = "state = :state"
_DIGEST_HEAD = 8


def _narrowed(wanted: MessageFilter) -> tuple[list[str], dict[str, object]]:
    """Return only the conditions that are asked for: an idle one would hide an index."""
    received, _, last = wanted.before.partition(".")
    end_us = int(received) if received.isdecimal() and len(received) <= _DIGITS else 0
    digest, named = wanted.digest.lower(), wanted.case_key or wanted.digest or wanted.number
    asked = {
        "received_us >= :since": ("since", wanted.since_us),
        "received_us < :until": ("until", wanted.until_us),
        "kind = :kind": ("kind", wanted.kind),
        "partner = :partner": ("partner", wanted.partner),
        "case_key = :case_key": ("case_key", wanted.case_key),
        "business_id = :number": ("number", wanted.number),
        "substr(sha256, 1, 8) = :head": ("head", digest[:_DIGEST_HEAD]),
        "sha256 LIKE :digest": ("digest", digest and f"{digest}%"),
        "state IN :states": ("states", wanted.states if named else ()),
        "received_us <= :end AND (received_us < :end OR id < :last)": ("last", last and end_us),
    }
    conditions = [text for text, (_, value) in asked.items() if value]
    values: dict[str, object] = {name: value for name, value in asked.values() if value}
    if "last" in values:
        values |= {"end": end_us, "last": last}
    return conditions, values


def _line(
    tx: Transaction, conditions: Sequence[str], values: Mapping[str, object], limit: int
) -> list[Row]:
    where = " AND ".join(["tenant = :tenant", *conditions])
    return tx.all(
        "SELECT id, tenant, partner, channel, kind, case_key, state, size_bytes,"  # noqa: S608  own text
        " original_name, code, received_us, closed_us, sha256, business_id FROM message"
        f" WHERE {where} ORDER BY received_us DESC, id DESC LIMIT :limit",
        **values, limit=limit + 1,
    )  # fmt: skip


def kinds_and_partners(tx: Transaction, scope: Scope) -> tuple[list[str], list[str]]:
    """Return the message kinds and partners that occur, for the filters of the list."""
    counted = tally.from_rows(tx, scope)
    kinds = {kind for (_, _, _, kind, _), number in counted.items() if kind and number}
    partners = {partner for (_, _, partner, _, _), number in counted.items() if number}
    return sorted(kinds), sorted(partners)


def message(tx: Transaction, scope: Scope, message_id: str) -> Row | None:
    """Return the metadata of one message."""
    # Offices are named one by one, here and below: without them no index leads to an identifier.
    return find_in(tx, tally.tenants(tx, scope), message_id)


def events(tx: Transaction, scope: Scope, message_id: str) -> list[Row]:
    """Return the journal of one message, in order."""
    return tx.all(
        "SELECT * FROM journal WHERE tenant IN :tenants AND message_id = :id"
        " ORDER BY seq LIMIT 500",
        id=message_id,
        tenants=tuple(tally.tenants(tx, scope)),
    )


def promises(tx: Transaction, scope: Scope, message_id: str) -> list[Row]:
    """Return what was promised because of one message."""
    return tx.all(
        "SELECT promise.id, promise.kind, queue, promise.state, attempts, made_us, deadline_us,"
        " done_us, last_code, spec, replaces, clearing.id AS clearing_id, clearing.facts"
        " FROM promise LEFT JOIN clearing ON clearing.tenant = promise.tenant"
        " AND clearing.message_id = promise.message_id AND clearing.promise_id = promise.id"
        " AND clearing.state = 'open'"
        " WHERE promise.tenant IN :tenants AND promise.message_id = :id"
        " ORDER BY made_us, promise.id",
        id=message_id,
        tenants=tuple(tally.tenants(tx, scope)),
    )


def caused(tx: Transaction, scope: Scope, message_id: str) -> list[Row]:
    """Return the messages that were split from or answer one message."""
    return tx.all(
        "SELECT id, kind, state, received_us FROM message"
        " WHERE tenant IN :tenants AND causation_id = :id"
        " ORDER BY received_us, id LIMIT 200",
        id=message_id,
        tenants=tuple(tally.tenants(tx, scope)),
    )
