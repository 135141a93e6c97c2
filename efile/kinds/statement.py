"""What a document says of its file: how long it is kept, and who may see it.

It stands in the document's manifest, so that it is sealed with it, proven with it and found
again by a rebuild. Of two statements on the same event the one filed later counts.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

import msgspec
from msgspec import Struct


class HoldSet(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """From now on nothing of the file may be destroyed (*Löschsperre*)."""

    id: str
    reason: str
    since: date
    until: date | None = None
    """Last day; open where not given."""


class HoldLifted(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A hold ends; others stay."""

    id: str
    reason: str


class ArchiveAnswer(
    Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True
):
    """What the archive said when the file was offered to it (*Anbietung*)."""

    takes: bool
    since: date
    reason: str
    process: str = ""
    """Offer it answers; empty where somebody noted what the archive said otherwise."""


HandoverStep = Literal[
    "offered", "offer_received", "appraising", "delivered", "delivery_received", "taken", "refused"
]
"""Offered; arrived there; the archive wants to look closer; handed over; arrived; in the archive's
keeping; not taken in because of a fault."""


class Handover(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """A step on the file's way to the archive (*Aussonderung*)."""

    process: str
    """The offer, a UUID: all messages about it name it."""
    step: HandoverStep
    since: date
    said: str = ""
    """The archive's words: its name for the file, or why it did not take it."""
    contents: int = 0
    """With ``delivered``: documents handed over, notes aside."""
    digest: str = ""
    """With ``delivered``: SHA-256 of the package."""


class Competence(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Who works on the file (*Zuständigkeit*). Where a unit is named, nobody else sees it."""

    unit: str = ""
    persons: tuple[str, ...] = ()
    """Logins."""


class BlockSet(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Only the named persons see the file, or one document of it (*Sperrvermerk*)."""

    id: str
    ground: str
    """Stable word of the ground, e.g. ``entrusted``."""
    reason: str
    persons: tuple[str, ...]
    """Logins."""
    document: str = ""
    """Empty: the whole file."""


class BlockLifted(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A block ends; others stay."""

    id: str
    reason: str


class AccessSaid(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """What one document says of who may see what."""

    competence: Competence | None = None
    block: BlockSet | None = None
    unblocked: BlockLifted | None = None


class Statement(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """What one document says."""

    dates: dict[str, date | None] = {}
    """Day of each event; without a day, that it has not happened after all."""
    hold: HoldSet | None = None
    lifted: HoldLifted | None = None
    answer: ArchiveAnswer | None = None
    handover: Handover | None = None
    access: AccessSaid | None = None

    def content(self) -> dict[str, Any]:
        """Return it as plain JSON values."""
        plain: dict[str, Any] = msgspec.to_builtins(self)
        return plain


def read_statement(text: str | bytes) -> Statement:
    """Return what :meth:`Statement.content` was written from; unknown words are refused."""
    return msgspec.json.decode(text, type=Statement)
