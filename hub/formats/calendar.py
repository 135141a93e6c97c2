"""Do the versions of each kind follow one another without gap, and what ends soon?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import combinations

from hub.core.findings import Finding, Level
from hub.core.validity import Validity, gaps, last_day

NOTICE_DAYS = 90
"""A standard's next version is published half a year ahead; three months are left to act."""

Marks = Mapping[str, frozenset[str]]
"""By format: what its messages are recognised by."""


def check_calendar(
    spans: Mapping[str, Validity], marks: Marks, today: date | None
) -> Iterator[Finding]:
    """Yield gaps, versions nobody can tell apart, and ends without a successor.

    Args:
        spans: by format, the days it is in force.
        marks: by format, what its messages are recognised by.
        today: without it nothing is said about what ends soon.
    """
    kinds: dict[str, dict[str, Validity]] = {}
    for name, span in spans.items():
        kinds.setdefault(name.rsplit("-", 1)[0], {})[name] = span
    for kind, versions in kinds.items():
        yield from _gaps(kind, versions)
        yield from _overlaps(versions, marks)
        if today is not None:
            yield from _ending(kind, versions, today)


def _gaps(kind: str, versions: Mapping[str, Validity]) -> Iterator[Finding]:
    for gap in gaps(list(versions.values())):
        yield Finding("validity_gap", f"Keine Fassung gilt {gap}.", Level.WARNING, path=kind)


def _overlaps(versions: Mapping[str, Validity], marks: Marks) -> Iterator[Finding]:
    for one, other in combinations(versions, 2):
        shared = versions[one].within(versions[other])
        if not shared.is_empty() and marks.get(one, frozenset()) & marks.get(other, frozenset()):
            message = (
                f"{one} und {other} gelten zugleich ({shared}) und sind an ihrem Anfang nicht zu "
                "unterscheiden."
            )
            yield Finding("validity_overlaps", message, path=other)


def _ending(kind: str, versions: Mapping[str, Validity], today: date) -> Iterator[Finding]:
    end = last_day(list(versions.values()))
    if end is None or end > today + timedelta(days=NOTICE_DAYS):
        return
    if end < today:
        message = f"Seit dem {end:%d.%m.%Y} gilt keine Fassung mehr."
        yield Finding("validity_over", message, path=kind)
        return
    message = f"Nach dem {end:%d.%m.%Y} gilt keine Fassung mehr; die nächste einspielen."
    yield Finding("validity_ends", message, Level.WARNING, path=kind)
