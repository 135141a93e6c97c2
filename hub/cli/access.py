"""Looks at social data and changes of accounts from the command line are in the access log."""

from __future__ import annotations

import getpass
from dataclasses import dataclass

from hub.app import CLOCK
from hub.core.errors import Rejected
from hub.store import audit
from hub.store.accounts import Account, find_account
from hub.store.database import Database, Transaction


@dataclass(frozen=True, slots=True)
class Look:
    """What somebody wants to see."""

    action: str
    object_kind: str
    object_id: str
    tenant: str | None
    akte: str | None = None
    """Id of the file it is about: who has read a file is asked by it."""
    document: str | None = None
    purpose: str = "Befehlszeile"


async def log_look(database: Database, look: Look) -> None:
    """Write the look down, durably, before anything is shown."""
    await database.write(lambda tx: audit.append(tx, _entry(look)))


def log_change(tx: Transaction, login: str, action: str, *about: str) -> Account:
    """Write down what is done with an account, and return it.

    Raises:
        Rejected: no such account.
    """
    account = find_account(tx, login)
    if account is None:
        raise Rejected("unknown_account", f"Das Konto „{login.strip().lower()}“ gibt es nicht.")
    what = " ".join((account.id, *about))[:200]
    log_deed(tx, Look(action, "kept_account", what, account.tenant, purpose="Verwaltung"))
    return account


def log_deed(tx: Transaction, look: Look) -> None:
    """Write down what is done in the same transaction."""
    audit.append(tx, _entry(look))


def actor() -> str:
    """Return how whoever types is named where something is on record."""
    return f"cli:{getpass.getuser()}"


def _entry(look: Look) -> audit.Access:
    return audit.Access(
        at_us=CLOCK.now_us(),
        tenant=look.tenant,
        actor=actor(),
        role="operator",
        action=look.action,
        object_kind=look.object_kind,
        object_id=look.object_id,
        akte=look.akte,
        document=look.document,
        purpose=look.purpose,
    )
