"""The journal: append-only, one entry per step, each entry chained to the one before.

``hash = sha256(previous || canonical JSON of the entry)``. Nothing in it names a person:
facts are stable words, numbers and short German texts without personal data.

Residual risk: whoever may write the file can cut off the newest entries or write the whole
chain anew. The first contradicts the message rows, the second a head noted elsewhere.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from hub.core.record import canonical_json
from hub.store.database import Row, Transaction

START = "0" * 64
"""What the first entry names as its predecessor."""


@dataclass(frozen=True, slots=True)
class Entry:
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
        """Add entries to the chain."""
        last = tx.one("SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1")
        seq, previous = (last["seq"], last["hash"]) if last else (0, START)
        for entry in entries:
            seq += 1
            row = self._row(seq, at_us, entry)
            digest = chain(previous, row)
            tx.run(_INSERT, **row, previous=previous, hash=digest)
            previous = digest

    def _row(self, seq: int, at_us: int, entry: Entry) -> Row:
        return {
            "seq": seq,
            "at_us": at_us,
            "node": self._node,
            "tenant": entry.tenant,
            "message_id": entry.message_id,
            "promise_id": entry.promise_id,
            "case_key": entry.case_key,
            "action": entry.action,
            "from_state": entry.from_state,
            "to_state": entry.to_state,
            "actor": entry.actor,
            "digest": entry.digest,
            "facts": canonical_json(dict(entry.facts)).decode(),
        }


_INSERT = """
INSERT INTO journal (seq, at_us, node, tenant, message_id, promise_id, case_key, action,
  from_state, to_state, actor, digest, facts, previous, hash)
VALUES (:seq, :at_us, :node, :tenant, :message_id, :promise_id, :case_key, :action,
  :from_state, :to_state, :actor, :digest, :facts, :previous, :hash)
"""


def chain(previous: str, row: Mapping[str, Any]) -> str:
    """Return the hash of an entry: of its predecessor's hash and everything it says."""
    said = {k: v for k, v in row.items() if k not in {"previous", "hash"}}
    return hashlib.sha256(previous.encode() + canonical_json(said)).hexdigest()


def trace(tx: Transaction, message_id: str, tenant: str | None = None) -> list[Row]:
    """Return every entry of a message and of what was split from or caused by it, in order."""
    return tx.all(
        """
        WITH RECURSIVE family(id) AS (
          SELECT id FROM message WHERE id = :id AND (:tenant IS NULL OR tenant = :tenant)
          UNION
          SELECT message.id FROM message JOIN family ON message.causation_id = family.id
        )
        SELECT journal.* FROM journal JOIN family ON journal.message_id = family.id
        ORDER BY journal.seq
        """,
        id=message_id, tenant=tenant,
    )  # fmt: skip


def entries_after(tx: Transaction, seq: int, limit: int) -> list[Row]:
    """Return entries behind a sequence number, in order; for export and verification."""
    return tx.all(
        "SELECT * FROM journal WHERE seq > :seq ORDER BY seq LIMIT :limit", seq=seq, limit=limit
    )


def faults(rows: Iterator[Row]) -> Iterator[str]:
    """Check the chain from its start and name every place where it does not hold."""
    previous, expected = START, 1
    for row in rows:
        if row["seq"] != expected:
            yield f"Eintrag {expected} fehlt (gefunden: {row['seq']})"
        if row["previous"] != previous:
            yield f"Eintrag {row['seq']}: Verkettung mit dem Vorgänger stimmt nicht"
        if not _holds(row):
            yield f"Eintrag {row['seq']}: Inhalt wurde verändert"
        expected = row["seq"] + 1 if isinstance(row["seq"], int) else expected + 1
        previous = row["hash"]


def _holds(row: Row) -> bool:
    """Tell whether an entry says what its hash was made of."""
    try:
        return bool(chain(row["previous"], row) == row["hash"])
    except (AttributeError, TypeError, ValueError):
        # Values of a type we never write; verification must report them, not end there.
        return False


def facts_of(row: Row) -> dict[str, Any]:
    """Return the facts of an entry."""
    loaded: dict[str, Any] = json.loads(row["facts"])
    return loaded
