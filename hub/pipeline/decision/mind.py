"""Everything a decision works with: rules that never change while it runs, and what is known."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hub.core.errors import Misconfigured
from hub.core.message import Message
from hub.core.settings import Settings, Tenant
from hub.formats.catalog import Catalog
from hub.letters.templates import Templates
from hub.mapping.catalog import Mappings
from hub.partners import azr, case_core, cash
from hub.partners.base import Handler
from hub.pipeline.decision.knowledge import Knowledge
from hub.pipeline.decision.reading import Reader
from hub.routing.table import Routes
from hub.store.payloads import Kept


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the rules of decisions come from."""

    settings: Settings
    schemas: Path
    mappings: Path
    templates: Path


@dataclass(frozen=True, slots=True)
class Rules:
    """What does not change while the hub runs."""

    settings: Settings
    reader: Reader
    routes: Routes
    handlers: Mapping[str, Handler]
    templates: Templates

    @classmethod
    def read(cls, sources: Sources) -> Rules:
        """Read and compile everything.

        Raises:
            Misconfigured: a schema, mapping, route or template is wrong.
        """
        formats = Catalog.load(sources.schemas)
        mappings = Mappings.load(sources.mappings, formats)
        return cls(
            sources.settings,
            Reader(formats, mappings),
            Routes.load(sources.mappings / "routes.toml").within(formats, mappings),
            handlers(),
            Templates.load(sources.templates),
        )


def handlers() -> Mapping[str, Handler]:
    """Return who decides on which kind of record; no kind has two deciders."""
    found: dict[str, Handler] = {}
    for partner in (case_core, cash, azr):
        for kind, handler in partner.HANDLERS.items():
            if kind in found:
                raise Misconfigured("handler_twice", f"Zwei Verarbeitungen für „{kind}“.")
            found[kind] = handler
    return found


@dataclass(frozen=True, slots=True)
class Mind:
    """Rules, knowledge and the time of this decision."""

    rules: Rules
    knows: Knowledge
    now_us: int

    def deadline_us(self, hours: float | None = None) -> int:
        """Return when a promise made now is overdue; ``hours`` where its route says so."""
        hours = hours or self.rules.settings.delivery.deadline_h
        return self.now_us + int(hours * 3_600_000_000)

    def tenant(self, tenant_id: str) -> Tenant:
        """Return one office."""
        return self.rules.settings.tenant(tenant_id)


def brought_attachments(message: Message) -> bool:
    """Tell whether a message may have brought attachments."""
    return message.attachments is None or message.attachments > 0


def keep(data: bytes) -> Kept:
    """Return bytes to be kept by whoever commits the decision."""
    return Kept(hashlib.sha256(data).hexdigest(), len(data), data)
