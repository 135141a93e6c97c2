"""The *Nachrichtenbilanz*: received = delivered + in progress + clearing + refused + duplicates.

It is counted twice, from the message rows and from the journal alone, and balances only when
both agree in every class: a state that changed without a journal entry shows at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from hub.core.clock import local_date
from hub.store.database import Database, Row, Transaction

CLASSES = {
    "closed": "delivered",
    "received": "in_progress",
    "routed": "in_progress",
    "held": "in_progress",
    "clearing": "clearing",
    "refused": "refused",
    "duplicate": "duplicates",
}
"""The class each state of a message counts in; every state is in exactly one."""

NAMES = ("delivered", "in_progress", "clearing", "refused", "duplicates")


@dataclass
class Balance:
    """One balance: the whole, or one tenant, partner or day."""

    received: int = 0
    delivered: int = 0
    in_progress: int = 0
    clearing: int = 0
    refused: int = 0
    duplicates: int = 0
    agrees: bool = True
    """Whether rows and journal agree."""
    by: dict[str, dict[str, Balance]] = field(default_factory=dict)

    @property
    def balanced(self) -> bool:
        """Whether it ties out, in the whole and in every part."""
        parts = sum(getattr(self, name) for name in NAMES)
        below = all(b.balanced for group in self.by.values() for b in group.values())
        return self.agrees and self.received == parts and below

    def count(self, state: str, number: int) -> None:
        """Add messages of one state."""
        self.received += number
        name = CLASSES[state]
        setattr(self, name, getattr(self, name) + number)

    def to_dict(self) -> dict[str, Any]:
        """Return the stable keys of ``journal balance --json``."""
        numbers = {name: getattr(self, name) for name in ("received", *NAMES)}
        result: dict[str, Any] = {**numbers, "balanced": self.balanced}
        if self.by:
            result["by"] = {
                group: {key: part.to_dict() for key, part in sorted(parts.items())}
                for group, parts in self.by.items()
            }
        return result


async def balance(database: Database, tenant: str | None) -> Balance:
    """Return the balance of all offices or of one."""
    rows, journal = await database.scan(lambda tx: (_rows(tx, tenant), _journal(tx, tenant)))
    whole = Balance(by={"tenant": {}, "partner": {}, "day": {}})
    for row in rows:
        day = local_date(row["hour"] * 3_600_000_000).isoformat()
        keys = {"tenant": row["tenant"], "partner": row["partner"], "day": day}
        whole.count(row["state"], row["number"])
        for group, key in keys.items():
            whole.by[group].setdefault(key, Balance()).count(row["state"], row["number"])
    _compare(whole, rows, journal)
    return whole


def _rows(tx: Transaction, tenant: str | None) -> list[Row]:
    # Hours, because an office's day is a whole number of them in every time zone of Germany.
    return tx.all(
        "SELECT tenant, partner, state, received_us / 3600000000 AS hour, count(*) AS number "
        "FROM message WHERE :tenant IS NULL OR tenant = :tenant GROUP BY 1, 2, 3, 4",
        tenant=tenant,
    )  # fmt: skip


def _journal(tx: Transaction, tenant: str | None) -> list[Row]:
    return tx.all(
        "SELECT tenant, to_state AS state, count(*) AS number FROM ("
        "  SELECT tenant, to_state, row_number() OVER "
        "    (PARTITION BY tenant, message_id ORDER BY seq DESC) AS place"
        "  FROM journal WHERE to_state IS NOT NULL AND (:tenant IS NULL OR tenant = :tenant)"
        ") AS last WHERE place = 1 GROUP BY 1, 2",
        tenant=tenant,
    )  # fmt: skip


def _compare(whole: Balance, rows: Iterable[Row], journal: Iterable[Row]) -> None:
    from_rows = _by_tenant_and_state(rows)
    from_journal = _by_tenant_and_state(journal)
    for tenant, part in whole.by["tenant"].items():
        part.agrees = _of(from_rows, tenant) == _of(from_journal, tenant)
    whole.agrees = from_rows == from_journal


def _by_tenant_and_state(rows: Iterable[Row]) -> dict[tuple[str, str], int]:
    counted: dict[tuple[str, str], int] = {}
    for row in rows:
        key = (row["tenant"], row["state"])
        counted[key] = counted.get(key, 0) + row["number"]
    return counted


def _of(counted: dict[tuple[str, str], int], tenant: str) -> dict[str, int]:
    return {state: number for (owner, state), number in counted.items() if owner == tenant}
