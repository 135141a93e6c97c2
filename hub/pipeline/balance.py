"""The *Nachrichtenbilanz*: received = delivered + in progress + clearing + refused + duplicates.

It is counted twice, from the message rows and from the journal alone, and balances only when
both agree in every class: a state that changed without a journal entry shows at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hub.core.clock import local_date
from hub.store.database import Database, Row, Transaction
from hub.store.desk import tally
from hub.store.desk.tally import Key, archived

CLASSES = {
    "closed": "delivered",
    "received": "in_progress",
    "routed": "in_progress",
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
    """Return the balance of all offices or of one, every row and every entry counted afresh."""
    rows, said = await database.scan(lambda tx: (_rows(tx, tenant), _journal(tx, tenant)))
    counted: Counter[Key] = Counter()
    for row in rows:
        day = local_date(row["hour"] * 3_600_000_000).isoformat()
        counted[row["tenant"], day, row["partner"], "", row["state"]] += row["number"]
    return _balanced(counted, said)


async def standing_balance(database: Database, tenant: str | None) -> Balance:
    """Return the same from what was added up before and what moved since: cheap, for pages."""
    counted, said = await database.scan(
        lambda tx: (tally.from_rows(tx, tenant), tally.from_journal(tx, tenant))
    )
    return _balanced(counted, said)


async def add_up(database: Database, now_us: int) -> int:
    """Add up what has come to rest, some of it for each office; return how much that was."""
    offices = await database.read(lambda tx: tally.tenants(tx, None))
    return sum([await _add_up_one(database, office, now_us) for office in offices])


async def _add_up_one(database: Database, tenant: str, now_us: int) -> int:
    return await database.write(lambda tx: tally.advance(tx, tenant, now_us))


def _rows(tx: Transaction, tenant: str | None) -> list[Row]:
    # Hours, because an office's day is a whole number of them in every time zone of Germany.
    return tx.all(
        "SELECT tenant, partner, state, received_us / 3600000000 AS hour, count(*) AS number "
        "FROM message WHERE :tenant IS NULL OR tenant = :tenant GROUP BY 1, 2, 3, 4",
        tenant=tenant,
    )  # fmt: skip


def _journal(tx: Transaction, tenant: str | None) -> Mapping[tuple[str, str], int]:
    """Count each message in the state its last entry left it in.

    A message whose first entries were archived is taken out of the state they left it in.
    """
    counted = Counter(
        {key: n for key, n in archived(tx).items() if tenant is None or key[0] == tenant}
    )
    for row in tx.all(_LAST_AND_FIRST, tenant=tenant):
        counted[row["tenant"], row["state"]] += row["number"]
    return counted


_LAST_AND_FIRST = """
WITH live AS (
  SELECT journal.tenant, from_state, to_state,
    lag(journal.seq) OVER way AS earlier, lead(journal.seq) OVER way AS later
  FROM journal LEFT JOIN (
    SELECT tenant, max(seq) AS seq FROM journal_archive GROUP BY tenant
  ) AS gone ON gone.tenant = journal.tenant
  WHERE to_state IS NOT NULL AND (:tenant IS NULL OR journal.tenant = :tenant)
    AND journal.seq > coalesce(gone.seq, 0)
  WINDOW way AS (PARTITION BY journal.tenant, message_id ORDER BY journal.seq)
)
SELECT tenant, to_state AS state, count(*) AS number FROM live WHERE later IS NULL GROUP BY 1, 2
UNION ALL
SELECT tenant, from_state AS state, -count(*) AS number FROM live
WHERE earlier IS NULL AND from_state IS NOT NULL GROUP BY 1, 2
"""


def _balanced(counted: Mapping[Key, int], said: Mapping[tuple[str, str], int]) -> Balance:
    """Put the count of the rows together and compare it with the journal's, office by office."""
    whole = Balance(by={"tenant": {}, "partner": {}, "day": {}})
    seen: Counter[tuple[str, str]] = Counter()
    for (tenant, day, partner, _, state), number in counted.items():
        if not number:
            continue
        whole.count(state, number)
        seen[tenant, state] += number
        for group, key in (("tenant", tenant), ("partner", partner), ("day", day)):
            whole.by[group].setdefault(key, Balance()).count(state, number)
    written = {key: number for key, number in said.items() if number}
    for tenant, part in whole.by["tenant"].items():
        part.agrees = _of(seen, tenant) == _of(written, tenant)
    whole.agrees = dict(seen) == written
    return whole


def _of(counted: Mapping[tuple[str, str], int], tenant: str) -> dict[str, int]:
    return {state: number for (owner, state), number in counted.items() if owner == tenant}
