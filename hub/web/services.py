"""What the pages need from the rest of the house, handed in by the composition root."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from efile import EFile
from hub.core.clock import Clock
from hub.core.settings import Settings
from hub.evidence.filings.packages import Packages
from hub.evidence.handover.desk import ArchiveDesk
from hub.pipeline.desk import Desk
from hub.pipeline.desk.correcting import Corrections
from hub.pipeline.desk.rows import RowCorrections
from hub.pipeline.desk.viewing import Viewing
from hub.store.accounts import Accounts, Lifetime, Passwords, Role, SecondFactors, Vault
from hub.store.database import Database
from hub.store.views.expiry import Expiry
from hub.web.api.services import Figures
from hub.web.federation.provider import Provider

PDFJS = Path(sys.prefix) / "share" / "aktenhub" / "pdfjs"
"""Where set-up puts PDF.js; see the Makefile."""

Ping = Callable[[], Awaitable[None]]
"""Returns when the part answers, raises when it does not."""


class Balance(Protocol):
    """The *Nachrichtenbilanz* as numbers."""

    @property
    def received(self) -> int:
        """Messages accepted."""
        ...

    @property
    def delivered(self) -> int:
        """Closed, everything promised was kept."""
        ...

    @property
    def in_progress(self) -> int:
        """On their way."""
        ...

    @property
    def clearing(self) -> int:
        """Waiting for a person."""
        ...

    @property
    def refused(self) -> int:
        """Given back to the sender."""
        ...

    @property
    def duplicates(self) -> int:
        """Seen before."""
        ...

    @property
    def balanced(self) -> bool:
        """Whether received is the sum of the other five."""
        ...

    @property
    def by(self) -> Mapping[str, Any]:
        """The same per tenant, partner and day."""
        ...


async def no_anchors() -> Sequence[Expiry]:
    """Return nothing, where no folder of trust anchors is known."""
    return ()


@dataclass(frozen=True, kw_only=True)
class SiteServices:
    """Everything the staff pages and the operator's page stand on."""

    database: Database
    efile: EFile
    settings: Settings
    clock: Clock
    balance: Callable[[Database, str | None], Awaitable[Balance]]
    vault: Vault
    """Seals the secrets of second factors."""
    desk: Desk | None = None
    """``None`` while clearing cases can only be looked at."""
    viewing: Viewing | None = None
    """``None`` where no content is shown."""
    corrections: Corrections | None = None
    rows: RowCorrections | None = None
    """``None`` where refused rows of tables cannot be corrected."""
    packages: Packages | None = None
    """``None`` where no proof packages are issued."""
    archive: ArchiveDesk | None = None
    """``None`` where nothing is handed over to an archive."""
    parts: Mapping[str, Ping] = field(default_factory=dict)
    """Named parts of the house and how to ask whether they answer."""
    door: Figures | None = None
    """What the door for senders has done; ``None`` without one."""
    passwords: Passwords = field(default_factory=Passwords)
    paused: Callable[[], Mapping[tuple[str, str], str]] = dict
    """Channels that take nothing in at the moment, by tenant and channel, and why."""
    anchors: Callable[[], Awaitable[Sequence[Expiry]]] = no_anchors
    """The CAs we trust, and when their certificates end."""
    answer_wait_s: float = 8.0
    """How long a page waits for a partner's answer to a status query."""
    pdfjs: Path = PDFJS
    """Where PDF.js lies; without it the server draws the pages."""
    provider: Provider | None = None
    """Where staff sign in beside the accounts kept here."""
    data: Path | None = None
    """The data folder, whose free room the storage card shows."""
    https: bool = False
    """The pages are reached over TLS, here or at a proxy; switches HSTS on."""

    @property
    def accounts(self) -> Accounts:
        """The accounts of this house."""
        return Accounts(self.database, self.clock, self.passwords, self.with_factor)

    @property
    def factors(self) -> SecondFactors:
        """The second factors of this house."""
        return SecondFactors(self.database, self.clock, self.passwords, self.vault)

    @property
    def with_factor(self) -> frozenset[Role]:
        """Roles that need a second factor."""
        return frozenset(Role(word) for word in self.settings.web.second_factor)

    @property
    def lifetime(self) -> Lifetime:
        """How long sessions live."""
        web = self.settings.web
        return Lifetime(web.idle_minutes * 60_000_000, web.absolute_hours * 3_600_000_000)

    def office(self, tenant: str | None) -> str:
        """Name of an office as people know it."""
        names = {one.id: one.name for one in self.settings.tenants}
        return names.get(tenant, tenant) if tenant else "Zentraler Betrieb"
