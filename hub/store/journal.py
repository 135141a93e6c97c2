"""The journal: append-only, one chain per tenant, one entry per step.

``hash = sha256(previous || canonical JSON of the entry)``. A tenant's numbers run from one
without gap; its row in ``journal_head`` names the newest and is locked by whoever appends,
so that nodes wait for each other within a tenant only. Nothing in the journal names a person:
facts are stable words, numbers and short German texts without personal data.

Residual risk: whoever may write the database can write a whole chain anew, head included.
That contradicts a checkpoint kept elsewhere.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any

import msgspec
from msgspec import Struct, field

from hub.store.database import Row, Transaction

START = "0" * 64
"""What the first entry of a tenant names as its predecessor."""

_CANONICAL = msgspec.json.Encoder(order="deterministic")
"""UTF-8, sorted keys, no spaces: the bytes of ``canonical_json``, in a sixth of the time."""


class Entry(Struct, frozen=True):
    """One step of one message or promise."""

    tenant: str
    action: str
    """Stable word, for example ``received``; listed in ``docs/errors.md``."""
    message_id: str | None = None
    promise_id: str | None = None
    case_key: str | None = None
    from_state: str | None = None
    to_state: str | None = None
    """Set only when the message itself changed its state: the balance counts by it."""
    actor: str = "hub"
    digest: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


class Journal:
    """Writes entries inside units of work."""

    def __init__(self, node: str) -> None:
        self._node = node

    def append(self, tx: Transaction, at_us: int, *entries: Entry) -> None:
        """Add entries to the chains of their tenants, each tenant's in the order given."""
        # Sorted, so that two units never wait for each other's heads.
        for tenant, own in groupby(sorted(entries, key=_TENANT), key=_TENANT):
            self._extend(tx, at_us, tenant, list(own))

    def _extend(self, tx: Transaction, at_us: int, tenant: str, entries: Sequence[Entry]) -> None:
        head = tx.one(_RESERVE, tenant=tenant, count=len(entries), start=START)
        if head is None:
            msg = "the database returned no head"
            raise RuntimeError(msg)
        previous, first = head["hash"], head["seq"] - len(entries) + 1
        rows = []
        for seq, entry in enumerate(entries, first):
            row = self._row(seq, at_us, entry)
            digest = _link(previous, row)
            row["previous"], row["hash"] = previous, digest
            rows.append(row)
            previous = digest
        tx.many(_INSERT, rows)
        tx.run(
            "UPDATE journal_head SET hash = :hash WHERE tenant = :tenant",
            hash=previous, tenant=tenant,
        )  # fmt: skip

    def _row(self, seq: int, at_us: int, entry: Entry) -> Row:
        return {
            "tenant": entry.tenant,
            "seq": seq,
            "at_us": at_us,
            "node": self._node,
            "message_id": entry.message_id,
            "promise_id": entry.promise_id,
            "case_key": entry.case_key,
            "action": entry.action,
            "from_state": entry.from_state,
            "to_state": entry.to_state,
            "actor": entry.actor,
            "digest": entry.digest,
            "facts": _CANONICAL.encode(entry.facts).decode(),
        }


_TENANT = attrgetter("tenant")

_RESERVE = """
INSERT INTO journal_head (tenant, seq, hash) VALUES (:tenant, :count, :start)
ON CONFLICT (tenant) DO UPDATE SET seq = journal_head.seq + :count RETURNING seq, hash
"""
"""Locks the head, moves its number on and returns the hash of the entry before."""

_INSERT = """
INSERT INTO journal (tenant, seq, at_us, node, message_id, promise_id, case_key, action,
  from_state, to_state, actor, digest, facts, previous, hash)
VALUES (:tenant, :seq, :at_us, :node, :message_id, :promise_id, :case_key, :action,
  :from_state, :to_state, :actor, :digest, :facts, :previous, :hash)
"""


def chain(previous: str, row: Mapping[str, Any]) -> str:
    """Return the hash of an entry: of its predecessor's hash and everything it says."""
    return _link(previous, {k: v for k, v in row.items() if k not in {"previous", "hash"}})


def _link(previous: str, said: Mapping[str, Any]) -> str:
    return hashlib.sha256(previous.encode() + _CANONICAL.encode(said)).hexdigest()


_FAMILY = """
WITH RECURSIVE family(tenant, id) AS (
  SELECT tenant, id FROM message
  WHERE tenant = :tenant AND id = :id
  UNION
  SELECT message.tenant, message.id FROM message JOIN family
    ON message.tenant = family.tenant AND message.causation_id = family.id
)
"""
_MEMBERS = f"{_FAMILY} SELECT id FROM family"  # noqa: S608  our own constant
_TRACE = f"""
{_FAMILY} SELECT journal.* FROM journal JOIN family
  ON journal.tenant = family.tenant AND journal.message_id = family.id
ORDER BY journal.tenant, journal.seq
"""  # noqa: S608  likewise


