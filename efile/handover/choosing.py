"""Which files are to be offered, in which offers, and what an offer says of them.

Within a process xdomea 3 has one message of each kind, so a delivery cannot be split. What would
make too large a package is therefore offered in several offers from the start.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from efile.index.offers import Extent
from efile.kinds.catalog import FileKind
from efile.retention.room import Outlook
from efile.xdomea.elements import day_of
from efile.xdomea.records import Record, last_day

_OPEN = frozenset({"offered", "appraising", "wanted", "delivered", "refused"})
"""The archive, or we, have something to do with such an offer."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How large an offer may become; a file that is larger makes one of its own."""

    files: int = 500
    bytes: int = 2_000_000_000


def is_to_be_offered(outlook: Outlook) -> bool:
    """Tell whether a file is to be offered to the archive and is not being offered."""
    decision, standing = outlook.decision, outlook.standing
    if decision.state != "offer" or decision.day is None:
        return False
    if standing.answer is not None and standing.answer.since >= decision.day:
        return standing.late
    offer = standing.offer
    asked = offer is not None and offer.since >= decision.day and offer.state in _OPEN
    return standing.late or not asked


def batches(
    chosen: Iterable[Outlook], extents: Mapping[str, Extent], bounds: Bounds
) -> Iterator[list[Outlook]]:
    """Yield files that are offered together."""
    held: list[Outlook] = []
    size = 0
    for one in chosen:
        extent = extents.get(one.akte.id)
        own = extent.bytes if extent else 0
        if held and (len(held) >= bounds.files or size + own > bounds.bytes):
            yield held
            held, size = [], 0
        held.append(one)
        size += own
    if held:
        yield held


def record_of(
    outlook: Outlook, kind: FileKind | None, extent: Extent | None, *, titles: bool
) -> Record | None:
    """Return what the archive is told of a file; none if nobody can say how long it is kept."""
    decision, akte = outlook.decision, outlook.akte
    if decision.day is None or decision.rule is None:
        return None
    begun = day_of(extent.begun_us if extent else akte.opened_at_us)
    last = day_of(extent.last_us if extent else akte.opened_at_us)
    name = kind.name if kind else akte.kind
    return Record(
        akte=akte,
        title=akte.title if titles else name,
        kind=name,
        years=sum(decision.rule.years),
        ends=last_day(decision.day),
        closed=_closed(decision.rule.events, outlook.standing.days),
        begun=min(begun, last),
        last=last,
        remark=_remark(extent),
    )


def _closed(events: Sequence[str], days: Mapping[str, date]) -> date | None:
    return max((days[event] for event in events if event in days), default=None)


def _remark(extent: Extent | None) -> str:
    number = extent.documents if extent else 0
    return f"{number} Dokument" if number == 1 else f"{number} Dokumente"
