"""Accounts as those who keep them see them: made, listed, locked, let in again, given rights."""

from __future__ import annotations

from typing import Final

from hub.core.errors import Conflict, Rejected
from hub.store.accounts import attempts, halfway, sessions
from hub.store.accounts.model import Account, Role
from hub.store.database import Row, Transaction

ONE_TIME_US: Final = 7 * 86_400 * 1_000_000
"""So long a one-time password opens anything."""
_SHOWN = (
    "SELECT id, tenant, login, name, roles, walls, units, federated, subject IS NOT NULL AS bound,"
    " state, locked_until_us, signed_in_us, one_time_until_us, EXISTS (SELECT 1 FROM second_factor"
    " WHERE second_factor.account_id = account.id) AS has_factor FROM account"
)


def add(
    tx: Transaction, account: Account, encoded: str, now_us: int, *, one_time: bool = False
) -> None:
    """Keep a new account; without a password it signs in through the identity provider.

    Raises:
        Conflict: the login is taken.
    """
    added = tx.run(
        "INSERT INTO account (id, tenant, login, name, roles, walls, password, federated, state,"
        " one_time_until_us, changed_us) VALUES (:id, :tenant, :login, :name, :roles, :walls,"
        " :password, :federated, 'active', :until, :now) ON CONFLICT (login) DO NOTHING",
        id=account.id, tenant=account.tenant, login=account.login, name=account.name,
        roles=" ".join(sorted(account.roles)), walls=" ".join(sorted(account.walls)),
        password=encoded, federated=int(not encoded), now=now_us,
        until=now_us + ONE_TIME_US if one_time else 0,
    )  # fmt: skip
    if not added:
        raise Conflict(
            "login_taken",
            f"Die Anmeldekennung „{account.login}“ ist vergeben.",
            remedy="Eine andere Kennung wählen oder das Passwort neu setzen.",
        )


def issue(tx: Transaction, account: str, encoded: str, now_us: int) -> None:
    """Set a one-time password, lift a lock after failures and end every session.

    Raises:
        Rejected: the account signs in through the identity provider.
    """
    changed = tx.run(
        "UPDATE account SET password = :password, one_time_until_us = :until,"
        " locked_until_us = 0, changed_us = :now WHERE id = :id AND federated = 0",
        password=encoded, until=now_us + ONE_TIME_US, now=now_us, id=account,
    )  # fmt: skip
    if not changed:
        raise Rejected(
            "account_federated",
            "Das Konto meldet sich über den Anmeldedienst an, ohne Passwort.",
            remedy="Das Passwort dort ändern, wo das Konto geführt wird.",
        )
    attempts.forget(tx, account)
    sessions.end_all(tx, account)
    halfway.end_all(tx, account)


def let_behind(tx: Transaction, account: str, walls: frozenset[str], now_us: int) -> None:
    """Let a person see files behind these walls and no others, from the next click on."""
    tx.run(
        "UPDATE account SET walls = :walls, changed_us = :now WHERE id = :id",
        walls=" ".join(sorted(walls)), now=now_us, id=account,
    )  # fmt: skip


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
