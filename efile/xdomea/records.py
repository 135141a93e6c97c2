"""Files, matters and documents as xdomea tells them.

An offer names files without what is in them; a delivery tells everything. Contents lie beside
the message, each under a UUID that follows from its document and never changes.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import PurePath

from efile.kinds.subfiles import Subfile
from efile.model import Akte, AkteView, Document, DocumentPart
from efile.objects import layout
from efile.proof.naming import plain
from efile.xdomea.elements import Element, coded, day_of, element, text, time_of

_NAMESPACE = uuid.UUID("0b6f3c5a-7d0e-5a9b-8a55-c9a1f27be1d4")
_ELECTRONIC, _OTHER_FORMAT = "001", "100"
_SUFFIX = re.compile(r"\.[a-z0-9]{1,10}")
_MOST_YEARS = 65_535
"""The standard counts years in two bytes."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that was noted in a file."""

    actor: str
    at_us: int
    what: str


@dataclass(frozen=True, slots=True)
class Record:
    """A file and what its archive must know of it."""

    akte: Akte
    title: str
    """What it is about; in an offer it need not name anybody."""
    kind: str
    """Kind of file, for people."""
    years: int
    """How long the law keeps it."""
    ends: date
    """Last day it had to be kept."""
    closed: date | None
    """Day that began the period."""
    begun: date
    last: date
    """Days of its first and its last document."""
    remark: str = ""


def offered(record: Record) -> Element:
    """Return a file as an offer names it: nothing of what is in it."""
    return element(
        "Akte", *_begin(record, "B"), _closed(record), _closed_on(record)
    )  # fmt: skip


def delivered(record: Record, view: AkteView, history: Sequence[Event]) -> Element:
    """Return a file with its parts, matters, documents and history."""
    return element(
        "Akte",
        *_begin(record, "A"),
        *map(_event, history),
        element("Akteninhalt", *_inside(record, view)),
        _closed(record),
        _closed_on(record),
    )


def _begin(record: Record, appraisal: str) -> Iterable[Element | None]:
    akte = record.akte
    number, _, name = akte.aktenplan.partition(" ")
    yield _identity(akte.id)
    yield element(
        "AllgemeineMetadaten",
        text("Betreff", record.title),
        text("Kennzeichen", akte.aktenzeichen),
        text("Bemerkung", record.remark),
        _medium(),
        element("Aktenplaneinheit", text("Kennzeichen", number), text("BetreffKurz", name)),
    )
    years = min(record.years, _MOST_YEARS)
    yield element(
        "ArchivspezifischeMetadaten",
        element("Aufbewahrungsdauer", element("AnzahlJahre", str(years))),
        _appraisal(appraisal),
        element("Aufbewahrungsende", record.ends.isoformat()),
    )
    yield text("Typ", record.kind)
    yield _span(record.begun, record.last)


def _closed(record: Record) -> Element | None:
    return element("ZdA", "1") if record.closed else None


def _closed_on(record: Record) -> Element | None:
    return element("ZdADatum", record.closed.isoformat()) if record.closed else None


def _event(event: Event) -> Element:
    return element(
        "HistorienProtokollInformation",
        element("Akteur", event.actor),
        element("DatumUhrzeit", time_of(event.at_us)),
        element("Aktion", event.what),
    )


def _inside(record: Record, view: AkteView) -> Iterable[Element]:
    """Return the matters of the file itself in the order of their first documents, then parts."""
    of_matter = {one.id: one.subfile for one in view.vorgaenge}
    groups: dict[Subfile | None, dict[str, list[Document]]] = {
        subfile: {} for subfile in (None, *of_matter.values())
    }
    for each in view.documents:
        groups[of_matter[each.vorgang_id]].setdefault(each.vorgang_id, []).append(each)
    yield from _matters(groups[None])
    parts = [(subfile, held) for subfile, held in groups.items() if subfile and held]
    for number, (subfile, held) in enumerate(parts, 1):
        yield _subfile(number, record, subfile, held)


def _subfile(
    number: int, record: Record, subfile: Subfile, held: Mapping[str, Sequence[Document]]
) -> Element:
    """Return a part of a file (*Teilakte*)."""
    days = [day_of(each.filed_at_us) for documents in held.values() for each in documents]
    return element(
        "Teilakte",
        _identity(layout.subfile_id(record.akte.id, subfile.id), number),
        element("AllgemeineMetadaten", text("Betreff", subfile.name), _medium()),
        element("ArchivspezifischeMetadaten", _appraisal("A")),
        _span(min(days), max(days)),
        element("Akteninhalt", *_matters(held)),
    )


