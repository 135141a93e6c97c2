"""Rows of certificates, their sealed keys and their steps."""

from __future__ import annotations

from collections.abc import Mapping

from hub.core.errors import Conflict
from hub.store.database import Row, Transaction

_KEY = (
    "INSERT INTO private_key (id, tenant, purpose, algorithm, wrapped_dek, sealed, made_us)"
    " VALUES (:id, :tenant, :purpose, :algorithm, :wrapped_dek, :sealed, :made_us)"
)
_REQUEST = (
    "INSERT INTO certificate (id, tenant, partner, environment, purpose, state, key_id,"
    " key_algorithm, key_bits, public_sha256, request_pem, subject, created_us)"
    " VALUES (:id, :tenant, :partner, :environment, :purpose, :state, :key_id,"
    " :key_algorithm, :key_bits, :public_sha256, :request_pem, :subject, :created_us)"
)
_ISSUED = (
    "UPDATE certificate SET subject = :subject, issuer = :issuer, serial = :serial,"
    " fingerprint = :fingerprint, not_before_us = :not_before_us, not_after_us = :not_after_us,"
    " chain_pem = :chain_pem, replaces = :replaces WHERE id = :id"
)
_STEP = (
    "INSERT INTO certificate_step (certificate_id, at_us, actor, from_state, to_state)"
    " VALUES (:id, :at_us, :actor, :from_state, :to_state)"
)


def add_key(tx: Transaction, row: Mapping[str, object]) -> None:
    """Keep a sealed private key."""
    tx.run(_KEY, **row)


def key(tx: Transaction, key_id: str) -> Row | None:
    """Return a sealed private key."""
    return tx.one("SELECT * FROM private_key WHERE id = :id", id=key_id)


def keys(tx: Transaction) -> list[Row]:
    """Return every sealed private key."""
    return tx.all("SELECT * FROM private_key ORDER BY id")


def remove_key(tx: Transaction, key_id: str) -> None:
    """Forget a sealed secret nothing names any more."""
    tx.run("DELETE FROM private_key WHERE id = :id", id=key_id)


def set_wrapped(tx: Transaction, key_id: str, wrapped_dek: str) -> None:
    """Keep the key of a key under another KEK."""
    tx.run("UPDATE private_key SET wrapped_dek = :dek WHERE id = :id", id=key_id, dek=wrapped_dek)


def add_request(tx: Transaction, row: Mapping[str, object], actor: str) -> None:
    """Keep what was asked of a CA."""
    tx.run(_REQUEST, **row)
    tx.run(
        _STEP,
        id=row["id"],
        at_us=row["created_us"],
        actor=actor,
        from_state=None,
        to_state=row["state"],
    )


def set_issued(tx: Transaction, row: Mapping[str, object]) -> None:
    """Keep the certificate that came back."""
    tx.run(_ISSUED, **row)


def move(tx: Transaction, row: Row, to_state: str, actor: str, at_us: int) -> None:
    """Change the state and remember who did it.

    Raises:
        Conflict: somebody else has moved it meanwhile.
    """
    moved = tx.run(
        "UPDATE certificate SET state = :state WHERE id = :id AND state = :expected",
        id=row["id"],
        state=to_state,
        expected=row["state"],
    )
    if not moved:
        raise Conflict(
            "certificate_moved",
            "Das Zertifikat hat inzwischen einen anderen Zustand.",
            remedy="Zustand neu ansehen und erneut entscheiden.",
        )
    tx.run(
        _STEP,
        id=row["id"],
        at_us=at_us,
        actor=actor,
        from_state=row["state"],
        to_state=to_state,
    )


def set_activated(tx: Transaction, certificate_id: str, at_us: int) -> None:
    """Remember when a certificate came into use."""
    tx.run("UPDATE certificate SET activated_us = :at WHERE id = :id", id=certificate_id, at=at_us)


def set_used(tx: Transaction, certificate_id: str, at_us: int) -> None:
    """Remember when a certificate last opened connections."""
    tx.run("UPDATE certificate SET last_used_us = :at WHERE id = :id", id=certificate_id, at=at_us)


def by_id(tx: Transaction, certificate_id: str) -> Row | None:
    """Return one certificate."""
    return tx.one("SELECT * FROM certificate WHERE id = :id", id=certificate_id)


def by_public_key(tx: Transaction, sha256: str) -> Row | None:
    """Return the certificate whose key has this digest."""
    return tx.one("SELECT * FROM certificate WHERE public_sha256 = :sha256", sha256=sha256)


def active(
    tx: Transaction, tenant: str, partner: str, environment: str, purpose: str
) -> Row | None:
    """Return the active certificate of a slot."""
    return tx.one(
        "SELECT * FROM certificate WHERE tenant = :tenant AND partner = :partner"
        " AND environment = :environment AND purpose = :purpose AND state = 'active'",
        tenant=tenant,
        partner=partner,
        environment=environment,
        purpose=purpose,
    )


def every(tx: Transaction, tenant: str | None = None) -> list[Row]:
    """Return the certificates of one office or of all, oldest first."""
    return tx.all(
        "SELECT * FROM certificate WHERE :tenant IS NULL OR tenant = :tenant"
        " ORDER BY created_us, id",
        tenant=tenant,
    )


def expiring(tx: Transaction, before_us: int) -> list[Row]:
    """Return certificates still in use that end before a time, soonest first."""
    return tx.all(
        "SELECT * FROM certificate WHERE state IN ('imported', 'active')"
        " AND not_after_us < :before ORDER BY not_after_us",
        before=before_us,
    )


def steps(tx: Transaction, certificate_id: str) -> list[Row]:
    """Return what was done with a certificate, oldest first."""
    return tx.all(
        "SELECT at_us, actor, from_state, to_state FROM certificate_step"
        " WHERE certificate_id = :id ORDER BY at_us",
        id=certificate_id,
    )
