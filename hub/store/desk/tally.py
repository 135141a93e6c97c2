"""The balance's two counts, kept so that asking for them stays cheap.

Messages that rest are added up once, when their end is some minutes old; journal entries once,
in the order of their numbers. What is newer or still moves is counted when somebody asks. Both
counts stay independent of each other: one reads message rows alone, the other journal entries
alone.

Residual risk: a row changed behind the journal's back after it was added up is only seen by
the full count.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping

from hub.core.clock import local_date
from hub.store.database import Row, Transaction
from hub.store.messages import FINAL, MOVES

LAG_US = 600_000_000
"""Nodes' clocks differ and commits take time: nothing ends with a time older than this."""
AT_ONCE = 20_000
"""Rows added up per unit of work, so that the writer is not held for long."""
_HOUR_US = 3_600_000_000
"""An office's day is a whole number of hours in every time zone of Germany."""

MOVING = tuple(sorted(set(MOVES) - FINAL))

Key = tuple[str, str, str, str, str]
"""Tenant, day, partner, kind, state."""


def tenants(tx: Transaction, tenant: str | None) -> list[str]:
    """Return the offices a question is about: one, or all that ever had a message."""
    if tenant is not None:
        return [tenant]
    return [row["tenant"] for row in tx.all("SELECT tenant FROM journal_head ORDER BY tenant")]


def advance(tx: Transaction, tenant: str, now_us: int) -> int:
    """Add up what has come to rest and what the journal says of it; return how much that was."""
    mark = _mark(tx, tenant)
    until_us, closed = _add_final(tx, tenant, mark["closed_us"], now_us - LAG_US)
    seq, entries = _add_journal(tx, tenant, mark["seq"])
    if closed or entries:
        tx.run(
            "INSERT INTO balance_mark (tenant, closed_us, seq) VALUES (:tenant, :until, :seq) "
            "ON CONFLICT (tenant) DO UPDATE SET closed_us = excluded.closed_us, seq = excluded.seq",
            tenant=tenant, until=until_us, seq=seq,
        )  # fmt: skip
    return closed + entries


def _mark(tx: Transaction, tenant: str) -> Row:
    found = tx.one("SELECT * FROM balance_mark WHERE tenant = :tenant", tenant=tenant)
    return found or {"tenant": tenant, "closed_us": 0, "seq": 0}


def counted_to(tx: Transaction, tenant: str) -> int:
    """Return the number of the last entry that was added up."""
    return int(_mark(tx, tenant)["seq"])


def _add_final(tx: Transaction, tenant: str, since_us: int, until_us: int) -> tuple[int, int]:
    more = tx.one(
        "SELECT closed_us FROM message WHERE tenant = :tenant AND closed_us > :since "
        "AND closed_us <= :until ORDER BY closed_us LIMIT 1 OFFSET :many",
        tenant=tenant, since=since_us, until=until_us, many=AT_ONCE,
    )  # fmt: skip
    if more:
        until_us = more["closed_us"]
    found = _closed(tx, tenant, since_us, until_us)
    for (owner, day, partner, kind, state), number in found.items():
        tx.run(
            "INSERT INTO balance_final (tenant, day, partner, kind, state, messages) "
            "VALUES (:tenant, :day, :partner, :kind, :state, :number) "
            "ON CONFLICT (tenant, day, partner, kind, state) DO UPDATE SET "
            "messages = balance_final.messages + excluded.messages",
            tenant=owner, day=day, partner=partner, kind=kind, state=state, number=number,
        )  # fmt: skip
    total = sum(found.values())
    return (until_us if total else since_us), total


def _closed(tx: Transaction, tenant: str, since_us: int, until_us: int) -> Mapping[Key, int]:
    return _by_day(
        tx.all(
            "SELECT tenant, partner, coalesce(kind, '') AS kind, state, "
            "received_us / 3600000000 AS hour, count(*) AS number FROM message "
            "WHERE tenant = :tenant AND closed_us > :since AND closed_us <= :until "
            "GROUP BY 1, 2, 3, 4, 5",
            tenant=tenant, since=since_us, until=until_us,
        )
    )  # fmt: skip


