"""Accounts of people and their sessions.

A session is looked up together with its account on every request, so that a changed role,
a disabled account or a new password counts at once. Only the digest of a token is stored.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from hub.core.clock import Clock
from hub.core.errors import Conflict, Rejected
from hub.core.ids import uuid7
from hub.store.database import Database, Row, Transaction
from hub.store.passwords import Passwords

LOCK_AFTER: Final = 10
"""Failures in a row after which an account rests; guessing then costs years."""
LOCK_US: Final = 15 * 60 * 1_000_000
_TOUCH_US: Final = 20 * 1_000_000
"""``seen_us`` is written at most this often; the idle timeout is counted in minutes."""


class Role(StrEnum):
    """What a person may do; each right of a page names the roles that have it."""

    CASEWORKER = "caseworker"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


@dataclass(frozen=True, slots=True)
class Account:
    """A person who may sign in."""

    id: str
    tenant: str | None
    """Office the person works for; ``None`` for the central operator."""
    login: str
    name: str
    roles: frozenset[Role]


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in person; ``token_sha256`` names the session, the token stays in the browser."""

    token_sha256: str
    account: Account
    created_us: int
    seen_us: int


@dataclass(frozen=True, slots=True)
class Lifetime:
    """How long a session may live."""

    idle_us: int
    absolute_us: int


class Accounts:
    """The accounts of one database."""

    def __init__(self, database: Database, clock: Clock, passwords: Passwords) -> None:
        self._database = database
        self._clock = clock
        self._passwords = passwords

    async def create(
        self, login: str, password: str, *, name: str, tenant: str | None, roles: frozenset[Role]
    ) -> Account:
        """Create an active account.

        Raises:
            Conflict: the login is taken.
            Rejected: no role, or a password of wrong length.
        """
        if not roles:
            raise Rejected("account_without_role", "Ein Konto braucht mindestens eine Rolle.")
        encoded = await self._passwords.hash(password)
        now = self._clock.now_us()
        account = Account(uuid7(now), tenant, login.strip().lower(), name, roles)
        await self._database.write(lambda tx: _insert(tx, account, encoded, now))
        return account

    async def set_password(self, login: str, password: str) -> None:
        """Replace the password, lift a lock and end every session of the account.

        Raises:
            Rejected: no such account, or a password of wrong length.
        """
        encoded = await self._passwords.hash(password)
        now = self._clock.now_us()
        await self._database.write(
            lambda tx: _set_password(tx, login.strip().lower(), encoded, now)
        )

    async def disable(self, login: str) -> None:
        """Forbid sign-in and end every session of the account.

        Raises:
            Rejected: no such account.
        """
        now = self._clock.now_us()
        await self._database.write(lambda tx: _disable(tx, login.strip().lower(), now))

    async def sign_in(self, login: str, password: str) -> tuple[Account, str] | None:
        """Return the account and a new session token, or ``None`` without saying why not.

        Unknown login, wrong password, disabled and locked take the same time.
        """
        row = await self._database.read(lambda tx: _find(tx, login.strip().lower()))
        now = self._clock.now_us()
        usable = row is not None and row["state"] == "active" and row["locked_until_us"] <= now
        encoded = row["password"] if row and usable else None
        fits = await self._passwords.verify(encoded, password)
        if row is None or not usable:
            return None
        if not fits:
            await self._database.write(lambda tx: _note_failure(tx, row["id"], now))
            return None
        token = secrets.token_urlsafe(32)
        await self._database.write(lambda tx: _open(tx, row["id"], digest(token), now))
        return _account(row), token

    async def knows(self, login: str, password: str) -> bool:
        """Tell whether the password fits, without opening a session."""
        row = await self._database.read(lambda tx: _find(tx, login.strip().lower()))
        return await self._passwords.verify(row["password"] if row else None, password)

    async def sign_out(self, session: Session) -> None:
        """End every session of the person, on every device."""
        await self._database.write(lambda tx: _end_all(tx, session.account.id))


def digest(token: str) -> str:
    """Return the name under which a token's session is stored."""
    return hashlib.sha256(token.encode()).hexdigest()


