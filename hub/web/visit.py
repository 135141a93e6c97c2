"""One request as the pages see it: who asks, with which services, and what to record."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field

from aiohttp import web

from efile import EFile
from hub.store.accounts import Account, Halfway, Role, Session, lasting
from hub.store.casework.units import Standing
from hub.store.database import Row
from hub.web.faults import Denied
from hub.web.services import SiteServices

COOKIE = "__Host-aktenhub"
HALF_COOKIE = "__Host-aktenhub-schritt"
"""Token of a sign-in that is half done; it opens nothing but the next step."""
KEYS_COOKIE = "__Host-aktenhub-tasten"
"""Preference only: ``aus`` switches the single-key shortcuts off (WCAG 2.1.4)."""


@dataclass
class Visit:
    """A request on its way through the house; the gate fills it, the page adds notes."""

    services: SiteServices
    correlation: str
    session: Session | None = None
    token: str = ""
    half: Halfway | None = None
    """The sign-in a step of which this is."""
    standing: Standing = field(default_factory=Standing)
    """As what the person stands before the files of the office."""
    alarms: list[Row] = field(default_factory=list)
    """What is wrong in the house, for those who can do something about it."""
    notes: dict[str, str] = field(default_factory=dict)
    """Fields of the access-log entry only the page can know."""
    beside: list[str] = field(default_factory=list)
    """Documents that were looked at with the one the address names."""
    recorded: bool = False
    """What is answered belongs to a view that stands in the access log already."""

    @property
    def account(self) -> Account:
        """The signed-in person.

        Raises:
            Denied: nobody is signed in.
        """
        if self.session is None:
            raise Denied(401, "no_session")
        return self.session.account

    @property
    def halfway(self) -> Halfway:
        """The sign-in a step of which this is.

        Raises:
            Denied: there is none.
        """
        if self.half is None:
            raise Denied(401, "no_session")
        return self.half

    @property
    def tenant(self) -> str:
        """Office whose social data is asked for.

        Raises:
            Denied: the person belongs to no office.
        """
        if self.account.tenant is None:
            raise Denied(403, "wrong_role")
        return self.account.tenant

    @property
    def efile(self) -> EFile:
        """The e-file as this person may see it: what they may not see is missing.

        Raises:
            Denied: nobody is signed in.
        """
        standing = self.standing
        return self.services.efile.behind(
            self.account.walls,
            person=self.account.login,
            units=standing.units,
            stands_for=standing.stands_for,
            opened=standing.opened,
        )

    @property
    def csrf(self) -> str:
        """Token of every form of this session; bound to it, stored nowhere."""
        return csrf_token(self.token)

    def has(self, role: Role) -> bool:
        """Tell whether the signed-in person has a role."""
        return self.session is not None and role in self.session.account.roles

    def looked_at_too(self, document_id: str) -> None:
        """Put a further document of the same file into the access log."""
        self.beside.append(document_id)

    def note(self, **fields: str) -> None:
        """Name the object of the access for the log."""
        self.notes |= fields


MAX_DIGITS = 18
"""Of a number in an address: more do not fit into the database."""

VISIT: web.RequestKey[Visit] = web.RequestKey("visit", Visit)
SERVICES: web.AppKey[SiteServices] = web.AppKey("services", SiteServices)


def visit_of(request: web.Request) -> Visit:
    """Return the visit of a request."""
    return request[VISIT]


def cursor_of(request: web.Request) -> int | None:
    """Return the number behind which a list goes on, if the address names one."""
    word = request.query.get("vor", "")
    return int(word) if word.isdecimal() and len(word) <= MAX_DIGITS else None


def csrf_token(session_token: str) -> str:
    """Derive the form token of a session; it outlasts a new token of the same session."""
    return hmac.new(lasting(session_token).encode(), b"csrf", hashlib.sha256).hexdigest()
