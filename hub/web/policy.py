"""The rights of each page, written beside its address; a route without policy cannot exist."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from hub.store.accounts import Account, Role

Handler = Callable[[web.Request], Awaitable[web.Response]]

SAFE: Final = frozenset({"GET", "HEAD"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Who may use a route, and how its use is recorded."""

    action: str = ""
    """Stable word of the access log; empty only for public routes without social data."""
    object_kind: str = ""
    purpose: str = ""
    """German, as the access log shows it."""
    roles: frozenset[Role] = frozenset()
    """Any one of these is enough."""
    public: bool = False
    """Needs no session."""
    half: bool = False
    """A step of signing in: for whoever gave a right password and has no session yet."""
    office_only: bool = False
    """Shows social data: never for the central operator."""
    from_elsewhere: bool = False
    """Changes something and is sent by another system, which proves itself: no form of ours."""
    fresh: bool = False
    """Lets something out of the house: the person must have proved lately who they are."""
    csrf: bool = False
    """Changes something: the form's token and the browser's origin must fit."""
    upload: int = 0
    """Bytes a form with a file may have; others are small."""

    def admits(self, account: Account) -> bool:
        """Tell whether the account may use the route."""
        if self.office_only and account.tenant is None:
            return False
        return bool(self.roles & account.roles)


@dataclass(frozen=True, slots=True)
class Route:
    """One address of the site."""

    method: str
    path: str
    name: str
    handler: Handler
    policy: Policy


EVERYBODY: Final = frozenset(Role)
FILE_READERS: Final = frozenset({Role.CASEWORKER})
CLERKS: Final = frozenset({Role.CASEWORKER, Role.ADMINISTRATOR})
ADMINISTRATORS: Final = frozenset({Role.ADMINISTRATOR})
AUDITORS: Final = frozenset({Role.AUDITOR})
WITNESSES: Final = frozenset({Role.AUDITOR, Role.CASEWORKER})
"""Who may see who has read one file."""
