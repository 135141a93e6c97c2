"""Accounts that sign in through an identity provider, and sign-ins on their way there and back."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Final, Self

from hub.core.errors import Rejected
from hub.store.accounts import sessions
from hub.store.accounts.model import Account, to_account
from hub.store.database import Transaction

ATTEMPT_US: Final = 10 * 60 * 1_000_000
"""So long somebody may take to sign in at the provider."""
LOGOUT_US: Final = 86_400 * 1_000_000
"""How long a logout token is remembered; it is valid for minutes."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A sign-in that was begun here and goes on at the provider."""

    state: str
    browser: str
    """Lies in the browser that began, as a cookie."""
    nonce: str
    verifier: str
    """Of PKCE (RFC 7636)."""
    target: str
    """Page the person wanted."""

    @classmethod
    def new(cls, target: str) -> Self:
        """Return an attempt nobody can guess."""
        state, browser, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(4))
        return cls(state, browser, nonce, verifier, target)


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom the provider says somebody is."""

    issuer: str
    subject: str
    """Never given to anybody else (OIDC Core 2)."""
    login: str
    """By which an account is found the first time."""
    session: str = ""
    """The provider's name of its session, if it has one."""

    @property
    def key(self) -> str:
        """Issuer and subject, as the account remembers them."""
        return f"{self.issuer} {self.subject}"


def begin(tx: Transaction, attempt: Attempt, now_us: int) -> None:
    """Remember an attempt; forget those nobody came back from."""
    tx.run("DELETE FROM federation_attempt WHERE begun_us < :old", old=now_us - ATTEMPT_US)
    tx.run(
        "INSERT INTO federation_attempt (state_sha256, browser_sha256, nonce, verifier, target,"
        " begun_us) VALUES (:state, :browser, :nonce, :verifier, :target, :now)",
        state=sessions.digest(attempt.state), browser=sessions.digest(attempt.browser),
        nonce=attempt.nonce, verifier=attempt.verifier, target=attempt.target, now=now_us,
    )  # fmt: skip


def take(tx: Transaction, state: str, browser: str, now_us: int) -> Attempt | None:
    """Return the attempt with this state, once, and only to the browser that began it."""
    row = tx.one(
        "DELETE FROM federation_attempt WHERE state_sha256 = :state"
        " AND browser_sha256 = :browser AND begun_us >= :old RETURNING *",
        state=sessions.digest(state), browser=sessions.digest(browser), old=now_us - ATTEMPT_US,
    )  # fmt: skip
    if row is None:
        return None
    return Attempt(state, browser, row["nonce"], row["verifier"], row["target"])


def admit(tx: Transaction, identity: Identity, now_us: int) -> tuple[Account, str] | None:
    """Return the account of an identity and a new session token; ``None`` where there is none.

    The first time the account is found by its login and bound to the subject; from then on the
    subject alone counts, so that a login given to somebody else at the provider opens nothing.
    """
    row = tx.one(
        "SELECT * FROM account WHERE federated = 1 AND state = 'active' AND (subject = :subject"
        " OR (subject IS NULL AND login = :login)) ORDER BY subject IS NULL LIMIT 1",
        subject=identity.key, login=identity.login.strip().lower(),
    )  # fmt: skip
    if row is None:
        return None
    bound = row["subject"] is not None or tx.run(
        "UPDATE account SET subject = :subject WHERE id = :id AND subject IS NULL",
        subject=identity.key, id=row["id"],
    )  # fmt: skip
    if not bound:
        # Another node has just bound the account to somebody else of that login.
        return None
    token = sessions.new_token()
    sessions.open_session(tx, row["id"], token, now_us, identity.session)
    return to_account(row), token


def end_sessions(tx: Transaction, issuer: str, said: LogoutSaid, now_us: int) -> int | None:
    """End what a logout token names and return how many sessions; ``None`` for one seen before."""
    tx.run("DELETE FROM federation_logout WHERE seen_us < :old", old=now_us - LOGOUT_US)
    new = tx.run(
        "INSERT INTO federation_logout (id, seen_us) VALUES (:id, :now)"
        " ON CONFLICT (id) DO NOTHING",
        id=said.id, now=now_us,
    )  # fmt: skip
    if not new:
        return None
    return tx.run(
        "DELETE FROM session WHERE (:sid = '' OR provider_session = :sid) AND account_id IN"
        " (SELECT id FROM account WHERE federated = 1 AND CASE WHEN :subject = '' THEN"
        " substr(subject, 1, length(:prefix)) = :prefix ELSE subject = :prefix || :subject END)",
        sid=said.session, subject=said.subject, prefix=f"{issuer} ",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class LogoutSaid:
    """What a logout token names: a person, a session, or both."""

    id: str
    subject: str
    session: str


def unbind(tx: Transaction, login: str, now_us: int) -> None:
    """Let the account be bound anew at the next sign-in, and end its sessions.

    Raises:
        Rejected: no such account at the provider.
    """
    row = tx.one(
        "UPDATE account SET subject = NULL, changed_us = :now WHERE login = :login"
        " AND federated = 1 RETURNING id",
        login=login.strip().lower(), now=now_us,
    )  # fmt: skip
    if row is None:
        raise Rejected(
            "unknown_account",
            f"Das Konto „{login}“ gibt es nicht, oder es meldet sich mit Passwort an.",
        )
    sessions.end_all(tx, row["id"])
