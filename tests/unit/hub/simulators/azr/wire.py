"""Messages to the register as text, written by hand from the published trees."""

from __future__ import annotations

UUID = "00000000-0000-4000-8000-{:012d}"
STATE = "urn:de:bund:destatis:bevoelkerungsstatistik:schluessel:staatsangehoerigkeit"
NUMBER = "151103000001"


def _code(tag: str, uri: str, version: str, code: str) -> str:
    return f'<{tag} listURI="{uri}" listVersionID="{version}"><code>{code}</code></{tag}>'


def _message(kind: str, name: str, number: int, body: str) -> str:
    directory = _code(
        "verzeichnisdienst", "urn:xoev-de:kosit:codeliste:verzeichnisdienst", "3", "DVDV"
    )
    channel = _code("kanal", "urn:de:xoev:codeliste:erreichbarkeit", "3", "01")
    type_code = _code("nachrichtentyp", "urn:de:xauslaender:codelist:nachrichtentyp", "19", kind)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<xa:AnAZR.{name}.{kind} xmlns:xa="http://www.osci.de/xauslaender2611" produkt="P" \
produkthersteller="H" standard="XAusländer" version="26.11">
<nachrichtenkopf.g2g>
<identifikation.nachricht><nachrichtenUUID>{UUID.format(number)}</nachrichtenUUID>{type_code}\
<erstellungszeitpunkt>2026-11-23T09:15:30.123+01:00</erstellungszeitpunkt></identifikation.nachricht>
<leser>{directory}<kennung>dbs:490030020000</kennung><name>BVA</name></leser>
<autor>{directory}<kennung>uvs:09999000</kennung><name>UV-Stelle Musterkreis</name>\
<erreichbarkeit>{channel}<kennung>uvg@musterkreis.example</kennung></erreichbarkeit></autor>
</nachrichtenkopf.g2g>
<anschrift.autor><gebaeude><hausnummer>1</hausnummer><postleitzahl>99999</postleitzahl>\
<strasse>Rathausplatz</strasse><wohnort>Musterstadt</wohnort></gebaeude></anschrift.autor>
<xa:durchfuehrenderSachbearbeiter>mmuster</xa:durchfuehrenderSachbearbeiter>
<xa:durchfuehrendeBehoerde>123456</xa:durchfuehrendeBehoerde>
{body}</xa:AnAZR.{name}.{kind}>
"""


def query(asked: str, number: int = 1, purpose: str = "31") -> str:
    """090001 with the given branch of ``anfrageAZR``."""
    code = _code("xa:abrufzweck", "urn:de:xauslaender:codelist:azr:abrufzweck", "6", purpose)
    return _message(
        "090001",
        "AZRAnfrage",
        number,
        f"""{code}<xa:geschaeftszeichen>UVG-1</xa:geschaeftszeichen>
<xa:lieferungFruehererNamen>false</xa:lieferungFruehererNamen>
<xa:lieferungSuchvermerke>false</xa:lieferungSuchvermerke>
<xa:lieferungHistorie>false</xa:lieferungHistorie>
<xa:anfrageAZR>{asked}</xa:anfrageAZR>""",
    )


def by_number(azr_number: str = NUMBER) -> str:
    """Branch of a query by AZR number."""
    return f"<xa:azrNummer>{azr_number}</xa:azrNummer>"


def by_person(
    family: str = "Beispiel",
    given: str = "Amina",
    birth: str = "<jahrMonatTag>2015-03-09</jahrMonatTag>",
    sex: str = "w",
    nationality: str = "475",
    profile: str = "N",
) -> str:
    """Branch of a query by personal data."""
    state = _code("xa:staatsangehoerigkeit", STATE, "2024-08-01", nationality)
    sex_code = _code("xa:geschlecht", "urn:xoev-de:xinneres:codeliste:geschlecht", "1", sex)
    search = _code("xa:suchprofil", "urn:de:xauslaender:codelist:azr:suchprofil", "2", profile)
    day = f"<teilbekanntesDatum>{birth}</teilbekanntesDatum>" if birth else ""
    return f"""<xa:grundpersonalien>
<xa:familienname><name>{family}</name></xa:familienname>
<xa:vorname><name>{given}</name></xa:vorname>
<xa:geburtsangaben><xa:geburtsort><xa:ort>Aleppo</xa:ort></xa:geburtsort>
<xa:geburtsortStaat>{state}</xa:geburtsortStaat>
<xa:tagDerGeburt>{day or "<unbekannt>true</unbekannt>"}</xa:tagDerGeburt></xa:geburtsangaben>
<xa:geschlecht>{sex_code if sex else ""}</xa:geschlecht>
<xa:staatsangehoerigkeit>{state}</xa:staatsangehoerigkeit>{search}</xa:grundpersonalien>"""


def facts(begin: str = "2026-11-01", end: str = "", kind: str = "05") -> str:
    """Benefit facts of a report."""
    code = _code(
        "xa:leistungArt",
        "urn:xoev-de:bva:codeliste:azr.artderexistenzsicherndenleistung",
        "1",
        kind,
    )
    until = f"<xa:leistungsende>{end}</xa:leistungsende>" if end else ""
    return f"""<xa:existenzsicherndeLeistung.fachdaten.neu>{code}
<xa:leistungsbeginn>{begin}</xa:leistungsbeginn>{until}
<xa:aktenzeichenMeldendeBehoerde>UVG-1</xa:aktenzeichenMeldendeBehoerde>
</xa:existenzsicherndeLeistung.fachdaten.neu>"""


def report(
    number: int = 1,
    change: str = "01",
    reference: str = "",
    content: str | None = None,
    azr_number: str = NUMBER,
) -> str:
    """090010 with one change to one benefit."""
    code = _code("xa:aenderungsArt", "urn:de:xauslaender:codelist:azr:aenderungsart", "2", change)
    known = f"<xa:referenz.id>{reference}</xa:referenz.id>" if reference else ""
    person = by_number(azr_number) if azr_number else ""
    return _message(
        "090010",
        "AZRFolgemeldung",
        number,
        f"""{person}<xa:sachverhalt><xa:existenzsicherndeLeistung>{code}{known}\
{facts() if content is None else content}</xa:existenzsicherndeLeistung></xa:sachverhalt>""",
    )