def _by_day(rows: list[Row]) -> Mapping[Key, int]:
    counted: Counter[Key] = Counter()
    for row in rows:
        day = local_date(row["hour"] * _HOUR_US).isoformat()
        counted[row["tenant"], day, row["partner"], row["kind"], row["state"]] += row["number"]
    return counted


def _add_journal(tx: Transaction, tenant: str, seq: int) -> tuple[int, int]:
    last = tx.one("SELECT seq FROM journal_head WHERE tenant = :tenant", tenant=tenant)
    until = min(last["seq"] if last else 0, seq + AT_ONCE)
    for state, number in moved(tx, tenant, seq, until).items():
        tx.run(
            "INSERT INTO balance_journal (tenant, state, messages) "
            "VALUES (:tenant, :state, :number) ON CONFLICT (tenant, state) DO UPDATE SET "
            "messages = balance_journal.messages + excluded.messages",
            tenant=tenant, state=state, number=number,
        )  # fmt: skip
    return until, until - seq


def moved(tx: Transaction, tenant: str, seq: int, until: int) -> Mapping[str, int]:
    """Return by how much each state grew or shrank between two entries of the journal."""
    counted: Counter[str] = Counter()
    for row in tx.all(
        "SELECT from_state, to_state, count(*) AS number FROM journal WHERE tenant = :tenant "
        "AND seq > :seq AND seq <= :until AND to_state IS NOT NULL GROUP BY 1, 2",
        tenant=tenant, seq=seq, until=until,
    ):  # fmt: skip
        counted[row["to_state"]] += row["number"]
        if row["from_state"]:
            counted[row["from_state"]] -= row["number"]
    return counted


def archived(tx: Transaction) -> Mapping[tuple[str, str], int]:
    """Return the messages per office and state that entries in archives account for."""
    counted: Counter[tuple[str, str]] = Counter()
    for row in tx.all("SELECT tenant, states FROM journal_archive"):
        for state, number in json.loads(row["states"]).items():
            counted[row["tenant"], state] += number
    return counted


def reopen(tx: Transaction, row: Row) -> None:
    """Take a message that rested out of the count again: a human wants more of it."""
    if row["closed_us"] is None or row["closed_us"] > _mark(tx, row["tenant"])["closed_us"]:
        return
    tx.run(
        "UPDATE balance_final SET messages = messages - 1 WHERE tenant = :tenant AND day = :day "
        "AND partner = :partner AND kind = :kind AND state = :state",
        tenant=row["tenant"], day=local_date(row["received_us"]).isoformat(),
        partner=row["partner"], kind=row["kind"] or "", state=row["state"],
    )  # fmt: skip


def from_rows(tx: Transaction, tenant: str | None) -> Mapping[Key, int]:
    """Return the messages per office, day, partner, kind and state, by their rows."""
    counted: Counter[Key] = Counter()
    for owner in tenants(tx, tenant):
        for row in tx.all("SELECT * FROM balance_final WHERE tenant = :tenant", tenant=owner):
            counted[_key(row)] += row["messages"]
        counted.update(_closed(tx, owner, _mark(tx, owner)["closed_us"], 1 << 62))
        counted.update(_moving(tx, owner))
    return counted


def _key(row: Row) -> Key:
    return row["tenant"], row["day"], row["partner"], row["kind"], row["state"]


def _moving(tx: Transaction, tenant: str) -> Mapping[Key, int]:
    return _by_day(
        tx.all(
            "SELECT tenant, partner, coalesce(kind, '') AS kind, state, "
            "received_us / 3600000000 AS hour, count(*) AS number FROM message "
            "WHERE tenant = :tenant AND state IN :moving GROUP BY 1, 2, 3, 4, 5",
            tenant=tenant, moving=MOVING,
        )
    )  # fmt: skip


def from_journal(tx: Transaction, tenant: str | None) -> Mapping[tuple[str, str], int]:
    """Return the messages per office and state, by the journal alone."""
    counted: Counter[tuple[str, str]] = Counter()
    for owner in tenants(tx, tenant):
        for row in tx.all("SELECT * FROM balance_journal WHERE tenant = :tenant", tenant=owner):
            counted[owner, row["state"]] += row["messages"]
        for state, number in moved(tx, owner, counted_to(tx, owner), 1 << 62).items():
            counted[owner, state] += number
    return counted
