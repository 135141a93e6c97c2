"""Structure of the two messages the register takes: query 090001 and report 090010.

Transcribed by hand from the element trees of XAusländer 26.11. Not taken, although the standard
knows them: facts other than ``existenzsicherndeLeistung`` in a report.
"""

from __future__ import annotations

import re
from datetime import date

from hub.simulators.azr.document import Invalid, Node
from hub.simulators.azr.grammar import (
    ANY,
    Choice,
    Code,
    Content,
    Extensions,
    Item,
    Sequence,
    Text,
    check_attributes,
    is_latin,
)

NAMESPACE = "http://www.osci.de/xauslaender2611"
STANDARD = "XAusländer"
VERSION = "26.11"
AZR_LISTS = "urn:de:xauslaender:codelist:azr:"
NATIONALITY_LIST = "urn:de:bund:destatis:bevoelkerungsstatistik:schluessel:staatsangehoerigkeit"
TERRITORY_LIST = "urn:de:bund:destatis:bevoelkerungsstatistik:schluessel:staatsgebiete"
CODE_UNKNOWN_STATE = "999"
REQUIRED_ATTRIBUTES = ("produkt", "produkthersteller", "standard", "version")
FIXED_ATTRIBUTES = {"standard": STANDARD, "version": VERSION}


def _xa(name: str, content: Content, least: int = 1, most: int | None = 1) -> Item:
    return Item(f"{{{NAMESPACE}}}{name}", content, least, most)


def _form(meaning: str, pattern: str) -> Text:
    compiled = re.compile(pattern)
    return Text(meaning, lambda value: compiled.fullmatch(value) is not None)


def _is_day(value: str) -> bool:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


TEXT = Text("Text")
DAY = Text("JJJJ-MM-TT", _is_day)
BOOLEAN = _form("true oder false", "true|false|1|0")
TRUE = _form("true", "true|1")
AUTHORITY = _form("Behördenkennzeichen (6 Ziffern)", "[0-9]{6}")
AZR_NUMBER = _form("AZR-Nummer", "[0-9]{2}(0[0-9]|1[0-2])([0-2][0-9]|3[01])[0-9]{6}")
MESSAGE_ID = _form("UUID", "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
MOMENT = _form(
    "Zeitpunkt mit Millisekunden und Zeitzone",
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}(Z|[+-][0-9]{2}:[0-9]{2})",
)
ADDRESS_ID = _form("Präfix:Kennung", r"[^\s:]+:\S+")
STATE_CODE = frozenset(f"{number:03d}" for number in range(1000))

CHANNEL = Code(
    "urn:de:xoev:codeliste:erreichbarkeit",
    "3",
    frozenset(f"{number:02d}" for number in range(1, 10)),
    named=False,
)
DIRECTORY = Code(
    "urn:xoev-de:kosit:codeliste:verzeichnisdienst", "3", frozenset({"DVDV"}), named=False
)
NATIONALITY = Code(NATIONALITY_LIST, codes=STATE_CODE)
BIRTH_STATE = Code(NATIONALITY_LIST, codes=STATE_CODE - {CODE_UNKNOWN_STATE})
SEX = Code("urn:xoev-de:xinneres:codeliste:geschlecht", "1", frozenset("mwdx"))
PURPOSE = Code(AZR_LISTS + "abrufzweck", "6")
PROFILE = Code(AZR_LISTS + "suchprofil", "2", frozenset("NEUVIS"))
CHANGE = Code(
    AZR_LISTS + "aenderungsart",
    "2",
    frozenset({"01", "02", "03", "04", "05"}),
    version_optional=True,
)
BENEFIT = Code("urn:xoev-de:bva:codeliste:azr.artderexistenzsicherndenleistung", "1")

