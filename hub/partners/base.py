"""What every partner's handler looks like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import date

    from hub.core.message import Message
    from hub.core.record import Record
    from hub.core.settings import Tenant
    from hub.partners.outcome import Outcome
    from hub.uvg.model import Case


@dataclass(frozen=True, slots=True)
class Situation:
    """All a handler may look at beside the record. No clock, no database, no network."""

    message: Message
    tenant: Tenant
    case: Case | None
    """Current state; ``None`` when the hub does not know the case."""
    today: date
    """Calendar day of the office on which the message was accepted."""


class Handler(Protocol):
    """Decide what follows from one record.

    Raises:
        RuleViolation: the record contradicts the case or the law; the sender must act.
    """

    def __call__(self, record: Record, situation: Situation) -> Outcome:
        """Return the outcome; same input, same outcome."""
        ...
