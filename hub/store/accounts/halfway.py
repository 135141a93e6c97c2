"""Sign-ins that are half done: the password was right, something more is asked for.

Such a sign-in is no session and lies in a table of its own: no page but that of its next step
knows it. What is asked for is decided anew at each step, from the account as it is now.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from hub.store.accounts import attempts, sessions
from hub.store.accounts.model import Account, Role, to_account
from hub.store.database import Row, Transaction

STEP_US: Final = 15 * 60 * 1_000_000
"""So long each step may take; some install an app first."""

ACCOUNT: Final = (
    "SELECT account.*, EXISTS (SELECT 1 FROM second_factor"
    " WHERE second_factor.account_id = account.id) AS has_factor FROM account"
)


class Step(StrEnum):
    """What somebody who gave a right password must do next."""

    CODE = "code"
    """Show the second factor."""
    PASSWORD = "password"  # noqa: S105  a word, not a password
    """Replace the one-time password."""
    FACTOR = "factor"
    """Set up a second factor."""
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Entered:
    """How far somebody got, with the token to go on: of a session once it is done."""

    account: Account
    token: str
    step: Step
    target: str
    """Page the person wanted."""


@dataclass(frozen=True, slots=True)
class Halfway:
    """A sign-in that waits for its next step."""

    token_sha256: str
    account: Account
    step: Step
    proved: bool
    target: str
    reset_us: int
    """When somebody took the second factor off the account; 0 if nobody did."""
    reset_by: str


@dataclass(frozen=True, slots=True)
class Way:
    """What a step of a sign-in needs to know."""

    now_us: int
    required: frozenset[Role]
    """Roles that must have a second factor."""


def next_step(row: Row, *, proved: bool, required: frozenset[Role]) -> Step:
    """Return what an account asks for next; ``row`` comes from :data:`ACCOUNT`."""
    if row["federated"]:
        return Step.DONE
    if row["has_factor"] and not proved:
        return Step.CODE
    if row["one_time_until_us"]:
        return Step.PASSWORD
    roles = {Role(word) for word in row["roles"].split()}
    if not row["has_factor"] and (row["factor_reset_us"] or roles & required):
        return Step.FACTOR
    return Step.DONE


def enter(
    tx: Transaction, account_id: str, way: Way, *, proved: bool = False, target: str = ""
) -> Entered:
    """Open a session, or keep the sign-in until its next step; each with a token of its own."""
    row = tx.one(f"{ACCOUNT} WHERE id = :id", id=account_id)
    if row is None:
        raise LookupError(account_id)
    step = next_step(row, proved=proved, required=way.required)
    token = sessions.new_token()
    if step is Step.DONE:
        attempts.forget(tx, account_id)
        sessions.open_session(tx, account_id, token, way.now_us)
    else:
        tx.run("DELETE FROM sign_in_half WHERE begun_us < :old", old=way.now_us - STEP_US)
        tx.run(
            "INSERT INTO sign_in_half (token_sha256, account_id, proved, target, begun_us)"
            " VALUES (:token, :account, :proved, :target, :now)",
            token=sessions.digest(token), account=account_id, proved=int(proved), target=target,
            now=way.now_us,
        )  # fmt: skip
    return Entered(to_account(row), token, step, target)


def find(tx: Transaction, token: str, way: Way) -> Halfway | None:
    """Return the sign-in of a token; ``None`` also while the account is locked or rests."""
    half = tx.one(
        "SELECT * FROM sign_in_half WHERE token_sha256 = :token AND begun_us >= :old",
        token=sessions.digest(token), old=way.now_us - STEP_US,
    )  # fmt: skip
    row = half and tx.one(
        f"{ACCOUNT} WHERE id = :id AND state = 'active' AND locked_until_us <= :now",
        id=half["account_id"], now=way.now_us,
    )  # fmt: skip
    if half is None or row is None:
        return None
    proved = bool(half["proved"])
    return Halfway(
        half["token_sha256"], to_account(row),
        next_step(row, proved=proved, required=way.required), proved, half["target"],
        row["factor_reset_us"], row["factor_reset_by"],
    )  # fmt: skip


def go_on(tx: Transaction, half: Halfway, way: Way, *, proved: bool) -> Entered | None:
    """Do the next step with a new token; ``None`` where somebody else did it first."""
    if not tx.run("DELETE FROM sign_in_half WHERE token_sha256 = :token", token=half.token_sha256):
        return None
    return enter(tx, half.account.id, way, proved=proved, target=half.target)


def end_all(tx: Transaction, account_id: str, *, but: str = "") -> None:
    """End the half-done sign-ins of a person, but for one."""
    tx.run(
        "DELETE FROM sign_in_half WHERE account_id = :id AND token_sha256 <> :but",
        id=account_id, but=but,
    )  # fmt: skip
