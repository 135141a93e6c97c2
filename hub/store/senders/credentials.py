"""By what a sender over HTTPS is known: a token or a certificate, each bound to one channel.

Only digests are kept: reading the table lets nobody in. A credential is looked up for every
request, so that a revocation counts at once.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, fields
from typing import Literal

from hub.store.database import Row, Transaction

Kind = Literal["token", "certificate"]

_USED_EVERY_US = 3_600_000_000
"""Last use is kept to the hour: a write for every request would cost more than it tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """What lets one sender hand in messages on one channel of one office."""

    id: str
    tenant: str
    channel: str
    sender: str
    """Name of the sending system; successive credentials share it."""
    kind: Kind
    digest: str
    partner: str | None = None
    """Of a certificate: whose trust anchors it must lead to."""
    created_us: int
    expires_us: int
    revoked_us: int | None = None
    last_used_us: int | None = None


_FIELDS = tuple(field.name for field in fields(Credential))


def token_digest(token: str) -> str:
    """Return the digest under which a token is known."""
    return hashlib.sha256(token.encode()).hexdigest()


def add(tx: Transaction, credential: Credential) -> bool:
    """Keep a new credential; tell whether its digest was free."""
    columns = ", ".join(_FIELDS)
    values = ", ".join(f":{name}" for name in _FIELDS)
    statement = f"INSERT INTO credential ({columns}) VALUES ({values}) ON CONFLICT DO NOTHING"  # noqa: S608  column names of our own
    return tx.run(statement, **asdict(credential)) == 1


def find(tx: Transaction, kind: Kind, digest: str, now_us: int) -> Credential | None:
    """Return the credential of a digest, unless it was revoked or has ended."""
    row = tx.one(
        "SELECT * FROM credential WHERE digest = :digest AND kind = :kind "
        "AND revoked_us IS NULL AND expires_us > :now",
        digest=digest, kind=kind, now=now_us,
    )  # fmt: skip
    return _from_row(row) if row else None


def every(tx: Transaction, tenant: str | None = None) -> list[Credential]:
    """Return the credentials of one office or of all, oldest first."""
    rows = tx.all(
        "SELECT * FROM credential WHERE :tenant IS NULL OR tenant = :tenant "
        "ORDER BY created_us, id",
        tenant=tenant,
    )
    return [_from_row(row) for row in rows]


def revoke(tx: Transaction, credential_id: str, now_us: int) -> Credential | None:
    """Let a credential open nothing any more; return it, if there is one."""
    tx.run(
        "UPDATE credential SET revoked_us = :now WHERE id = :id AND revoked_us IS NULL",
        id=credential_id, now=now_us,
    )  # fmt: skip
    row = tx.one("SELECT * FROM credential WHERE id = :id", id=credential_id)
    return _from_row(row) if row else None


def note_use(tx: Transaction, credential: Credential, now_us: int) -> None:
    """Remember when a credential was last used."""
    if now_us - (credential.last_used_us or 0) >= _USED_EVERY_US:
        tx.run(
            "UPDATE credential SET last_used_us = :now WHERE id = :id",
            id=credential.id, now=now_us,
        )  # fmt: skip


def trusted_partners(tx: Transaction, now_us: int) -> tuple[str, ...]:
    """Return whose trust anchors the door needs for the certificates it lets in."""
    rows = tx.all(
        "SELECT DISTINCT partner FROM credential WHERE kind = 'certificate' "
        "AND revoked_us IS NULL AND expires_us > :now ORDER BY partner",
        now=now_us,
    )
    return tuple(row["partner"] for row in rows)


def _from_row(row: Row) -> Credential:
    return Credential(**{name: row[name] for name in _FIELDS})
