"""Sessions: looked up together with the account on every request.

So a changed role, a disabled account or a new password counts at once. Only the digest of a
token is stored: reading the table opens no session.

Whoever proves anew who they are gets a new token, and the one before opens nothing any more (ASVS
7.2.4). It begins like the one before: forms and views of pages that are open are bound to that.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import Final

from hub.store.accounts.model import Lifetime, Session, to_account
from hub.store.database import Transaction

_TOUCH_US: Final = 20 * 1_000_000
"""``seen_us`` is written at most this often; the idle timeout is counted in minutes."""
_DAY_US: Final = 86_400 * 1_000_000


def digest(token: str) -> str:
    """Return the name under which a token's session is stored."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_token(before: str = "") -> str:
    """Return the token of a new session, or one to take the place of another's."""
    beginning, dot, _ = before.partition(".")
    return f"{beginning if dot else secrets.token_urlsafe(16)}.{secrets.token_urlsafe(32)}"


def lasting(token: str) -> str:
    """Return what stays the same of a token as long as its session lasts."""
    return token.partition(".")[0]


def find_session(tx: Transaction, token: str, now_us: int, lifetime: Lifetime) -> Session | None:
    """Return the living session of a token, with the account as it is now."""
    row = tx.one(
        "SELECT s.token_sha256, s.created_us, s.seen_us, s.confirmed_us,"
        " a.id, a.tenant, a.login, a.name, a.roles, a.walls, a.units, a.federated"
        " FROM session s JOIN account a ON a.id = s.account_id"
        " WHERE s.token_sha256 = :token AND a.state = 'active'"
        " AND s.seen_us > :idle AND s.created_us > :absolute",
        token=digest(token),
        idle=now_us - lifetime.idle_us,
        absolute=now_us - lifetime.absolute_us,
    )
    if row is None:
        return None
    return Session(
        row["token_sha256"], to_account(row), row["created_us"], row["seen_us"],
        row["confirmed_us"],
    )  # fmt: skip


def confirm(tx: Transaction, session: Session, token: str, now_us: int) -> bool:
    """Note that the person has proved anew who they are; from now on this token counts.

    Returns whether the session was still there.
    """
    named = {"old": session.token_sha256, "new": digest(token)}
    tx.run("UPDATE factor_offer SET offered_to = :new WHERE offered_to = :old", **named)
    return tx.run(
        "UPDATE session SET token_sha256 = :new, confirmed_us = :now WHERE token_sha256 = :old",
        now=now_us, **named,
    ) == 1  # fmt: skip


def touch(tx: Transaction, session: Session, now_us: int) -> None:
    """Note that the session is in use."""
    if now_us - session.seen_us < _TOUCH_US:
        return
    tx.run(
        "UPDATE session SET seen_us = :now WHERE token_sha256 = :token",
        now=now_us,
        token=session.token_sha256,
    )


def open_session(
    tx: Transaction, account_id: str, token: str, now_us: int, provider_session: str = ""
) -> None:
    """Remember a new session; forget those that have died long ago."""
    # A day is longer than any absolute timeout in use.
    tx.run("DELETE FROM session WHERE created_us < :old", old=now_us - _DAY_US)
    tx.run("UPDATE account SET signed_in_us = :now WHERE id = :id", now=now_us, id=account_id)
    tx.run(
        "INSERT INTO session (token_sha256, account_id, created_us, seen_us, confirmed_us,"
        " provider_session) VALUES (:token, :account, :now, :now, :now, :provider)",
        token=digest(token),
        account=account_id,
        now=now_us,
        provider=provider_session,
    )


def end_all(tx: Transaction, account_id: str) -> None:
    """End every session of a person, on every device."""
    tx.run("DELETE FROM session WHERE account_id = :id", id=account_id)
