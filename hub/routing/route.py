"""One route: how messages of one kind come in from, or go out to, one partner.

A route is data an administrator may change. What it says is checked when it is read, so
that a message on its way never meets a faulty one.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import Annotated, Literal

from msgspec import Meta, Struct

from hub.core.settings import Name, RuleLevel
from hub.core.validity import Validity

Kind = Annotated[str, Meta(pattern=r"^[A-Z][A-Za-z]+$")]
FormatName = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9]*/[A-Za-z]+-[0-9]+(\.[0-9]+)*$")]
MappingName = Annotated[
    str, Meta(pattern=r"^[a-z][a-z0-9]*-to-[a-z][a-z0-9]*/[A-Za-z]+(-[0-9]+(\.[0-9]+)*)?$")
]

HEAD_BYTES = 65_536
"""What is taken from the bytes without parsing must stand this near to the beginning."""

_DAY = re.compile(rb"(?:(\d{4})-?(\d\d)-?(\d\d)|(\d\d)\.(\d\d)\.(\d{4}))")

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

    @property
    def validity(self) -> Validity:
        """The days the route is in force."""
        return Validity(self.valid_from, self.valid_to)

    def is_valid(self, on: date) -> bool:
        """Whether the route is in force on a day."""
        # Most are in force always, and every message asks every route of its channel.
        return self.valid_from is self.valid_to is None or self.validity.covers(on)

    def meets(self, other: _Route) -> bool:
        """Whether both are in force on some common day."""
        return self.validity.meets(other.validity)

    def _validity(self) -> str:
        words = str(self.validity)
        return f", gültig {words}" if words else ""


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
    date_key: str | None = None
    """The same for the day of the message, which then decides the version it is read with."""
    answers: bool | Literal["refusals"] = False
    """Whether the sender gets a *Quittung*: never, of every message, or only of what was not
    taken whole (refused, or some records of a table)."""

    levels: dict[str, RuleLevel] = {}
    """Business rules of the format graded anew on this way, by their id."""

    def tells(self, result: str) -> bool:
        """Whether the sender wants to hear of this result (``accepted``, ``refused``, …)."""
        return self.answers is True or (self.answers == "refusals" and result != "accepted")

    def __post_init__(self) -> None:
        """Check the patterns."""
        if self.records == "per_record" and not self.split:
            msg = "Nur was in Sätze geteilt wird (split), kann satzweise angenommen werden"
            raise ValueError(msg)
        for pattern in (self.case_key, self.business_key, self.date_key):
            if pattern is not None and _groups(pattern) != 1:
                msg = f"Das Muster „{pattern}“ braucht genau eine Gruppe"
                raise ValueError(msg)

    def day_of(self, data: bytes, accepted: date) -> date:
        """Return the day that decides whether this route is in force for a message.

        The day the message bears, where the route says how to find it; else, or when it bears
        none or one to come, the day of its acceptance.
        """
        match = _search(self.date_key, data) if self.date_key else None
        return min(_day(match[1]) or accepted, accepted) if match else accepted

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
    sidecar: Literal["sha256", "done", "none"] | None = None
    """What appears beside a file in the outbox, after it; ``sha256`` where nothing is said."""
    answers: bool | None = None
    """Over HTTPS: whether the partner answers in the same exchange (where nothing is said), or
    its receipt is all."""
    deadline_h: Annotated[float, Meta(gt=0, le=8760)] | None = None
    """Hours after which a delivery of these kinds becomes a clearing case."""

    def __post_init__(self) -> None:
        """Check the file name and what belongs to one door only."""
        if (self.door == "folder" and self.answers is not None) or (
            self.door == "https" and self.sidecar is not None
        ):
            msg = "answers gehört zu HTTPS, sidecar zu Ordnern"
            raise ValueError(msg)
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


def _day(text: bytes) -> date | None:
    """Return the day at the beginning of ``2026-11-22``, ``20261122`` or ``22.11.2026``."""
    match = _DAY.match(text)
    if match is None:
        return None
    parts = match.groups()
    year, month, day = parts[:3] if parts[0] else reversed(parts[3:])
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def cheap_key(data: bytes, pattern: str | None) -> str | None:
    """Return what a route's pattern finds near the beginning of the bytes, if it is ASCII."""
    match = _search(pattern, data) if pattern else None
    return match[1].decode() if match and match[1].isascii() else None


def _search(pattern: str, data: bytes) -> re.Match[bytes] | None:
    return _compiled(pattern).search(data, 0, HEAD_BYTES)


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[bytes]:
    """Every message is searched with the patterns of all routes of its channel."""
    return re.compile(pattern.encode())


def _groups(pattern: str) -> int:
    try:
        return _compiled(pattern).groups
    except re.error as exc:
        msg = f"Das Muster „{pattern}“ ist fehlerhaft: {exc}"
        raise ValueError(msg) from exc


def _is_file_name(template: str) -> bool:
    try:
        name = template.format(**_SAMPLE)
    except (KeyError, ValueError, IndexError, AttributeError):
        return False
    return re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", name) is not None
