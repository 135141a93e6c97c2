"""Seals: signed statements of which part of a tenant's chain lies in which archive.

A seal is the last line of its archive and a row that stays in the database: the live chain
goes on behind the entry it names. Seals follow each other without gap, each ends where a
checkpoint ends, and none is ever changed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

from hub.certificates.signing import Signer
from hub.core.record import canonical_json
from hub.store.database import Row, Transaction

STATEMENT = b"aktenhub archive 1\n"
"""Stands before what is signed, so that a signature can mean nothing else."""


@dataclass(frozen=True, slots=True)
class Seal:
    """One signed statement on an archived part of a chain."""

    tenant: str
    first_seq: int
    seq: int
    """Last entry in the archive; as numbers have no gaps, this also says how many there are."""
    name: str
    """Of the archive; its file is ``name.jsonl.gz``."""
    previous: str
    """Hash of the entry before the first."""
    hash: str
    """Hash of the last entry."""
    digest: str
    """SHA-256 over the lines of the archive before the seal, each with its line end."""
    checkpoint: int
    """Number of the last checkpoint in it."""
    checkpoint_digest: str
    states: Mapping[str, int]
    """By how much the entries let each state of messages grow or shrink."""
    from_us: int
    until_us: int
    """Times of the first and the last entry."""
    made_us: int
    key_id: str
    signature: str = ""

    def said(self) -> bytes:
        """Return what is signed."""
        fields = asdict(self)
        del fields["signature"]
        return STATEMENT + canonical_json(fields)

    def signed(self, signer: Signer) -> Seal:
        """Return the seal with its signature."""
        return replace(self, signature=signer.sign(self.said()))

    @property
    def entries(self) -> int:
        """How many entries left the database."""
        return self.seq - self.first_seq + 1

    @property
    def file(self) -> str:
        """Name of the archive's file."""
        return f"{self.name}.jsonl.gz"


def line(seal: Seal) -> str:
    """Return a seal as one line of JSON."""
    return json.dumps({"type": "archive", **asdict(seal)}, ensure_ascii=False, sort_keys=True)


def keep(tx: Transaction, seal: Seal) -> bool:
    """Enter a seal; ``False`` when another process was first."""
    values = asdict(seal) | {"states": json.dumps(dict(seal.states), sort_keys=True)}
    return bool(tx.run(_INSERT, **values))


_INSERT = """
INSERT INTO journal_archive (tenant, seq, first_seq, name, previous, hash, digest, checkpoint,
  checkpoint_digest, states, from_us, until_us, made_us, key_id, signature)
SELECT :tenant, :seq, :first_seq, :name, :previous, :hash, :digest, :checkpoint,
  :checkpoint_digest, :states, :from_us, :until_us, :made_us, :key_id, :signature
WHERE NOT EXISTS (SELECT 1 FROM journal_archive WHERE tenant = :tenant AND seq >= :first_seq)
ON CONFLICT DO NOTHING
"""


def of(tx: Transaction, tenant: str) -> list[Seal]:
    """Return a tenant's seals, oldest first."""
    rows = tx.all(
        "SELECT * FROM journal_archive WHERE tenant = :tenant ORDER BY seq", tenant=tenant
    )
    return [_seal(row) for row in rows]


def _seal(row: Row) -> Seal:
    return Seal(**{**row, "states": json.loads(row["states"])})
