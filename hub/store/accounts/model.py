"""People who may sign in, their roles and their sessions, as values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from hub.store.database import Row

WALLS = frozenset({"uvg"})
"""Where nothing else is said, a person works on benefit files."""


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
    walls: frozenset[str] = WALLS
    """Walls between kinds of files the person was let behind."""
    units: frozenset[str] = frozenset()
    """Units of the office the person works in."""
    federated: bool = False
    """Signs in through the identity provider."""


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in person; ``token_sha256`` names the session, the token stays in the browser."""

    token_sha256: str
    account: Account
    created_us: int
    seen_us: int
    confirmed_us: int
    """When the person last proved who they are."""


@dataclass(frozen=True, slots=True)
class Lifetime:
    """How long a session may live."""

    idle_us: int
    absolute_us: int


def to_account(row: Row) -> Account:
    """Return the account from its row."""
    roles = frozenset(Role(word) for word in row["roles"].split())
    walls = frozenset(row["walls"].split())
    units = frozenset(row["units"].split())
    federated = bool(row["federated"])
    return Account(
        row["id"], row["tenant"], row["login"], row["name"], roles, walls, units, federated
    )
