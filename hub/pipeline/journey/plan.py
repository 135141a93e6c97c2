"""A plan: everything one message leads to, ready to be committed. Data only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hub.core.message import Message
from hub.store.cases import Referred
from hub.store.clearing import ClearingCase
from hub.store.lanes import Promise
from hub.store.payloads import Kept
from hub.uvg.model import Case


@dataclass(frozen=True, slots=True)
class Milestone:
    """A journal entry that tells what happened to the message, in order."""

    action: str
    digest: str | None = None
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Part:
    """A message split from a batch."""

    message: Message
    reference: Referred | None = None
    """A number the batch taught us."""
    code: str | None = None
    """Why this record was refused, where only it was."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What the commit will write for one message."""

    message: Message
    """As understood: with partner, kind, case and business id."""
    state: str
    """``routed``, ``refused``, ``clearing`` or ``duplicate``."""
    schema: str = ""
    code: str | None = None
    case: Case | None = None
    business_key: str | None = None
    milestones: tuple[Milestone, ...] = ()
    promises: tuple[Promise, ...] = ()
    kept: tuple[Kept, ...] = ()
    clearings: tuple[ClearingCase, ...] = ()
    parts: tuple[Part, ...] = ()
    sequence: tuple[str, int] | None = None
    """Partner and number of a batch that came in."""
    holds_lane: bool = False
    """Whether later messages of the same case must wait for a human."""
