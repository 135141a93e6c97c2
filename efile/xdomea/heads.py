"""The head of a message (*Kopf*): which process, which kind, when, from whom to whom."""

from __future__ import annotations

import re
from dataclasses import dataclass

from efile.xdomea import names
from efile.xdomea.elements import Element, coded, element, text, time_of
from efile.xdomea.names import Kind


@dataclass(frozen=True, slots=True)
class Parties:
    """Who writes to whom; names as people know them."""

    sender: str
    receiver: str
    product: str = ""
    """Program that writes."""


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a message."""

    kind: Kind
    process: str
    """UUID that all messages of an offer share."""
    at_us: int
    parties: Parties

    @property
    def moment(self) -> tuple[int, int, int, int, int, int]:
        """When the message was made, UTC, as ZIP files have it."""
        year, month, day, hour, minute, second = map(int, re.findall(r"\d+", time_of(self.at_us)))
        return max(year, 1980), month, day, hour, minute, second


def head(head: Head) -> Element:
    """Return the element *Kopf*."""
    system = text("Produktname", head.parties.product)
    return element(
        "Kopf",
        element("ProzessID", head.process),
        coded("Nachrichtentyp", head.kind.code, "nachrichtentyp", "2.0"),
        element("Erstellungszeitpunkt", time_of(head.at_us)),
        _contact("Absender", head.parties.sender),
        _contact("Empfaenger", head.parties.receiver),
        element("SendendesSystem", system) if system is not None else None,
        *_wishes(head.kind),
    )


def _contact(name: str, institution: str) -> Element:
    return element(name, element("Institution", element("Name", institution)))


def _wishes(kind: Kind) -> list[Element]:
    """Return what the sender wants to be told."""
    if kind == names.DELIVERY:
        return [
            element("Importbestaetigung", "1"),
            element("RueckmeldungArchivkennung", "1"),
            element("Empfangsbestaetigung", "1"),
        ]
    if kind == names.OFFER:
        return [element("Empfangsbestaetigung", "1")]
    return []