def family(tx: Transaction, message_id: str, tenant: str) -> set[str]:
    """Return a message and what was split from or caused by it."""
    return {row["id"] for row in tx.all(_MEMBERS, id=message_id, tenant=tenant)}


def of_message(tx: Transaction, message_id: str, tenant: str) -> list[Row]:
    """Return the entries of one message alone, in order."""
    return tx.all(
        "SELECT * FROM journal WHERE tenant = :tenant AND message_id = :id ORDER BY seq",
        tenant=tenant, id=message_id,
    )  # fmt: skip


def trace(tx: Transaction, message_id: str, tenant: str) -> list[Row]:
    """Return every entry of a message and of what was split from or caused by it, in order."""
    return tx.all(_TRACE, id=message_id, tenant=tenant)


@dataclass(frozen=True, slots=True)
class Head:
    """The newest entry of a tenant's chain."""

    tenant: str
    seq: int
    hash: str


def heads(tx: Transaction) -> list[Head]:
    """Return the head of every tenant's chain."""
    return [Head(**row) for row in tx.all("SELECT * FROM journal_head ORDER BY tenant")]


def entries_after(tx: Transaction, tenant: str, seq: int, limit: int) -> list[Row]:
    """Return a tenant's entries behind a sequence number, in order."""
    return tx.all(
        "SELECT * FROM journal WHERE tenant = :tenant AND seq > :seq ORDER BY seq LIMIT :limit",
        tenant=tenant, seq=seq, limit=limit,
    )  # fmt: skip


PAGE = 5000
"""Entries read at a time: enough to make the statement cheap, few enough for memory."""


def entries(tx: Transaction, tenant: str, seq: int = 0) -> Iterator[Row]:
    """Walk through a tenant's chain, in order, from behind a sequence number."""
    while page := entries_after(tx, tenant, seq, PAGE):
        yield from page
        seq = page[-1]["seq"]


def base(tx: Transaction, tenant: str) -> Head:
    """Return the archived entry the live chain goes on behind; number 0 where nothing left."""
    row = tx.one(
        "SELECT seq, hash FROM journal_archive WHERE tenant = :tenant ORDER BY seq DESC LIMIT 1",
        tenant=tenant,
    )
    return Head(tenant, **row) if row else Head(tenant, 0, START)


def faults(
    rows: Iterator[Row], head: Head | None = None, begin: Head | None = None
) -> Iterator[str]:
    """Check a tenant's chain from its beginning and name every place where it does not hold."""
    previous, expected = (begin.hash, begin.seq + 1) if begin else (START, 1)
    for row in rows:
        if row["seq"] != expected:
            yield f"Eintrag {expected} fehlt (gefunden: {row['seq']})"
        if row["previous"] != previous:
            yield f"Eintrag {row['seq']}: Verkettung mit dem Vorgänger stimmt nicht"
        if not _holds(row):
            yield f"Eintrag {row['seq']}: Inhalt wurde verändert"
        expected = row["seq"] + 1 if isinstance(row["seq"], int) else expected + 1
        previous = row["hash"]
    if head and (head.seq, head.hash) != (expected - 1, previous):
        yield f"Kettenende ist Eintrag {head.seq}, gefunden wurde als letzter {expected - 1}"


@dataclass(frozen=True, slots=True)
class ChainState:
    """What a verification of every chain found."""

    entries: int
    faults: tuple[str, ...]


def verify(tx: Transaction) -> ChainState:
    """Walk through every tenant's whole live chain."""
    found = [f"{tenant}: Kettenende ist nicht verzeichnet" for tenant in headless(tx)]
    for head in heads(tx):
        begin = base(tx, head.tenant)
        chain_faults = faults(entries(tx, head.tenant, begin.seq), head, begin)
        found += [f"{head.tenant}: {fault}" for fault in chain_faults]
    total = tx.one("SELECT count(*) AS number FROM journal")
    return ChainState(total["number"] if total else 0, tuple(found))


def headless(tx: Transaction) -> list[str]:
    """Return tenants that have entries but no head: somebody took it away."""
    rows = tx.all(
        "SELECT DISTINCT tenant FROM journal WHERE tenant NOT IN (SELECT tenant FROM journal_head)"
    )
    return [row["tenant"] for row in rows]


def _holds(row: Row) -> bool:
    """Tell whether an entry says what its hash was made of."""
    if any(isinstance(value, float) for value in row.values()):
        # Never written by us; some of them read like nothing at all.
        return False
    try:
        return bool(chain(row["previous"], row) == row["hash"])
    except (AttributeError, TypeError, ValueError, OverflowError):
        # Values of a type we never write; verification must report them, not end there.
        return False


def facts_of(row: Row) -> dict[str, Any]:
    """Return the facts of an entry."""
    loaded: dict[str, Any] = json.loads(row["facts"])
    return loaded
