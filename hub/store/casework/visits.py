"""When a person last looked into a file, and which new documents they have taken note of."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from hub.store.database import Row, Transaction

VISIT_US = 30 * 60 * 1_000_000
"""Looks within this time of each other are one visit."""


def came(tx: Transaction, tenant: str, login: str, akte: str, now_us: int) -> int:
    """Note a look into a file; return when the visit before this one ended, 0 if there was none."""
    tx.run(
        "INSERT INTO file_visit (tenant, login, akte, last_us, before_us)"
        " VALUES (:tenant, :login, :akte, :now, 0)"
        " ON CONFLICT (tenant, login, akte) DO UPDATE SET before_us ="
        " CASE WHEN excluded.last_us - file_visit.last_us > :visit"
        " THEN file_visit.last_us ELSE file_visit.before_us END, last_us = excluded.last_us",
        tenant=tenant, login=login, akte=akte, now=now_us, visit=VISIT_US,
    )  # fmt: skip
    return before(tx, tenant, login, akte)


def before(tx: Transaction, tenant: str, login: str, akte: str) -> int:
    """Return when the visit before the last one ended, 0 if there was none."""
    row = tx.one(
        "SELECT before_us FROM file_visit"
        " WHERE tenant = :tenant AND login = :login AND akte = :akte",
        tenant=tenant, login=login, akte=akte,
    )  # fmt: skip
    return int(row["before_us"]) if row else 0


def latest(tx: Transaction, tenant: str, login: str, limit: int) -> list[Row]:
    """Return the files a person opened last, with when."""
    return tx.all(
        "SELECT akte, last_us FROM file_visit WHERE tenant = :tenant AND login = :login"
        " ORDER BY last_us DESC, akte LIMIT :limit",
        tenant=tenant, login=login, limit=limit,
    )  # fmt: skip


def take_note(
    tx: Transaction, tenant: str, login: str, documents: Sequence[tuple[str, str]], now_us: int
) -> None:
    """Note that a person has taken note of documents, each given by file and identifier."""
    tx.many(
        "INSERT INTO taken_note (tenant, login, document, akte, at_us)"
        " VALUES (:tenant, :login, :document, :akte, :now) ON CONFLICT DO NOTHING",
        [
            {"tenant": tenant, "login": login, "document": document, "akte": akte, "now": now_us}
            for akte, document in documents
        ],
    )


def taken(tx: Transaction, tenant: str, login: str, documents: Collection[str]) -> set[str]:
    """Return those of the documents a person has taken note of."""
    rows = tx.all(
        "SELECT document FROM taken_note WHERE tenant = :tenant AND login = :login"
        " AND document IN :documents",
        tenant=tenant, login=login, documents=tuple(documents),
    )  # fmt: skip
    return {row["document"] for row in rows}
