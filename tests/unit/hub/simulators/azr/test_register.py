"""The simulated register: what it answers and what it remembers."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from lxml import etree

from hub.simulators.azr.document import Invalid, parse
from hub.simulators.azr.persons import load_persons
from hub.simulators.azr.records import Records
from hub.simulators.azr.register import Register
from hub.simulators.azr.request import read_request
from tests.unit.hub.simulators.azr.wire import (
    NUMBER,
    UUID,
    by_number,
    by_person,
    facts,
    query,
    report,
)

XA = "{http://www.osci.de/xauslaender2611}"
SCHEMA = Path(__file__).parents[6] / "shared/data/xsd/xauslaender-26.11-subset/xa.xsd"
PERSONS = [
    {
        "azr_number": NUMBER,
        "former_azr_numbers": ["140101000009"],
        "family_name": "Beispiel",
        "given_names": "Amina",
        "birth_name": "Muster",
        "birth": "2015-03-09",
        "birth_place": "Aleppo",
        "birth_country": "475",
        "sex": "w",
        "nationality": ["475"],
        "record_authority": "654321",
        "residence_title": {
            "kind": "aufenthaltserlaubnis",
            "code": "01",
            "since": "2025-02-01",
            "until": "2028-01-31",
        },
        "blocks": ["06"],
        "benefits": [
            {
                "kind": "02",
                "begin": "2024-07-01",
                "end": "2026-06-30",
                "authority": "777777",
                "file_reference": "BG-5",
            }
        ],
    },
    {
        "azr_number": "160722000002",
        "family_name": "Vorlage",
        "given_names": "Jasmin Sara",
        "birth": "2016",
        "birth_country": "423",
        "nationality": [],
        "residence_title": {"kind": "niederlassungserlaubnis", "code": "02"},
    },
    {
        "azr_number": "170101000003",
        "family_name": "Vorlagé",
        "given_names": "Jasmin",
        "birth": "2016-05-05",
        "birth_country": "423",
        "sex": "w",
        "nationality": ["423", "160"],
        "residence_title": {"kind": "aktuelleDuldung", "code": "03", "until": "2027-01-01"},
    },
]


@pytest.fixture(scope="session")
def schema() -> etree.XMLSchema | None:
    return etree.XMLSchema(file=str(SCHEMA)) if SCHEMA.exists() else None


class House:
    """A register on its file, as often opened as one likes."""

    def __init__(self, root: Path, schema: etree.XMLSchema | None) -> None:
        self.root = root
        self.schema = schema
        (root / "persons.json").write_text(json.dumps(PERSONS))

    def send(self, message: str) -> bytes:
        records = Records(self.root / "azr.db")
        raw = message.encode()
        try:
            register = Register(load_persons(self.root / "persons.json"), records)
            return register.process(read_request(parse(raw)), raw).content
        finally:
            records.close()

    def ask(self, message: str) -> etree._Element:
        answer = etree.fromstring(self.send(message))
        if self.schema is not None:
            self.schema.assertValid(answer)

        return answer

    def accesses(self) -> list[tuple[object, ...]]:
        with sqlite3.connect(self.root / "azr.db") as db:
            rows = db.execute("SELECT * FROM accesses ORDER BY rowid").fetchall()
        db.close()
        return rows


@pytest.fixture
def house(tmp_path: Path, schema: etree.XMLSchema | None) -> House:
    return House(tmp_path, schema)


def kind(answer: etree._Element) -> str:
    return answer.tag[-6:]


def reference(answer: etree._Element) -> str:
    return answer.findtext(f".//{XA}existenzsicherndeLeistung.referenz.id")


def fault(answer: etree._Element) -> str:
    assert "090099" == kind(answer)

    return answer.findtext(f".//{XA}fehlerschluessel")


MESSAGES = {
    "090004": query(by_number()),
    "090002": query(by_number("990101000001")),
    "090003": query(by_person(family="Beispil")),
    "090098": report(azr_number="140101000009"),
    "090099": report(change="05", reference="x", content=""),
}


@pytest.mark.parametrize("expected", MESSAGES)
def test_messages_and_answers_are_valid(
    house: House, schema: etree.XMLSchema | None, expected: str
) -> None:
    if schema is None:
        pytest.skip("the reference schema of XAusländer is not here")

    answer = house.ask(MESSAGES[expected])
    assert expected == kind(answer)
    schema.assertValid(etree.fromstring(MESSAGES[expected].encode()))
    schema.assertValid(answer)


def test_a_query_by_number_yields_the_record(house: House) -> None:
    answer = house.ask(query(by_number()))

    assert "090004" == kind(answer)
    assert NUMBER == answer.findtext(f"{XA}azrNummer")
    assert "2015-03-09" == answer.findtext(".//jahrMonatTag")
    assert "2028-01-31" == answer.findtext(f".//{XA}befristungsdatum")
    assert ["02"] == [node.text for node in answer.findall(f".//{XA}leistungArt/code")]
    assert "06" == answer.findtext(f".//{XA}uebermittlungssperreArt/code")
    assert answer.find(f"{XA}alteAZRNummerDerAnfrage") is None


def test_the_answer_is_addressed_to_the_sender(house: House) -> None:
    head = house.ask(query(by_number())).find("nachrichtenkopf.g2g")

    assert "uvs:09999000" == head.findtext("leser/kennung")
    assert "dbs:490030020000" == head.findtext("autor/kennung")
    assert "090004" == head.findtext("identifikation.nachricht/nachrichtentyp/code")


def test_a_merged_number_leads_to_the_current_one(house: House) -> None:
    answer = house.ask(query(by_number("140101000009")))

    assert NUMBER == answer.findtext(f"{XA}azrNummer")
    assert "140101000009" == answer.findtext(f"{XA}alteAZRNummerDerAnfrage")


def test_an_unknown_number_yields_no_hit(house: House) -> None:
    assert "090002" == kind(house.ask(query(by_number("990101000001"))))


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (by_person(), "090004"),
        (by_person(family="BEISPIEL", given="Ämina"), "090004"),
        (by_person(birth="<jahrMonat>2015-03</jahrMonat>"), "090004"),
        (by_person(birth="<jahr>2015</jahr>", sex=""), "090004"),
        (by_person(nationality="999").replace("<code>999", "<code>475", 1), "090004"),
        (by_person(birth=""), "090003"),
        (by_person(family="Beispil"), "090003"),
        (by_person(nationality="423"), "090003"),
        (by_person(sex="m"), "090002"),
        (by_person(birth="<jahr>2014</jahr>"), "090002"),
        (by_person(given="Zoe"), "090002"),
    ],
)
def test_a_search_finds_equal_and_similar_persons(house: House, asked: str, expected: str) -> None:
    assert expected == kind(house.ask(query(asked)))


def test_several_similar_persons_make_a_hit_list_with_ratings(house: House) -> None:
    asked = by_person("Vorlage", "Jasmin", "<jahr>2016</jahr>", "w", "423")
    answer = house.ask(query(asked))

    assert "090003" == kind(answer)
    assert ["G", "A"] == [node.text for node in answer.findall(f".//{XA}trefferbewertung/code")]


@pytest.mark.parametrize("number", ["160722000002", "170101000003"])
def test_every_kind_of_record_is_written_validly(house: House, number: str) -> None:
    assert "090004" == kind(house.ask(query(by_number(number))))


@pytest.mark.parametrize(
    ("message", "key"),
    [
        (query(by_number(), purpose="28"), "SIM01"),
        (query(by_person(profile="V")), "SIM02"),
        (query("<xa:passnummer>X1</xa:passnummer>"), "SIM03"),
        (report(azr_number=""), "SIM10"),
        (report(azr_number="990101000001"), "SIM11"),
        (report(content=""), "SIM20"),
        (report(content=facts(kind="02")), "SIM21"),
        (report(content=facts(end="2026-10-31")), "SIM22"),
        (report(change="05", reference="x"), "SIM24"),
        (report(change="02"), "SIM30"),
        (report(change="03", content=""), "SIM30"),
        (report(reference="x"), "SIM31"),
        (report(change="02", reference="x"), "SIM32"),
        (report(change="05", reference="x", content=""), "SIM32"),
    ],
)
def test_a_message_against_the_rules_is_refused_with_a_key(
    house: House, message: str, key: str
) -> None:
    assert key == fault(house.ask(message))


def test_a_report_without_any_fact_is_refused(house: House) -> None:
    message = report()
    begin, end = message.index("<xa:sachverhalt>"), message.index("</xa:AnAZR")

    assert "SIM12" == fault(house.ask(message[:begin] + message[end:]))


def test_a_new_benefit_is_confirmed_and_stands_in_the_record(house: House) -> None:
    confirmed = house.ask(report(1))

    assert "090098" == kind(confirmed)
    assert reference(confirmed)
    assert confirmed.find(f"{XA}azrNummer") is None

    record = house.ask(query(by_number(), 2))
    last = record.findall(f"{XA}existenzsicherndeLeistung")[-1]
    assert "05" == last.findtext(f"{XA}leistungArt/code")
    assert reference(confirmed) == last.findtext(f"{XA}referenz.id")
    assert "123456" == last.findtext(f"{XA}meldendeBehoerde")


def test_a_report_under_a_merged_number_tells_the_current_one(house: House) -> None:
    assert NUMBER == house.ask(report(azr_number="140101000009")).findtext(f"{XA}azrNummer")


def test_an_open_interval_is_not_stored_twice(house: House) -> None:
    house.ask(report(1))

    assert "SIM23" == fault(house.ask(report(2, content=facts("2027-05-01"))))


def test_an_interval_after_a_closed_one_is_new(house: House) -> None:
    house.ask(report(1, content=facts(end="2027-01-31")))

    assert "090098" == kind(house.ask(report(2, content=facts("2027-02-01"))))


def test_a_change_gives_a_new_reference_and_outdates_the_old_one(house: House) -> None:
    old = reference(house.ask(report(1)))
    new = reference(house.ask(report(2, "02", old, facts(end="2027-02-28"))))

    assert old != new
    assert old[:7] == new[:7]
    assert "SIM32" == fault(house.ask(report(3, "02", old, facts(end="2027-03-31"))))


def test_a_deletion_frees_the_interval(house: House) -> None:
    old = reference(house.ask(report(1)))
    gone = house.ask(report(2, "05", old, ""))

    assert "090098" == kind(gone)
    assert gone.find(f"{XA}sachverhalt") is None
    assert "090098" == kind(house.ask(report(3)))


def test_the_facts_of_another_authority_are_out_of_reach(house: House) -> None:
    old = reference(house.ask(report(1)))
    other = report(2, "05", old, "").replace(">123456<", ">222222<")

    assert "SIM32" == fault(house.ask(other))


def test_a_repetition_gets_the_first_answer_and_changes_nothing(house: House) -> None:
    first = house.send(report(1))

    assert first == house.send(report(1))
    assert 2 == len(house.ask(query(by_number(), 2)).findall(f"{XA}existenzsicherndeLeistung"))


def test_one_message_id_never_stands_for_two_messages(house: House) -> None:
    house.send(report(1))

    with pytest.raises(Invalid, match="nachrichtenUUID"):
        house.send(report(1, content=facts("2027-01-01")))


def test_every_access_is_logged(house: House) -> None:
    house.send(query(by_number(), 1))
    house.send(query(by_number(), 1))
    house.send(report(2, azr_number="990101000001"))

    rows = house.accesses()
    assert [
        ("123456", "mmuster", "31", UUID.format(1), "090001", "090004", 0),
        ("123456", "mmuster", "31", UUID.format(1), "090001", "", 1),
        ("123456", "mmuster", "", UUID.format(2), "090010", "090099", 0),
    ] == [row[1:] for row in rows]
    assert all(row[0] for row in rows)
