"""Benefit cases and what partners quote to name them."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from hub.core.errors import Conflict
from hub.store.database import Transaction
from hub.uvg.model import Case


def load(tx: Transaction, tenant: str, case_key: str) -> Case | None:
    """Return the case as last committed."""
    row = tx.one(
        "SELECT state, version FROM benefit_case WHERE tenant = :tenant AND case_key = :key",
        tenant=tenant, key=case_key,
    )  # fmt: skip
    if row is None:
        return None
    case = msgspec.json.decode(row["state"], type=Case)
    return msgspec.structs.replace(case, version=row["version"])


def save(tx: Transaction, tenant: str, case: Case, cause: str, now_us: int) -> None:
    """Store a case whose ``version`` is the one it was loaded with (0: new).

    ``cause`` is the message that changed it; new orders are remembered with it.

    Raises:
        Conflict: somebody else has changed the case meanwhile.
    """
    changed = tx.run(
        "INSERT INTO benefit_case (tenant, case_key, version, state, changed_us) "
        "VALUES (:tenant, :key, 1, :state, :now) ON CONFLICT (tenant, case_key) DO UPDATE SET "
        "version = benefit_case.version + 1, state = excluded.state, "
        "changed_us = excluded.changed_us WHERE benefit_case.version = :version",
        tenant=tenant, key=case.case_id, state=msgspec.json.encode(case).decode(), now=now_us,
        version=case.version,
    )  # fmt: skip
    if not changed:
        raise Conflict("case_changed", "Der Fall wurde inzwischen geändert.")
    for order in case.orders:
        refer(tx, tenant, "order", order.order_id, Reference(case.case_id, cause))


@dataclass(frozen=True, slots=True)
class Reference:
    """What a number quoted by a partner stands for."""

    case_key: str
    cause: str
    """The message that made the order."""


def find_by_reference(tx: Transaction, tenant: str, kind: str, value: str) -> Reference | None:
    """Return what a partner means by an order number or a cash reference."""
    row = tx.one(
        "SELECT case_key, cause FROM reference "
        "WHERE tenant = :tenant AND kind = :kind AND value = :value",
        tenant=tenant, kind=kind, value=value,
    )  # fmt: skip
    return Reference(row["case_key"], row["cause"]) if row else None


def refer(tx: Transaction, tenant: str, kind: str, value: str, reference: Reference) -> None:
    """Remember what a number stands for; the first meaning stays."""
    tx.run(
        "INSERT INTO reference (tenant, kind, value, case_key, cause) "
        "VALUES (:tenant, :kind, :value, :key, :cause) ON CONFLICT DO NOTHING",
        tenant=tenant, kind=kind, value=value, key=reference.case_key, cause=reference.cause,
    )  # fmt: skip