CONTACT = Sequence(
    (Item("kanal", CHANNEL), Item("kennung", TEXT), Item("zusatz", TEXT, least=0)),
)
HOUSE_NUMBER = _form("Hausnummer", "[0-9 ]{0,4}")
POSTAL_CODE = _form("Postleitzahl", "[0-9]{5}")
UP_TO = Sequence(
    tuple(
        Item(name, TEXT, least=0)
        for name in (
            "hausnummer.bis",
            "hausnummerbuchstabezusatzziffer.bis",
            "teilnummerderhausnummer.bis",
        )
    )
)
BUILDING = Sequence(
    (
        Item("hausnummer", HOUSE_NUMBER, least=0),
        Item("hausnummerBuchstabeZusatzziffer", TEXT, least=0),
        Item("postleitzahl", POSTAL_CODE),
        Item("stockwerkswohnungsnummer", TEXT, least=0),
        Item("strasse", TEXT),
        Item("teilnummerDerHausnummer", TEXT, least=0),
        Item("wohnort", TEXT),
        Item("wohnortFruehererGemeindename", TEXT, least=0),
        Item("wohnungsinhaber", TEXT, least=0),
        Item("zusatzangaben", TEXT, least=0),
        Item("hausnummern.bis", UP_TO, least=0),
    )
)
POST_BOX = Sequence(
    (Item("postfach", TEXT, least=0), Item("wohnort", TEXT), Item("postleitzahl", POSTAL_CODE))
)
ADDRESS = Choice((Item("gebaeude", BUILDING), Item("postfach", POST_BOX)))


def _office(contacts: int) -> Sequence:
    return Sequence(
        (
            Item("verzeichnisdienst", DIRECTORY),
            Item("kennung", ADDRESS_ID),
            Item("name", TEXT),
            Item("erreichbarkeit", CONTACT, least=contacts, most=None),
        )
    )


def _head(kind: str) -> tuple[Item, ...]:
    kind_code = Code(
        "urn:de:xauslaender:codelist:nachrichtentyp",
        "19",
        frozenset({kind}),
        version_optional=True,
    )
    identification = Sequence(
        (
            Item("nachrichtenUUID", MESSAGE_ID),
            Item("nachrichtentyp", kind_code),
            Item("erstellungszeitpunkt", MOMENT),
        )
    )
    head = Sequence(
        (
            Item("identifikation.nachricht", identification),
            Item("leser", _office(0)),
            Item("autor", _office(1)),
        )
    )
    return (
        Item("nachrichtenkopf.g2g", head),
        Item("anschrift.leser", ADDRESS, least=0),
        Item("anschrift.autor", ADDRESS),
        _xa("durchfuehrenderSachbearbeiter", TEXT),
        _xa("verantwortlicherSachbearbeiter", TEXT, 0),
        _xa("durchfuehrendeBehoerde", AUTHORITY),
        _xa("verantwortlicheBehoerde", AUTHORITY, 0),
    )


