"""Accounts as those who keep them see them: listed, locked and let in again, given roles."""

from __future__ import annotations

from hub.core.errors import Rejected
from hub.store.accounts import attempts, sessions
from hub.store.accounts.model import Role
from hub.store.database import Row, Transaction

_SHOWN = (
    "SELECT id, tenant, login, name, roles, walls, units, federated, subject IS NOT NULL AS bound,"
    " state, locked_until_us, signed_in_us, one_time_until_us, EXISTS (SELECT 1 FROM second_factor"
    " WHERE second_factor.account_id = account.id) AS has_factor FROM account"
)


def listed(tx: Transaction, tenant: str | None) -> list[Row]:
    """Return the accounts of an office, or all; never a password."""
    return tx.all(
        f"{_SHOWN} WHERE :tenant IS NULL OR tenant = :tenant ORDER BY tenant, login",
        tenant=tenant,
    )


def find(tx: Transaction, account: str, tenant: str | None) -> Row | None:
    """Return one account, if whoever asks keeps it."""
    return tx.one(
        f"{_SHOWN} WHERE id = :id AND (:tenant IS NULL OR tenant = :tenant)",
        id=account, tenant=tenant,
    )  # fmt: skip


def lock(tx: Transaction, account: str, now_us: int) -> None:
    """Forbid sign-in and end every session, at once.

    Raises:
        Rejected: nobody could administer any more.
    """
    tx.run(
        "UPDATE account SET state = 'disabled', changed_us = :now WHERE id = :id",
        id=account, now=now_us,
    )  # fmt: skip
    _demand_administrator(tx, account)
    sessions.end_all(tx, account)


def unlock(tx: Transaction, account: str, now_us: int) -> None:
    """Allow sign-in again and forget failures."""
    tx.run(
        "UPDATE account SET state = 'active', locked_until_us = 0, changed_us = :now"
        " WHERE id = :id",
        id=account, now=now_us,
    )  # fmt: skip
    attempts.forget(tx, account)


def give_roles(tx: Transaction, account: str, roles: frozenset[Role], now_us: int) -> None:
    """Let a person do what these roles may, and nothing else, from the next click on.

    Raises:
        Rejected: no role, or nobody could administer any more.
    """
    if not roles:
        raise Rejected("account_without_role", "Ein Konto braucht mindestens eine Rolle.")
    tx.run(
        "UPDATE account SET roles = :roles, changed_us = :now WHERE id = :id",
        id=account, roles=" ".join(sorted(roles)), now=now_us,
    )  # fmt: skip
    _demand_administrator(tx, account)


def _demand_administrator(tx: Transaction, account: str) -> None:
    """See that whom the account belongs to still has an administrator who may sign in."""
    left = tx.one(
        "SELECT other.id FROM account other JOIN account changed ON changed.id = :id"
        " WHERE coalesce(other.tenant, '') = coalesce(changed.tenant, '')"
        " AND other.state = 'active' AND ' ' || other.roles || ' ' LIKE '% administrator %'"
        " LIMIT 1",
        id=account,
    )
    if left is None:
        raise Rejected(
            "last_administrator",
            "Danach könnte hier niemand mehr verwalten; es wurde nichts geändert.",
            remedy="Zuerst einem anderen Konto die Rolle Administration geben.",
        )
