"""Messages the register writes: 090002, 090003, 090004, 090098 and 090099.

Only what a UV-Stelle may receive (§ 18d Abs. 2 AZRG) is written. Names of elements with a
namespace are made by ``_xa``, those without by ``_plain``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4
from xml.etree import ElementTree as ET  # written only here; reading is document.parse

from hub.simulators.azr.messages import (
    AZR_LISTS,
    BENEFIT,
    CHANNEL,
    DIRECTORY,
    NAMESPACE,
    NATIONALITY_LIST,
    SEX,
    STANDARD,
    VERSION,
)
from hub.simulators.azr.persons import Hit, Person, Residence
from hub.simulators.azr.records import Entry
from hub.simulators.azr.request import Head, Sender

ET.register_namespace("xa", NAMESPACE)
NATIONALITY_VERSION = "2024-08-01"
NAMES = {
    "090002": "VonAZR.AZRKeinTreffer.090002",
    "090003": "VonAZR.AZRTrefferliste.090003",
    "090004": "VonAZR.AZRGesamtauskunft.090004",
    "090098": "VonAZR.AZRBestaetigungMeldung.090098",
    "090099": "VonAZR.AZRFehlernachricht.090099",
}


@dataclass(frozen=True)
class TitleForm:
    """How a kind of residence title is written: code element, list and version, fields."""

    code: str
    code_list: str
    version: str
    ends: bool = False
    rated: bool = False


TITLES_BEFORE_BENEFITS = {
    "aufenthaltserlaubnis": TitleForm(
        "aufenthaltserlaubnisArt", "aufenthaltserlaubnis", "17", ends=True, rated=True
    ),
    "aufenthaltsgestattung": TitleForm("aufenthaltsgestattungArt", "aufenthaltsgestattung", "2"),
    "aufenthaltsrechtEU": TitleForm(
        "aufenthaltsrechtEUArt", "euaufenthaltsrecht", "6", ends=True, rated=True
    ),
    "aufenthaltsstatus": TitleForm("aufenthaltsstatusArt", "aufenthaltsstatus", "9", ends=True),
    "aktuelleDuldung": TitleForm("duldungArt", "artderduldung", "6", ends=True),
}
TITLES_AFTER_BENEFITS = {
    "niederlassungserlaubnis": TitleForm(
        "niederlassungserlaubnisArt", "niederlassungserlaubnis", "6", rated=True
    ),
}


@dataclass(frozen=True)
class Answer:
    """A message on its way out."""

    kind: str
    content: bytes


def reference_id(seed: str, version: int) -> str:
    """A reference id: seven characters of the fact, its version, one more character."""
    digest = hashlib.sha256(seed.encode()).hexdigest()
    last = hashlib.sha256(f"{seed}/{version}".encode()).hexdigest()[0]
    return f"{digest[:7]}{version}{last}"


def no_hit(head: Head) -> Answer:
    """090002."""
    return _message(head, "090002", [])


def hit_list(head: Head, hits: list[Hit]) -> Answer:
    """090003 with a rating per person."""
    listed = _xa("trefferliste", *map(_hit, hits))
    keepers = {hit.person.record_authority for hit in hits} - {""}
    return _message(head, "090003", [listed, *map(_keeper, sorted(keepers))])


def full_record(head: Head, person: Person, benefits: list[Entry], asked: str) -> Answer:
    """090004; ``asked`` is the number of the query, if it had one."""
    return _message(head, "090004", list(_record(person, benefits, asked)))


def confirmation(head: Head, azr_number: str, reference: str) -> Answer:
    """090098; the number only if the report used an outdated one, no reference after deletion."""
    body = []
    if azr_number:
        body.append(_xa("azrNummer", azr_number))
    if reference:
        name = "existenzsicherndeLeistung.referenz.id"
        body.append(_xa("sachverhalt", _xa(name, reference)))
    return _message(head, "090098", body)


def refusal(head: Head, key: str, text: str, attribute: str) -> Answer:
    """090099 with one fault."""
    parts = [_xa("fehlerschluessel", key), _xa("fehlertext", text)]
    if attribute:
        parts.append(_xa("fehlerhaftesAttribut", attribute))
    return _message(head, "090099", [_xa("fehlerfall", *parts)])


def _record(person: Person, benefits: list[Entry], asked: str) -> Iterator[ET.Element]:
    yield _xa("azrNummer", person.azr_number)
    if asked and asked != person.azr_number:
        yield _xa("alteAZRNummerDerAnfrage", asked)
    if person.record_authority:
        yield _xa("aktenfuehrendeBehoerde", person.record_authority)
    yield _basic_data(person)
    yield from _titles(person, TITLES_BEFORE_BENEFITS)
    yield from map(_benefit, benefits)
    yield from _titles(person, TITLES_AFTER_BENEFITS)
    yield from (_block(person, code) for code in person.blocks)
    if person.record_authority:
        yield _keeper(person.record_authority)


def _hit(hit: Hit) -> ET.Element:
    person = hit.person
    parts = [_xa("azrNummer", person.azr_number), _basic_data(person), _xa("weiterePersonalien")]
    rating = "G" if hit.equal else "A"
    parts.append(_code(_xa("trefferbewertung"), AZR_LISTS + "trefferkategorie", "2", rating))
    if person.record_authority:
        parts.append(_xa("aktenfuehrendeBehoerde", person.record_authority))
    parts.extend(_block(person, code) for code in person.blocks)
    parts.append(_code(_xa("personalienArt"), AZR_LISTS + "artpersonalie", "1", "01"))
    return _xa("trefferPersonaliensuche", *parts)


def _basic_data(person: Person) -> ET.Element:
    parts = [_xa("familienname", _name(person.family_name))]
    if person.birth_name:
        parts.append(_xa("geburtsname", _name(person.birth_name)))
    parts += [_xa("vorname", _name(person.given_names)), _birth(person)]
    sex = [_code(_xa("geschlecht"), SEX.uri, SEX.version, person.sex)] if person.sex else []
    parts.append(_xa("geschlecht", *sex))
    parts.extend(_xa("staatsangehoerigkeit", _state(code)) for code in person.nationality)
    parts.append(_xa("referenz.id", reference_id(f"{person.azr_number}/person", 0)))
    return _xa("grundpersonalien", *parts)


def _birth(person: Person) -> ET.Element:
    place = person.birth_place
    known = _xa("ort", place) if place else _xa("unbekannt", "true")
    return _xa(
        "geburtsangaben",
        _xa("geburtsort", known),
        _xa("geburtsortStaat", _state(person.birth_country)),
        _xa("tagDerGeburt", _birthday(person.birth)),
    )


def _birthday(birth: str) -> ET.Element:
    if not birth:
        return _plain("unbekannt", "true")
    name = ("jahr", "jahrMonat", "jahrMonatTag")[birth.count("-")]
    return _plain("teilbekanntesDatum", _plain(name, birth))


def _titles(person: Person, forms: dict[str, TitleForm]) -> Iterator[ET.Element]:
    for kind, form in forms.items():
        if person.residence is not None and person.residence.kind == kind:
            yield _title(person, person.residence, form)


def _title(person: Person, title: Residence, form: TitleForm) -> ET.Element:
    parts = [_code(_xa(form.code), AZR_LISTS + form.code_list, form.version, title.code)]
    if title.since:
        parts.append(_xa("ereignisdatum", title.since))
    if form.ends and title.until:
        parts.append(_xa("befristungsdatum", title.until))
    if form.rated:
        parts.append(_xa("gueltig", "true"))
    parts.append(_xa("referenz.id", reference_id(f"{person.azr_number}/title", 0)))
    return _xa(title.kind, *parts)


def _benefit(entry: Entry) -> ET.Element:
    parts = [_code(_xa("leistungArt"), BENEFIT.uri, BENEFIT.version, entry.kind)]
    parts.append(_xa("leistungsbeginn", entry.begin))
    if entry.end:
        parts.append(_xa("leistungsende", entry.end))
    parts.append(_xa("meldendeBehoerde", entry.authority))
    if entry.file_reference:
        parts.append(_xa("aktenzeichenMeldendeBehoerde", entry.file_reference))
    parts += [_xa("letzteAenderung", entry.changed), _xa("referenz.id", entry.reference)]
    return _xa("existenzsicherndeLeistung", *parts)


def _block(person: Person, code: str) -> ET.Element:
    kind = _code(_xa("uebermittlungssperreArt"), AZR_LISTS + "uebermittlungssperre", "4", code)
    reference = reference_id(f"{person.azr_number}/block/{code}", 0)
    return _xa("uebermittlungssperre", kind, _xa("referenz.id", reference))


def _keeper(authority: str) -> ET.Element:
    return _xa("behoerdendaten", _xa("behoerdenkennzeichen", authority))


def _message(head: Head, kind: str, body: list[ET.Element]) -> Answer:
    root = _xa(NAMES[kind], _head(head, kind), _own_address(), *body)
    root.set("produkt", "AZR-Simulator")
    root.set("produkthersteller", "Simulator")
    root.set("standard", STANDARD)
    root.set("version", VERSION)
    if head.test is not None:
        root.set("test", head.test)
    return Answer(kind, ET.tostring(root, encoding="UTF-8", xml_declaration=True))


def _head(head: Head, kind: str) -> ET.Element:
    moment = datetime.now().astimezone().isoformat(timespec="milliseconds")
    kind_code = _code(
        _plain("nachrichtentyp"), "urn:de:xauslaender:codelist:nachrichtentyp", "19", kind
    )
    identification = _plain(
        "identifikation.nachricht",
        _plain("nachrichtenUUID", str(uuid4())),
        kind_code,
        _plain("erstellungszeitpunkt", moment),
    )
    own = Sender(head.reader, "Ausländerzentralregister (Simulator)")
    return _plain(
        "nachrichtenkopf.g2g",
        identification,
        _plain("leser", *_office(head.sender)),
        _plain("autor", *_office(own), _contact()),
    )


def _office(office: Sender) -> list[ET.Element]:
    directory = _code(_plain("verzeichnisdienst"), DIRECTORY.uri, DIRECTORY.version, "DVDV")
    return [directory, _plain("kennung", office.address), _plain("name", office.name)]


def _contact() -> ET.Element:
    channel = _code(_plain("kanal"), CHANNEL.uri, CHANNEL.version, "01")
    return _plain("erreichbarkeit", channel, _plain("kennung", "azr@example.invalid"))


def _own_address() -> ET.Element:
    box = _plain(
        "postfach",
        _plain("postfach", "00 00 00"),
        _plain("wohnort", "Köln"),
        _plain("postleitzahl", "50728"),
    )
    return _plain("anschrift.autor", box)


def _name(name: str) -> ET.Element:
    return _plain("name", name) if name else _plain("nichtVorhanden", "true")


def _state(code: str) -> ET.Element:
    return _code(_xa("staatsangehoerigkeit"), NATIONALITY_LIST, NATIONALITY_VERSION, code)


def _code(element: ET.Element, uri: str, version: str, code: str) -> ET.Element:
    element.set("listURI", uri)
    element.set("listVersionID", version)
    element.append(_plain("code", code))
    return element


def _xa(name: str, *content: ET.Element | str) -> ET.Element:
    return _plain(f"{{{NAMESPACE}}}{name}", *content)


def _plain(tag: str, *content: ET.Element | str) -> ET.Element:
    element = ET.Element(tag)
    for part in content:
        if isinstance(part, str):
            element.text = part
        else:
            element.append(part)
    return element