def find_session(tx: Transaction, token: str, now_us: int, lifetime: Lifetime) -> Session | None:
    """Return the living session of a token, with the account as it is now."""
    row = tx.one(
        "SELECT s.token_sha256, s.created_us, s.seen_us,"
        " a.id, a.tenant, a.login, a.name, a.roles"
        " FROM session s JOIN account a ON a.id = s.account_id"
        " WHERE s.token_sha256 = :token AND a.state = 'active'"
        " AND s.seen_us > :idle AND s.created_us > :absolute",
        token=digest(token),
        idle=now_us - lifetime.idle_us,
        absolute=now_us - lifetime.absolute_us,
    )
    if row is None:
        return None
    return Session(row["token_sha256"], _account(row), row["created_us"], row["seen_us"])


def find_account(tx: Transaction, login: str) -> Account | None:
    """Return the account of a login, whatever its state."""
    row = _find(tx, login.strip().lower())
    return _account(row) if row else None


def touch(tx: Transaction, session: Session, now_us: int) -> None:
    """Note that the session is in use."""
    if now_us - session.seen_us < _TOUCH_US:
        return
    tx.run(
        "UPDATE session SET seen_us = :now WHERE token_sha256 = :token",
        now=now_us,
        token=session.token_sha256,
    )


def _account(row: Row) -> Account:
    roles = frozenset(Role(word) for word in row["roles"].split())
    return Account(row["id"], row["tenant"], row["login"], row["name"], roles)


def _find(tx: Transaction, login: str) -> Row | None:
    return tx.one("SELECT * FROM account WHERE login = :login", login=login)


def _insert(tx: Transaction, account: Account, encoded: str, now_us: int) -> None:
    added = tx.run(
        "INSERT INTO account (id, tenant, login, name, roles, password, state, changed_us)"
        " VALUES (:id, :tenant, :login, :name, :roles, :password, 'active', :now)"
        " ON CONFLICT (login) DO NOTHING",
        id=account.id,
        tenant=account.tenant,
        login=account.login,
        name=account.name,
        roles=" ".join(sorted(account.roles)),
        password=encoded,
        now=now_us,
    )
    if not added:
        raise Conflict(
            "login_taken",
            f"Die Anmeldekennung „{account.login}“ ist vergeben.",
            remedy="Eine andere Kennung wählen oder das Passwort neu setzen.",
        )


def _known(tx: Transaction, login: str) -> str:
    row = _find(tx, login)
    if row is None:
        raise Rejected("unknown_account", f"Das Konto „{login}“ gibt es nicht.")
    return str(row["id"])


def _set_password(tx: Transaction, login: str, encoded: str, now_us: int) -> None:
    account_id = _known(tx, login)
    tx.run(
        "UPDATE account SET password = :password, failures = 0, locked_until_us = 0,"
        " changed_us = :now WHERE id = :id",
        password=encoded,
        now=now_us,
        id=account_id,
    )
    _end_all(tx, account_id)


def _disable(tx: Transaction, login: str, now_us: int) -> None:
    account_id = _known(tx, login)
    tx.run(
        "UPDATE account SET state = 'disabled', changed_us = :now WHERE id = :id",
        now=now_us,
        id=account_id,
    )
    _end_all(tx, account_id)


def _note_failure(tx: Transaction, account_id: str, now_us: int) -> None:
    tx.run(
        "UPDATE account SET failures = failures + 1, locked_until_us ="
        " CASE WHEN (failures + 1) % :limit = 0 THEN :until ELSE locked_until_us END"
        " WHERE id = :id",
        limit=LOCK_AFTER,
        until=now_us + LOCK_US,
        id=account_id,
    )


def _open(tx: Transaction, account_id: str, token_sha256: str, now_us: int) -> None:
    tx.run("UPDATE account SET failures = 0 WHERE id = :id", id=account_id)
    # Sessions nobody can use any more; a day is longer than any absolute timeout in use.
    tx.run("DELETE FROM session WHERE created_us < :old", old=now_us - 86_400 * 1_000_000)
    tx.run(
        "INSERT INTO session (token_sha256, account_id, created_us, seen_us)"
        " VALUES (:token, :account, :now, :now)",
        token=token_sha256,
        account=account_id,
        now=now_us,
    )


def _end_all(tx: Transaction, account_id: str) -> None:
    tx.run("DELETE FROM session WHERE account_id = :id", id=account_id)
