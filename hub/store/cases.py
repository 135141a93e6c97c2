"""Benefit cases and what partners quote to name them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from hub.core.errors import Conflict
from hub.store.database import Row, Transaction
from hub.uvg.model import Case


def load(tx: Transaction, tenant: str, case_key: str) -> Case | None:
    """Return the case as last committed."""
    return load_all(tx, tenant, (case_key,)).get(case_key)


def load_all(tx: Transaction, tenant: str, case_keys: Sequence[str]) -> dict[str, Case]:
    """Return cases as last committed, by case number; unknown ones are left out."""
    return {
        row["case_key"]: msgspec.structs.replace(
            msgspec.json.decode(row["state"], type=Case), version=row["version"]
        )
        for row in rows(tx, tenant, case_keys)
    }


def rows(tx: Transaction, tenant: str, case_keys: Sequence[str]) -> list[Row]:
    """Return number, state as JSON and version of cases; unknown ones are left out."""
    return tx.all(
        "SELECT case_key, state, version FROM benefit_case "
        "WHERE tenant = :tenant AND case_key IN :keys",
        tenant=tenant, keys=tuple(case_keys),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Kept:
    """A case and when it was last changed."""

    case: Case
    changed_us: int


def page(tx: Transaction, tenant: str, after: str, limit: int) -> list[Kept]:
    """Return cases of an office in the order of their numbers, beginning behind ``after``."""
    found = tx.all(
        "SELECT state, changed_us FROM benefit_case WHERE tenant = :tenant AND case_key > :after"
        " ORDER BY case_key LIMIT :limit",
        tenant=tenant, after=after, limit=limit,
    )  # fmt: skip
    return [Kept(msgspec.json.decode(row["state"], type=Case), row["changed_us"]) for row in found]


def save_all(tx: Transaction, changed: Sequence[tuple[str, Case]], now_us: int) -> None:
    """Store cases of offices whose ``version`` is the one they were loaded with (0: new).

    Raises:
        Conflict: somebody else has changed one of them meanwhile.
    """
    written = tx.many(
        "INSERT INTO benefit_case (tenant, case_key, version, state, changed_us) "
        "VALUES (:tenant, :key, :version, :state, :now) ON CONFLICT (tenant, case_key) "
        "DO UPDATE SET version = excluded.version, state = excluded.state, "
        "changed_us = excluded.changed_us WHERE benefit_case.version = excluded.version - 1",
        [
            {
                "tenant": tenant, "key": case.case_id, "version": case.version + 1,
                "state": msgspec.json.encode(case).decode(), "now": now_us,
            }
            for tenant, case in changed
        ],
    )  # fmt: skip
    if written != len(changed):
        raise Conflict("case_changed", "Der Fall wurde inzwischen geändert.")


@dataclass(frozen=True, slots=True)
class Reference:
    """What a number quoted by a partner stands for."""

    case_key: str
    cause: str
    """The message that made the order."""


@dataclass(frozen=True, slots=True)
class Referred:
    """A number partners quote, and what it stands for."""

    kind: str
    """``order`` or ``cash_reference``."""
    value: str
    meaning: Reference


def find_by_reference(tx: Transaction, tenant: str, kind: str, value: str) -> Reference | None:
    """Return what a partner means by an order number or a cash reference."""
    row = tx.one(
        "SELECT case_key, cause FROM reference "
        "WHERE tenant = :tenant AND kind = :kind AND value = :value",
        tenant=tenant, kind=kind, value=value,
    )  # fmt: skip
    return Reference(row["case_key"], row["cause"]) if row else None


def refer_all(tx: Transaction, referred: Sequence[tuple[str, Referred]]) -> None:
    """Remember what numbers stand for, each in its office; the first meaning stays."""
    tx.many(
        "INSERT INTO reference (tenant, kind, value, case_key, cause) "
        "VALUES (:tenant, :kind, :value, :key, :cause) ON CONFLICT DO NOTHING",
        [
            {"tenant": tenant, "kind": one.kind, "value": one.value,
             "key": one.meaning.case_key, "cause": one.meaning.cause}
            for tenant, one in referred
        ],
    )  # fmt: skip
