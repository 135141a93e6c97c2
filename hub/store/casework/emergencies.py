"""Files opened in an emergency (*Notzugriff*): for a reason, for a while, and told to others."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from hub.store.database import Row, Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Emergency:
    """One person's access to one file."""

    id: str
    tenant: str
    akte: str
    login: str
    reason: str
    opened_us: int
    until_us: int


def begin(tx: Transaction, one: Emergency) -> None:
    """Open the file; a second click of the same form opens it once."""
    tx.run(
        "INSERT INTO emergency (id, tenant, akte, login, reason, opened_us, until_us) VALUES"
        " (:id, :tenant, :akte, :login, :reason, :opened_us, :until_us) ON CONFLICT DO NOTHING",
        **asdict(one),
    )


def listed(
    tx: Transaction, tenant: str, *, unseen: bool = False, akte: str | None = None, limit: int = 50
) -> list[Row]:
    """Return emergencies of an office, newest first."""
    return tx.all(
        "SELECT * FROM emergency WHERE tenant = :tenant AND (:unseen = 0 OR seen_us IS NULL)"
        " AND (CAST(:akte AS TEXT) IS NULL OR akte = :akte)"
        " ORDER BY opened_us DESC, id DESC LIMIT :limit",
        tenant=tenant, unseen=int(unseen), akte=akte, limit=limit,
    )  # fmt: skip


def running(tx: Transaction, tenant: str, login: str, akte: str, now_us: int) -> Row | None:
    """Return the emergency by which a person sees a file now, if any."""
    return tx.one(
        "SELECT * FROM emergency WHERE tenant = :tenant AND login = :login AND akte = :akte"
        " AND until_us > :now ORDER BY until_us DESC LIMIT 1",
        tenant=tenant, login=login, akte=akte, now=now_us,
    )  # fmt: skip


def take_note(tx: Transaction, tenant: str, emergency: str, login: str, now_us: int) -> bool:
    """Note that the data protection role has seen it; tell whether there was one to be seen."""
    changed = tx.run(
        "UPDATE emergency SET seen_by = coalesce(seen_by, :login),"
        " seen_us = coalesce(seen_us, :now) WHERE tenant = :tenant AND id = :id",
        tenant=tenant, id=emergency, login=login, now=now_us,
    )  # fmt: skip
    return changed > 0
