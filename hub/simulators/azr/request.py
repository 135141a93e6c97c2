"""What a checked message asks of the register: a query or a report, with its head."""

from __future__ import annotations

from dataclasses import dataclass

from hub.simulators.azr.document import Node
from hub.simulators.azr.messages import check_message
from hub.simulators.azr.persons import Search

QUERY_KIND = "090001"
GENERAL_PROFILE = "N"


@dataclass(frozen=True)
class Sender:
    """Who wrote the message: directory id and name, answered to under the same."""

    address: str
    name: str


@dataclass(frozen=True)
class Head:
    """Facts every message to the register carries."""

    kind: str
    message_id: str
    reader: str
    sender: Sender
    clerk: str
    authority: str
    test: str | None


@dataclass(frozen=True)
class Query:
    """090001: by number or by personal data; both ``None`` means a way not offered here."""

    purpose: str
    azr_number: str | None
    search: Search | None
    profile: str


@dataclass(frozen=True)
class Interval:
    """The benefit facts of a report; ``end`` empty: open."""

    kind: str
    begin: str
    end: str
    file_reference: str


@dataclass(frozen=True)
class Report:
    """090010: one change to one benefit; ``change`` empty when the message holds no fact."""

    azr_number: str | None
    change: str
    reference: str | None
    interval: Interval | None


@dataclass(frozen=True)
class Request:
    """A message the register processes."""

    head: Head
    body: Query | Report


def read_request(root: Node) -> Request:
    """Check a parsed message and read it; raises ``Invalid``."""
    head = _read_head(root, check_message(root))
    body = _read_query(root) if head.kind == QUERY_KIND else _read_report(root)
    return Request(head, body)


def _read_head(root: Node, kind: str) -> Head:
    top = "nachrichtenkopf.g2g"
    return Head(
        kind=kind,
        message_id=root.text_at(top, "identifikation.nachricht", "nachrichtenUUID").lower(),
        reader=root.text_at(top, "leser", "kennung"),
        sender=Sender(root.text_at(top, "autor", "kennung"), root.text_at(top, "autor", "name")),
        clerk=root.text_at("durchfuehrenderSachbearbeiter"),
        authority=root.text_at("durchfuehrendeBehoerde"),
        test=root.attributes.get("test"),
    )


def _read_query(root: Node) -> Query:
    person = root.find("anfrageAZR", "grundpersonalien")
    return Query(
        purpose=root.text_at("abrufzweck", "code"),
        azr_number=root.value("anfrageAZR", "azrNummer"),
        search=None if person is None else _read_search(person),
        profile=GENERAL_PROFILE if person is None else person.text_at("suchprofil", "code"),
    )


def _read_search(person: Node) -> Search:
    states = (node for node in person.children if node.local == "staatsangehoerigkeit")
    birth = person.find("geburtsangaben", "tagDerGeburt", "teilbekanntesDatum")
    return Search(
        family_name=person.value("familienname", "name") or "",
        given_names=person.value("vorname", "name") or "",
        birth="" if birth is None else birth.children[0].text.strip(),
        sex=person.value("geschlecht", "geschlecht", "code") or "",
        nationality=tuple(state.text_at("staatsangehoerigkeit", "code") for state in states),
    )


def _read_report(root: Node) -> Report:
    fact = root.find("sachverhalt", "existenzsicherndeLeistung")
    number = root.value("azrNummer")
    if fact is None:
        return Report(number, "", None, None)
    facts = fact.find("existenzsicherndeLeistung.fachdaten.neu")
    return Report(
        azr_number=number,
        change=fact.text_at("aenderungsArt", "code"),
        reference=fact.value("referenz.id"),
        interval=None if facts is None else _read_interval(facts),
    )


def _read_interval(facts: Node) -> Interval:
    return Interval(
        kind=facts.text_at("leistungArt", "code"),
        begin=facts.text_at("leistungsbeginn"),
        end=facts.value("leistungsende") or "",
        file_reference=facts.value("aktenzeichenMeldendeBehoerde") or "",
    )
