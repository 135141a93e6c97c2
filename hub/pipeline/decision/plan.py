"""A plan: everything one message leads to, ready to be committed. Data only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct, field

from hub.core.message import Message
from hub.pipeline.decision.knowledge import (
    Query,
    case_query,
    reference_query,
    seen_query,
    sequence_query,
)
from hub.store.cases import Referred
from hub.store.clearing import ClearingCase
from hub.store.inbox.attachments import Attachment
from hub.store.lanes import Promise
from hub.store.payloads import Kept
from hub.uvg.model import Case


class Milestone(Struct, frozen=True):
    """A journal entry that tells what happened to the message, in order."""

    action: str
    digest: str | None = None
    facts: Mapping[str, object] = field(default_factory=dict)


class Part(Struct, frozen=True):
    """A message split from a batch."""

    message: Message
    reference: Referred | None = None
    """A number the batch taught us."""
    code: str | None = None
    """Why this record was refused, where only it was."""
    attachments: tuple[Attachment, ...] = ()
    """What came with the batch and belongs to this record's case."""


class Plan(Struct, frozen=True):
    """What the commit will write for one message."""

    message: Message
    """As understood: with partner, kind, case and business id."""
    state: str
    """``routed``, ``refused``, ``clearing`` or ``duplicate``."""
    schema: str = ""
    code: str | None = None
    case: Case | None = None
    """As it stands afterwards, with the version it was loaded with.

    ``None`` also where the case changes again within the same run and nobody needs this state.
    """
    orders: tuple[str, ...] = ()
    """Numbers of the orders that are new in the case."""
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

    def teaches(self) -> Iterator[tuple[Query, object]]:
        """Return what later decisions of the same lane must know before it is committed."""
        message = self.message
        if self.case:
            yield case_query(message.tenant, self.case.case_id), self.case
        if self.business_key:
            query = seen_query(message, "business", self.business_key)
            yield query, (message.id, message.sha256)
        if self.sequence:
            partner, number = self.sequence
            yield sequence_query(message.tenant, partner), number
        for part in self.parts:
            if number_taught := part.reference:
                query = reference_query(message.tenant, number_taught.kind, number_taught.value)
                yield query, (number_taught.meaning.case_key, number_taught.meaning.cause)
