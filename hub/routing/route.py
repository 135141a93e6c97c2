"""One route: how messages of one kind come in from, or go out to, one partner.

A route is data an administrator may change. What it says is checked when it is read, so
that a message on its way never meets a faulty one.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct

from hub.core.settings import Name

Kind = Annotated[str, Meta(pattern=r"^[A-Z][A-Za-z]+$")]
FormatName = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9]*/[A-Za-z]+-[0-9]+(\.[0-9]+)*$")]
MappingName = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9]*-to-[a-z][a-z0-9]*/[A-Za-z]+$")]

_SAMPLE = {"case_id": "UV-1", "id": "0", "office": "1", "sequence": 1}
"""All a file name may use."""


class _Route(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What both directions share."""

    partner: Name
    channel: Name
    """Folder of the office below ``inbox`` or ``outbox``; over HTTPS the answers' channel."""
    format: FormatName
    mapping: MappingName
    valid_from: date | None = None
    valid_to: date | None = None
    """Last day, inclusive."""

    def is_valid(self, on: date) -> bool:
        """Whether the route is in force on a day."""
        return (self.valid_from or date.min) <= on <= (self.valid_to or date.max)

    def meets(self, other: _Route) -> bool:
        """Whether both are in force on some common day."""
        begin = max(self.valid_from or date.min, other.valid_from or date.min)
        end = min(self.valid_to or date.max, other.valid_to or date.max)
        return begin <= end

    def _validity(self) -> str:
        begin = f" ab {self.valid_from:%d.%m.%Y}" if self.valid_from else ""
        end = f" bis {self.valid_to:%d.%m.%Y}" if self.valid_to else ""
        return f", gültig{begin}{end}" if begin or end else ""


class InRoute(_Route, frozen=True, kw_only=True):
    """How one format on one channel is understood."""

    kind: Kind
    """Kind of the message; of the file itself where it is split."""
    split: bool = False
    """Whether each record becomes a message of its own."""
    records: Literal["all_or_nothing", "per_record"] = "all_or_nothing"
    """Of a split table: whether one faulty row refuses the file or only itself."""
    case_key: str | None = None
    """Pattern whose one group finds the case number in the bytes without parsing them."""
    business_key: str | None = None
    """The same for the sender's message number."""
    answers: bool = False
    """Whether the sender gets a *Quittung*."""

    def __post_init__(self) -> None:
        """Check the patterns."""
        if self.records == "per_record" and not self.split:
            msg = "Nur was in Sätze geteilt wird (split), kann satzweise angenommen werden"
            raise ValueError(msg)
        for pattern in (self.case_key, self.business_key):
            if pattern is not None and _groups(pattern) != 1:
                msg = f"Das Muster „{pattern}“ braucht genau eine Gruppe"
                raise ValueError(msg)

    @property
    def why(self) -> str:
        """Say in German why a message takes this way."""
        return (
            f"{self.kind} von {self.partner}: Kanal {self.channel}, Format {self.format}"
            f"{self._validity()}; gelesen mit {self.mapping}"
        )


class OutRoute(_Route, frozen=True, kw_only=True):
    """How records of some kinds reach the partner that plays a role."""

    role: Literal["case_core", "cash", "register"]
    kinds: Annotated[tuple[Kind, ...], Meta(min_length=1)]
    door: Literal["folder", "https"]
    file_name: str = ""
    """Name in the outbox folder, with ``{case_id}`` and ``{id}``, or ``{office}`` and
    ``{sequence}`` for batches."""
    batch: bool = False
    """Whether records wait for each other and leave as one numbered file."""

    def __post_init__(self) -> None:
        """Check the file name."""
        if (self.door == "folder") != bool(self.file_name):
            msg = "Ein Ordner braucht einen Dateinamen (file_name), HTTPS hat keinen"
            raise ValueError(msg)
        if self.file_name and not _is_file_name(self.file_name):
            msg = f"Der Dateiname „{self.file_name}“ verwendet ein unbekanntes Feld oder Zeichen"
            raise ValueError(msg)
        if self.batch != ("{sequence" in self.file_name):
            msg = "Sammeldateien, und nur sie, tragen die Folgenummer {sequence} im Namen"
            raise ValueError(msg)

    @property
    def why(self) -> str:
        """Say in German why a record takes this way."""
        return (
            f"{', '.join(self.kinds)} an {self.partner} als {self.role}: Format {self.format}"
            f"{self._validity()}; geschrieben mit {self.mapping}"
        )


def _groups(pattern: str) -> int:
    try:
        return re.compile(pattern.encode()).groups
    except re.error as exc:
        msg = f"Das Muster „{pattern}“ ist fehlerhaft: {exc}"
        raise ValueError(msg) from exc


def _is_file_name(template: str) -> bool:
    try:
        name = template.format(**_SAMPLE)
    except (KeyError, ValueError, IndexError, AttributeError):
        return False
    return re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", name) is not None
