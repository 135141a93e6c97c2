"""What the simulated register does not take: one fault per message, each named by place."""

from __future__ import annotations

import pytest

from hub.simulators.azr.document import Invalid, parse
from hub.simulators.azr.request import Query, Report, read_request
from tests.unit.hub.simulators.azr.wire import by_number, by_person, facts, query, report

NUMBER_QUERY = query(by_number())
PERSON_QUERY = query(by_person())
REPORT = report()


def test_a_query_is_read() -> None:
    request = read_request(parse(PERSON_QUERY.encode()))

    assert isinstance(request.body, Query)
    assert request.body.search is not None
    assert ("Beispiel", "2015-03-09") == (
        request.body.search.family_name,
        request.body.search.birth,
    )


def test_a_report_is_read() -> None:
    request = read_request(parse(REPORT.encode()))

    assert isinstance(request.body, Report)
    assert request.body.interval is not None
    assert ("01", "2026-11-01") == (request.body.change, request.body.interval.begin)


@pytest.mark.parametrize(
    ("message", "old", "new"),
    [
        (NUMBER_QUERY, "</xa:anfrageAZR>", "</xa:anfrageAZR><e:neu xmlns:e='http://www.osci.de/xauslaender2611/azr-erweiterung'/>"),
        (NUMBER_QUERY, "produkt=", "produktversion='1' test='x' produkt="),
        (NUMBER_QUERY, ' listURI="urn:de:xauslaender:codelist:nachrichtentyp" listVersionID="19"', ""),
        (NUMBER_QUERY, "<xa:azrN", "<!-- Anfrage --><xa:azrN"),
        (PERSON_QUERY, "<name>Amina</name>", "<nichtVorhanden>true</nichtVorhanden>"),
        (PERSON_QUERY, "<name>Beispiel<", "<name>Bīspil-O’Ñ<"),
    ],
)  # fmt: skip
def test_what_the_standard_allows_is_taken(message: str, old: str, new: str) -> None:
    assert old in message

    read_request(parse(message.replace(old, new, 1).encode()))


