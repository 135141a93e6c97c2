"""What was decisive in a case, from data that is there: documents by type, and the case."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from efile import TypeSeen
from hub.core.clock import local_date
from hub.core.money import format_german
from hub.uvg.model import Case

_OF_TYPES = (
    ("Antrag", ("antrag",)),
    ("Anhörung", ("anhörung",)),
    ("Inverzugsetzung", ("inverzug", "rechtswahrung", "verzug")),
    ("Bewilligung", ("bewilligung",)),
    ("Ablehnung", ("ablehnung",)),
    ("Änderung", ("änderungsbescheid",)),
    ("Einstellung", ("einstellung",)),
    ("Rückforderung", ("rückforderung", "ersatzbescheid")),
    ("Widerspruch", ("widerspruch",)),
    ("Klage", ("klage",)),
)
"""Milestones, and how the types of documents begin or go on that stand for them."""


@dataclass(frozen=True, slots=True)
class Milestone:
    """One line of the strip above the timeline."""

    day: date
    name: str
    said: str = ""
    document: str = ""
    """The document that shows it, if there is one."""


def milestones(types: Iterable[TypeSeen], case: Case | None) -> list[Milestone]:
    """Return what is known, in the order of days."""
    found = [one for seen in types if (one := _of_type(seen))]
    found += _of_case(case) if case else []
    first: dict[str, Milestone] = {}
    for one in sorted(found, key=lambda one: (one.day, one.name)):
        first.setdefault(one.name, one)
    return list(first.values())


def _of_type(seen: TypeSeen) -> Milestone | None:
    doc_type = seen.first.doc_type.lower()
    for name, signs in _OF_TYPES:
        if any(sign in doc_type for sign in signs):
            more = f"{seen.documents} Dokumente" if seen.documents > 1 else ""
            return Milestone(local_date(seen.first.received_at_us), name, more, seen.first.id)
    return None


def _of_case(case: Case) -> Iterable[Milestone]:
    for period in case.periods:
        amount = f"{format_german(period.amount_cents)} € monatlich"
        yield Milestone(period.begin, "Leistung ab", amount)
        break
    payments = [one for one in case.orders if one.begin and not one.changes]
    for payment in payments[:1]:
        if payment.begin:
            amount = f"{format_german(payment.amount_cents)} € angeordnet"
            yield Milestone(payment.begin, "Erste Zahlung", amount)
    if case.periods and case.periods[-1].end:
        yield Milestone(case.periods[-1].end, "Leistung bis")
