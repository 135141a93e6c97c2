"""Wrapped data keys as the index knows them: a copy of storage, and who comes first.

Two nodes that open a file at the same time draw two keys; the row decides which is the file's.
A row stands only for a key that lies in storage.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from efile.ports import Transaction

File = tuple[str, str]
"""Tenant and identifier of a file."""
_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A file's key, wrapped."""

    tenant: str
    akte_id: str
    key_id: str
    kek_id: str
    wrapped: str

    @property
    def file(self) -> File:
        """Tenant and identifier of the file."""
        return self.tenant, self.akte_id


def find(tx: Transaction, files: Iterable[File]) -> dict[File, KeyRow]:
    """Return the keys of those of the files that have one."""
    by_tenant: dict[str, list[str]] = {}
    for tenant, akte in files:
        by_tenant.setdefault(tenant, []).append(akte)
    found: dict[File, KeyRow] = {}
    for tenant, akten in by_tenant.items():
        for start in range(0, len(akten), _AT_ONCE):
            rows = tx.all(
                "SELECT tenant, akte_id, key_id, kek_id, wrapped FROM efile_keys"
                " WHERE tenant = :tenant AND akte_id IN :akten",
                tenant=tenant,
                akten=tuple(akten[start : start + _AT_ONCE]),
            )
            found |= {(tenant, row["akte_id"]): KeyRow(**row) for row in rows}
    return found


def page(tx: Transaction, tenant: str, after: str) -> list[KeyRow]:
    """Return the keys of files behind one, as many as are read at a time."""
    rows = tx.all(
        "SELECT tenant, akte_id, key_id, kek_id, wrapped FROM efile_keys"
        " WHERE tenant = :tenant AND akte_id > :after ORDER BY akte_id LIMIT :most",
        tenant=tenant,
        after=after,
        most=_AT_ONCE,
    )
    return [KeyRow(**row) for row in rows]


def by_kek(tx: Transaction, tenant: str) -> dict[str, int]:
    """Return how many files' keys lie under each KEK."""
    rows = tx.all(
        "SELECT kek_id, count(*) AS n FROM efile_keys WHERE tenant = :tenant GROUP BY kek_id",
        tenant=tenant,
    )
    return {row["kek_id"]: row["n"] for row in rows}


def keep(tx: Transaction, rows: Sequence[KeyRow]) -> None:
    """Enter keys of files that have none yet."""
    tx.many(
        "INSERT INTO efile_keys (tenant, akte_id, key_id, kek_id, wrapped)"
        " VALUES (:tenant, :akte_id, :key_id, :kek_id, :wrapped)"
        " ON CONFLICT (tenant, akte_id) DO NOTHING",
        [_values(row) for row in rows],
    )


def replace(tx: Transaction, rows: Sequence[KeyRow]) -> None:
    """Put these in the place of what is known of their files."""
    tx.many(
        "INSERT INTO efile_keys (tenant, akte_id, key_id, kek_id, wrapped)"
        " VALUES (:tenant, :akte_id, :key_id, :kek_id, :wrapped)"
        " ON CONFLICT (tenant, akte_id) DO UPDATE SET key_id = excluded.key_id,"
        " kek_id = excluded.kek_id, wrapped = excluded.wrapped",
        [_values(row) for row in rows],
    )


def forget(tx: Transaction, tenant: str, akte: str) -> None:
    """Drop a file's key."""
    tx.run(
        "DELETE FROM efile_keys WHERE tenant = :tenant AND akte_id = :akte",
        tenant=tenant,
        akte=akte,
    )


def _values(row: KeyRow) -> dict[str, object]:
    return {
        "tenant": row.tenant, "akte_id": row.akte_id, "key_id": row.key_id,
        "kek_id": row.kek_id, "wrapped": row.wrapped,
    }  # fmt: skip