NAME = Choice((Item("name", TEXT), Item("nichtVorhanden", TRUE)))
GERMAN_SPELLING = Sequence(
    (_xa("familienname", NAME, 0), _xa("geburtsname", NAME, 0), _xa("vornamen", NAME, 0))
)
SEX_FIELD = Sequence((_xa("geschlecht", SEX, 0),))
TERRITORY = _xa("staatsgebiet", Code(TERRITORY_LIST), 0)
PARTIAL_DAY = Choice(
    (
        Item("jahrMonatTag", DAY),
        Item("jahrMonat", _form("JJJJ-MM", "[0-9]{4}-(0[1-9]|1[0-2])")),
        Item("jahr", _form("JJJJ", "[0-9]{4}")),
    )
)
BIRTH = Sequence(
    (
        _xa("geburtsort", Choice((_xa("ort", TEXT), _xa("unbekannt", TRUE)))),
        _xa("geburtsortStaat", Sequence((_xa("staatsangehoerigkeit", BIRTH_STATE), TERRITORY))),
        _xa(
            "tagDerGeburt",
            Choice((Item("teilbekanntesDatum", PARTIAL_DAY), Item("unbekannt", TRUE))),
        ),
        _xa("geburtsortbezirk", TEXT, 0),
    )
)
SEARCHED = Sequence(
    (
        _xa("familienname", NAME),
        _xa("geburtsname", NAME, 0),
        _xa("vorname", NAME),
        _xa("geburtsangaben", BIRTH),
        _xa("geschlecht", SEX_FIELD),
        _xa("doktorgrad", TEXT, 0),
        _xa("schreibweiseNameNachDtRecht", GERMAN_SPELLING, 0),
        _xa("geschlechtseintragNachDtRecht", SEX_FIELD, 0),
        _xa(
            "staatsangehoerigkeit",
            Sequence((_xa("staatsangehoerigkeit", NATIONALITY), TERRITORY)),
            0,
            4,
        ),
        _xa("letzteAenderung", DAY, 0),
        _xa("meldendeBehoerde", AUTHORITY, 0),
        _xa("referenz.id", TEXT, 0),
        ANY,
        _xa("suchprofil", PROFILE),
    )
)
OTHER_WAYS = (
    "passnummer",
    "nummerDesAufenthaltstitels",
    "ppkNummer",
    "fingerabdruckreferenznummer",
    "sisId",
    "optionsnummer",
    "eurodacnummer",
)
QUERY: tuple[Item | Extensions, ...] = (
    _xa("abrufzweck", PURPOSE),
    _xa("geschaeftszeichen", TEXT, 0),
    _xa("lieferungFruehererNamen", BOOLEAN),
    _xa("lieferungSuchvermerke", BOOLEAN),
    _xa("lieferungHistorie", BOOLEAN),
    _xa(
        "anfrageAZR",
        Choice(
            (
                _xa("azrNummer", AZR_NUMBER),
                _xa("grundpersonalien", SEARCHED),
                *(_xa(name, TEXT) for name in OTHER_WAYS),
            )
        ),
    ),
    ANY,
)
BENEFIT_FACTS = Sequence(
    (
        _xa("leistungArt", BENEFIT),
        _xa("leistungsbeginn", DAY),
        _xa("leistungsende", DAY, 0),
        _xa("aktenzeichenMeldendeBehoerde", TEXT, 0),
        _xa("loeschdatum", DAY, 0),
        ANY,
    )
)
BENEFIT_REPORT = Sequence(
    (
        _xa("aenderungsArt", CHANGE),
        _xa("referenz.id", TEXT, 0),
        _xa("existenzsicherndeLeistung.fachdaten.neu", BENEFIT_FACTS, 0),
    )
)
REPORT: tuple[Item | Extensions, ...] = (
    _xa("azrNummer", AZR_NUMBER, 0),
    _xa("sachverhalt", Choice((_xa("existenzsicherndeLeistung", BENEFIT_REPORT),)), 0),
    ANY,
)
MESSAGES = {
    f"{{{NAMESPACE}}}AnAZR.AZRAnfrage.090001": Sequence((*_head("090001"), *QUERY)),
    f"{{{NAMESPACE}}}AnAZR.AZRFolgemeldung.090010": Sequence((*_head("090010"), *REPORT)),
}


def check_message(root: Node) -> str:
    """Check a message against its structure and return its six-digit kind.

    Raises:
        Invalid: another root, or the first fault found in document order.
    """
    structure = MESSAGES.get(root.tag)
    if structure is None:
        raise Invalid(f"{root.tag}: diese Nachricht nimmt das Register nicht an")
    _check_root_attributes(root)
    structure.check_children(root, root.local)
    return root.local[-6:]


def _check_root_attributes(root: Node) -> None:
    allowed = frozenset({*REQUIRED_ATTRIBUTES, "produktversion", "test"})
    check_attributes(root, root.local, allowed)
    for name in REQUIRED_ATTRIBUTES:
        value = root.attributes.get(name, "")
        if not value.strip() or not is_latin(value):
            raise Invalid(f"{root.local}: Attribut {name} fehlt oder ist leer")
        if value != FIXED_ATTRIBUTES.get(name, value):
            raise Invalid(f"{root.local}: Attribut {name} ist nicht {FIXED_ATTRIBUTES[name]}")