@pytest.mark.parametrize(
    ("message", "old", "new", "reason"),
    [
        (NUMBER_QUERY, "<xa:AnAZR", "<!DOCTYPE x><xa:AnAZR", "DOCTYPE"),
        (NUMBER_QUERY, "UTF-8", "ISO-8859-1", "Kodierung"),
        (NUMBER_QUERY, "</xa:anfrageAZR>", "", "nicht wohlgeformt"),
        (NUMBER_QUERY, "xauslaender2611", "xauslaender2610", "nimmt das Register nicht an"),
        (NUMBER_QUERY, 'version="26.11"', 'version="26.10"', "Attribut version"),
        (NUMBER_QUERY, 'standard="XAusländer"', 'standard="xauslaender"', "Attribut standard"),
        (NUMBER_QUERY, 'produkthersteller="H"', "", "Attribut produkthersteller"),
        (NUMBER_QUERY, "produkt=", "fremd='1' produkt=", "Attribut fremd"),
        (NUMBER_QUERY, "<code>31</code>", "<xa:code>31</xa:code>", "code fehlt"),
        (NUMBER_QUERY, "<code>090001<", "<code>090010<", "nachrichtentyp: Code"),
        (NUMBER_QUERY, 'abrufzweck" listVersionID="6"', 'abrufzweck_6" listVersionID="6"', "listURI"),
        (NUMBER_QUERY, 'abrufzweck" listVersionID="6"', 'abrufzweck"', "listVersionID fehlt"),
        (NUMBER_QUERY, 'abrufzweck" listVersionID="6"', 'abrufzweck" listVersionID="5"', "listVersionID ist nicht 6"),
        (NUMBER_QUERY, "<code>DVDV</code>", "<code>DVDV</code><name>x</name>", "name ist hier nicht"),
        (NUMBER_QUERY, "00-0000-4", "0-0000-4", "nachrichtenUUID"),
        (NUMBER_QUERY, "30.123+01:00", "30+01:00", "erstellungszeitpunkt"),
        (NUMBER_QUERY, "30.123+01:00", "30.123", "erstellungszeitpunkt"),
        (NUMBER_QUERY, "dbs:490030020000", "490030020000", "leser/kennung"),
        (NUMBER_QUERY, ">mmuster<", "><", "Pflichtangabe ist leer"),
        (NUMBER_QUERY, ">mmuster<", ">mмuster<", "DIN 91379"),
        (NUMBER_QUERY, ">123456<", ">12345<", "durchfuehrendeBehoerde"),
        (NUMBER_QUERY, ">151103000001<", ">151303000001<", "azrNummer"),
        (NUMBER_QUERY, by_number(), "", "genau ein Zweig"),
        (NUMBER_QUERY, by_number(), by_number() * 2, "genau ein Zweig"),
        (NUMBER_QUERY, by_number(), "<xa:name>x</xa:name>", "nicht erwartet"),
        (NUMBER_QUERY, "<xa:lieferungSuchvermerke>false</xa:lieferungSuchvermerke>", "", "lieferungSuchvermerke fehlt"),
        (NUMBER_QUERY, ">false<", ">nein<", "true oder false"),
        (NUMBER_QUERY, "<xa:anfrageAZR>", "x<xa:anfrageAZR>", "Text"),
        (NUMBER_QUERY, "</xa:AnAZR", "<xa:mehr/></xa:AnAZR", "mehr ist hier nicht erwartet"),
        (NUMBER_QUERY, "<erreichbarkeit>", "<erreichbar>", "wohlgeformt"),
        (PERSON_QUERY, "<name>Beispiel</name>", "<xa:name>Beispiel</xa:name>", "name ist hier nicht"),
        (PERSON_QUERY, "<xa:ort>Aleppo</xa:ort>", "<ort>Aleppo</ort>", "ort ist hier nicht"),
        (PERSON_QUERY, "<jahrMonatTag>2015-03-09</", "<jahrMonatTag>2015-02-30</", "JJJJ-MM-TT"),
        (PERSON_QUERY, "<jahrMonatTag>2015-03-09</", "<jahrMonatTag>2015-03-09Z</", "JJJJ-MM-TT"),
        (PERSON_QUERY, "<code>w<", "<code>f<", "geschlecht/geschlecht: Code"),
        (PERSON_QUERY, "<code>475<", "<code>999<", "geburtsortStaat/staatsangehoerigkeit: Code"),
        (PERSON_QUERY, "<xa:vorname><name>Amina</name></xa:vorname>", "", "vorname fehlt"),
        (REPORT, "<xa:sachverhalt>", "<xa:sachverhalt><xa:meldestatus/>", "genau ein Zweig"),
        (REPORT, "<code>01</code></xa:aend", "<code>06</code></xa:aend", "aenderungsArt: Code"),
        (REPORT, "<xa:leistungsbeginn>2026-11-01</xa:leistungsbeginn>", "", "leistungsbeginn fehlt"),
        (REPORT, facts(), facts() * 2, "nicht erwartet"),
    ],
)  # fmt: skip
def test_what_the_standard_forbids_is_refused(
    message: str, old: str, new: str, reason: str
) -> None:
    assert old in message

    with pytest.raises(Invalid, match=reason):
        read_request(parse(message.replace(old, new, 1).encode()))


def test_a_head_in_the_namespace_of_the_message_is_refused() -> None:
    message = NUMBER_QUERY.replace("nachrichtenkopf.g2g>", "xa:nachrichtenkopf.g2g>")

    with pytest.raises(Invalid, match=r"nachrichtenkopf\.g2g fehlt, dort steht {http"):
        read_request(parse(message.encode()))


def test_other_bytes_than_utf_8_are_refused() -> None:
    with pytest.raises(Invalid, match="nicht UTF-8"):
        parse(NUMBER_QUERY.encode("iso8859-1"))
