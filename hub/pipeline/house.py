"""Everything the steps of the message path may use, put together once by ``hub.app``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Protocol

from efile import FiledDocument, FilingError, FilingRequest
from hub.channels.inbound.folder import DropFolder
from hub.channels.outbound.folder import Outboxes
from hub.core.clock import Clock
from hub.core.settings import Settings
from hub.letters.templates import Templates
from hub.pipeline.isolation.pool import Isolation, Recollection
from hub.pipeline.pressure import Pressure
from hub.pipeline.together import Together
from hub.routing.table import Routes
from hub.store.database import Database
from hub.store.journal import Journal
from hub.store.messages import Messages
from hub.store.payloads import Payloads


class FileRoom(Protocol):
    """What the hub asks of the e-file: put a document away."""

    async def file_all(
        self, requests: Sequence[FilingRequest]
    ) -> list[FiledDocument | FilingError]:
        """File each once, and say for each how it went; doing it again changes nothing."""
        ...


class LetterOffice(Protocol):
    """What the hub asks of the word processor."""

    async def to_pdfa(self, letters: list[bytes]) -> list[bytes]:
        """Convert letters, in order."""
        ...


@dataclass(frozen=True, slots=True)
class PartnerAnswer:
    """What a partner answered in the same exchange."""

    body: bytes
    certificate: str
    """Fingerprint of the partner's certificate."""
    not_after_us: int = 0
    """When that certificate ends; 0 where nobody looked."""


class PartnerLine(Protocol):
    """A line to a partner that answers at once."""

    async def ask(self, tenant: str, body: bytes, key: str) -> PartnerAnswer:
        """Send a message and return the answer.

        Raises:
            Unavailable: provably nothing happened.
            Refused: the partner does not take the message.
            OutcomeUnknown: it may or may not have happened.
            Misconfigured: address, certificate or rights are wrong.
        """
        ...

    async def inquire(self, tenant: str, key: str) -> PartnerAnswer | None:
        """Return what was answered to an earlier message; ``None`` when it never arrived.

        Raises:
            Unavailable: the partner cannot say at the moment.
            Misconfigured: address, certificate or rights are wrong.
        """
        ...


@dataclass
class StorageSight:
    """What this node knows of the breaker before the e-file's storage, so as to ask seldom."""

    suspect: bool = False
    """Whether the storage failed lately: then the next document it takes must be noted."""
    shut: bool = False
    look_us: int = 0
    """When to look again."""


@dataclass(frozen=True)
class House:
    """The rooms, connected."""

    settings: Settings
    base: Path
    """Folder of ``hub.toml``; relative folders start here."""
    clock: Clock
    database: Database
    journal: Journal
    payloads: Payloads
    isolation: Isolation
    recall: Recollection
    """Answers what decisions ask about the past."""
    routes: Routes
    templates: Templates
    office: LetterOffice
    efile: FileRoom
    lines: Mapping[str, PartnerLine] = field(default_factory=dict)
    """By partner name."""
    inboxes: Mapping[tuple[str, str], DropFolder] = field(default_factory=dict)
    """By tenant and channel."""
    storage: StorageSight = field(default_factory=StorageSight)
    together: Together = field(default_factory=Together)
    """What many ask for at the same time."""

    @property
    def messages(self) -> Messages:
        """Message rows, journalled."""
        return Messages(self.journal)

    @cached_property
    def outboxes(self) -> Outboxes:
        """The outbox folders of every office."""
        return Outboxes(self.outbox)

    @cached_property
    def pressure(self) -> Pressure:
        """Whether more may come in."""
        data = self.base / self.settings.folders.data
        return Pressure(self.database, self.clock, self.journal, self.settings, data)

    @property
    def outbox(self) -> Path:
        """Root of the outbox folders."""
        return self.base / self.settings.folders.outbox

    def deadline_us(self, now_us: int, hours: float | None = None) -> int:
        """Return when a promise made now is overdue; ``hours`` where its route says so."""
        return now_us + int((hours or self.settings.delivery.deadline_h) * 3_600_000_000)
