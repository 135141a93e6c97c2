"""The front of a copy: whose file, who asked, what is in it, what is not, and on what ground."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from efile.inspection.plan import REDACT, Inspection, Mark
from efile.inspection.subjects import GROUNDS
from efile.model import AkteView, Document

_ZONE = ZoneInfo("Europe/Berlin")
Place = tuple[int, int]
"""Number of a part, and of a page behind its front."""
Lines = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Numbered:
    """Which part of how many."""

    number: int
    parts: int


def day_of(at_us: int) -> str:
    """Return the day of a time as people write it here."""
    return f"{datetime.fromtimestamp(at_us / 1e6, UTC).astimezone(_ZONE):%d.%m.%Y}"


def lines_of(
    one: Inspection, view: AkteView, begins: Mapping[str, Place], marks: Sequence[Mark],
    part: Numbered,
) -> Lines:  # fmt: skip
    """Return the lines; ``begins`` says where each document begins.

    Every part lists all documents. Their titles may name people: whoever sets the lines leaves
    the terms out.
    """
    lines: Lines = [
        {"text": "Akteneinsicht", "size": 22, "bold": True, "before": 40},
        {"text": f"Aktenzeichen {view.akte.aktenzeichen}", "size": 12, "before": 8},
        {"text": f"Für: {one.plan.asker.name}, {one.plan.asker.capacity}", "before": 8},
        {"text": f"Zweck: {one.plan.purpose}", "before": 2},
        {"text": f"Zusammengestellt am {day_of(one.changed_at_us)}", "before": 2},
        {"text": "Dokumente", "size": 14, "bold": True, "before": 20},
    ]  # fmt: skip
    if part.parts > 1:
        told = f"Teil {part.number} von {part.parts}"
        lines.insert(2, {"text": told, "size": 12, "bold": True, "before": 8})
    lines += _documents(one, view, begins, several=part.parts > 1)
    lines += _grounds(one, marks)
    return lines


def _documents(
    one: Inspection, view: AkteView, begins: Mapping[str, Place], *, several: bool
) -> Iterator[Any]:
    documents = {each.id: each for each in view.documents}
    for number, name in enumerate(one.plan.documents, 1):
        document = documents[name]
        withheld = one.plan.withheld.get(name)
        if withheld is not None:
            told = f"{number}. Dokument vom {day_of(document.received_at_us)}: zurückgehalten"
            yield {"text": told, "before": 6}
            yield {"text": f"Grund {withheld.ground}", "size": 9, "indent": 14}
        else:
            part, page = begins[name]
            where = {"part": part} if several else {}
            yield {"text": f"{number}. {_title(document)}", "page": page, "before": 6} | where


def _title(document: Document) -> str:
    return f"{document.title} ({document.doc_type}), {day_of(document.received_at_us)}"


def _grounds(one: Inspection, marks: Sequence[Mark]) -> Iterator[Any]:
    used = {each.ground for each in marks if each.state == REDACT}
    used |= {each.ground for each in one.plan.withheld.values()}
    if used:
        yield {"text": "Geschwärzt und zurückgehalten", "size": 14, "bold": True, "before": 20}
        yield {
            "text": "Der Buchstabe im schwarzen Feld nennt den Grund. Was geschwärzt ist, ist in"
            " dieser Kopie nicht mehr enthalten.", "before": 4,
        }  # fmt: skip
    for code in sorted(used):
        yield {"text": f"{code}: {GROUNDS[code]}", "before": 4}