def _matters(held: Mapping[str, Sequence[Document]]) -> list[Element]:
    return [_matter(number, documents) for number, documents in enumerate(held.values(), 1)]


def _matter(number: int, documents: Sequence[Document]) -> Element:
    days = [day_of(each.filed_at_us) for each in documents]
    return element(
        "Vorgang",
        _identity(documents[0].vorgang_id, number),
        element("AllgemeineMetadaten", text("Betreff", documents[0].vorgang), _medium()),
        element("ArchivspezifischeMetadaten", _appraisal("A")),
        _span(min(days), max(days)),
        *(_document(place, each) for place, each in enumerate(documents, 1)),
    )


def _document(number: int, document: Document) -> Element:
    received, filed = day_of(document.received_at_us), day_of(document.filed_at_us)
    main, hung = forms(document)
    return element(
        "Dokument",
        _identity(document.id, number),
        element("AllgemeineMetadaten", text("Betreff", document.title), _medium()),
        element("Posteingangsdatum", received.isoformat()) if document.direction == "in" else None,
        element("Postausgangsdatum", filed.isoformat()) if document.direction == "out" else None,
        text("Bearbeiter", document.actor),
        text("Typ", document.doc_type),
        _version(document, main),
        *(_enclosure(place, document, part) for place, part in enumerate(hung, 1)),
    )


def forms(document: Document) -> tuple[list[DocumentPart], list[DocumentPart]]:
    """Return the forms a document has, the original first, and what hangs on it."""
    leading = next((p for p in document.parts if p.role == "original"), document.parts[0])
    main = [leading, *(p for p in document.parts if p.role == "rendition" and p is not leading)]
    return main, [part for part in document.parts if part not in main]


def _enclosure(number: int, document: Document, part: DocumentPart) -> Element:
    return element(
        "Anlage",
        _identity(_derived(document, part, "anlage")),
        element("AllgemeineMetadaten", text("Betreff", part.name), _medium()),
        _version(document, [part]),
        element("Nummer", str(number)),
    )


def _version(document: Document, parts: Sequence[DocumentPart]) -> Element:
    return element(
        "Version",
        element("Nummer", str(document.version)),
        *(_format(document, part) for part in parts),
    )


def _format(document: Document, part: DocumentPart) -> Element:
    code = coded("Name", _OTHER_FORMAT, "dateiformat", "2.0")
    return element(
        "Format",
        code,
        element("SonstigerName", part.mime),
        element("Version", ""),
        element(
            "Primaerdokument",
            element("Dateiname", file_name(document, part)),
            text("DateinameOriginal", part.name),
            element("DatumUhrzeit", time_of(document.filed_at_us)),
        ),
    )


def file_name(document: Document, part: DocumentPart) -> str:
    """Return how the file with this content is called in the package: it names nobody."""
    suffix = PurePath(plain(part.name)).suffix.lower()
    found = suffix if _SUFFIX.fullmatch(suffix) else ""
    return f"{_derived(document, part, 'datei')}{found}"


def _derived(document: Document, part: DocumentPart, use: str) -> str:
    return str(uuid.uuid5(_NAMESPACE, f"{use}|{document.tenant}|{document.id}|{part.position}"))


def _identity(name: str, number: int | None = None) -> Element:
    place = None if number is None else str(number)
    return element(
        "Identifikation",
        element("ID", name),
        element("NummerImUebergeordnetenContainer", place) if place else None,
    )


def _medium() -> Element:
    return coded("Medium", _ELECTRONIC, "medium", "1.0")


def _appraisal(code: str) -> Element:
    inner = coded("Aussonderungsart", code, "aussonderungsart", "1.0")
    return element("Aussonderungsart", inner)


def _span(begin: date, end: date) -> Element:
    return element(
        "Laufzeit", element("Beginn", begin.isoformat()), element("Ende", end.isoformat())
    )


def last_day(first_free: date) -> date:
    """Return the last day a file had to be kept, given the first on which it need not be."""
    return first_free - timedelta(days=1)
