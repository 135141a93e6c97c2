"""The notes (*Vermerke*) by which people tell a file what its retention depends on.

Each is a document of the file: filed, sealed, proven and found again like any other, so that
who said what, when and why stands where everybody looks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from efile.errors import InvalidRequest
from efile.index.keeping import NOTE
from efile.integrity.digest import canonical_json
from efile.kinds.statement import Statement
from efile.model import Akte, FilingRequest, Part

VORGANG = "Aktenführung"
"""Matter of everything that concerns the file itself."""
EARLIEST, LATEST = date(1850, 1, 1), date(2200, 12, 31)
"""Days beyond these are typing mistakes."""
_LONGEST = 500
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Author:
    """Who says something, when, and under which name nobody else says anything."""

    name: str
    at_us: int
    key: str
    """The same word with the same key is said once."""


def note(
    akte: Akte, title: str, content: Mapping[str, str], statement: Statement | None, by: Author
) -> FilingRequest:
    """Return the request to file a note.

    A note that says nothing of retention opens its file: it does not share an object, so that
    storage itself refuses a second opening.
    """
    data = canonical_json({"Vermerk": {**content, "Von": by.name}})
    return FilingRequest(
        tenant=akte.tenant,
        aktenzeichen=akte.aktenzeichen,
        akte_title=akte.title,
        aktenplan=akte.aktenplan,
        vorgang=VORGANG,
        title=title,
        doc_type=NOTE,
        document_key=by.key,
        source_id="",
        direction="internal",
        received_at_us=by.at_us,
        filed_at_us=by.at_us,
        actor=by.name,
        parts=(Part("original", "Vermerk.json", "application/json", data),),
        packable=statement is not None,
        kind=akte.kind,
        retention=statement,
    )


def checked_text(text: str, field: str) -> str:
    """Return a reason or a name without blanks around it.

    Raises:
        InvalidRequest: it says nothing, or too much.
    """
    if not text.strip() or len(text) > _LONGEST or _CONTROL.search(text):
        raise InvalidRequest(
            "retention_text_invalid",
            "Grund oder Name fehlt, ist zu lang oder enthält Steuerzeichen.",
            remedy="Die genannte Angabe mit höchstens 500 Zeichen in einer Zeile machen.",
            place=field,
        )
    return text.strip()


def checked_day(day: date, field: str) -> date:
    """Return a day that can be meant.

    Raises:
        InvalidRequest: it lies too far away.
    """
    if not EARLIEST <= day <= LATEST:
        raise InvalidRequest(
            "retention_day_unlikely",
            "Dieser Tag liegt zu weit zurück oder zu weit voraus.",
            remedy="Den Tag prüfen; möglich sind die Jahre 1850 bis 2200.",
            place=field,
        )
    return day
