"""What handling a record yields: data only. Nothing here acts.

The commit turns an outcome into one transaction: case state, journal and promises.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.core.record import Record
    from hub.uvg.model import Case


class Role(StrEnum):
    """Whom a message is for; the tenant's configuration names the partner."""

    CASE_CORE = "case_core"
    CASH = "cash"
    REGISTER = "register"


@dataclass(frozen=True, slots=True)
class Send:
    """Bring a record to the partner that plays a role for this tenant."""

    role: Role
    record: Record
    ref: str
    """Names this act within its message; with the message id it makes the promise's id."""


@dataclass(frozen=True, slots=True)
class Letter:
    """Render a letter and file it."""

    template: str
    """Template name, for example ``bewilligungsbescheid``."""
    fields: Mapping[str, Any]
    title: str
    vorgang: str
    ref: str


@dataclass(frozen=True, slots=True)
class Filing:
    """Put a document into the e-file of the case."""

    title: str
    doc_type: str
    """Stable German word, for example ``Bescheid`` or ``Auszahlungsanordnung``."""
    vorgang: str
    """Title of the *Vorgang* it belongs to; opened when it does not exist."""
    ref: str
    record: Record | None = None
    """The record to file; the incoming message itself when ``None``."""


@dataclass(frozen=True, slots=True)
class Clearing:
    """A clearing case (*Klärfall*): a human must decide."""

    code: str
    """Stable English word, listed in ``docs/errors.md``."""
    message: str
    """German sentence: what happened. No personal data."""
    remedy: str
    facts: Mapping[str, str] = field(default_factory=dict)
    """Facts the clerk needs, for example amount and payer. Kept in the database only."""


@dataclass(frozen=True, slots=True)
class Note:
    """A milestone for the case's parcel tracking (*Paketverfolgung*)."""

    what: str
    """Stable action word of the journal, for example ``soll_confirmed``."""
    text: str
    """Short German text shown in the timeline. No personal data."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything that follows from one record."""

    case: Case | None = None
    """New state of the case; unchanged when ``None``."""
    sends: tuple[Send, ...] = ()
    letters: tuple[Letter, ...] = ()
    filings: tuple[Filing, ...] = ()
    clearings: tuple[Clearing, ...] = ()
    notes: tuple[Note, ...] = ()
