"""The register's schemas judge like the transcribed standard, on good and on bad messages."""

from pathlib import Path

import pytest
from lxml import etree

ROOT = Path(__file__).parents[3]
OURS = ROOT / "schemas" / "azr"
STANDARD = ROOT.parent / "shared" / "data" / "xsd" / "xauslaender-26.11-subset" / "xa.xsd"
FORMATS = {
    "AnAZR.AZRAnfrage.090001": "Anfrage",
    "VonAZR.AZRKeinTreffer.090002": "KeinTreffer",
    "VonAZR.AZRTrefferliste.090003": "Trefferliste",
    "VonAZR.AZRGesamtauskunft.090004": "Gesamtauskunft",
    "AnAZR.AZRFolgemeldung.090010": "Folgemeldung",
    "VonAZR.AZRBestaetigungMeldung.090098": "Bestaetigung",
    "VonAZR.AZRFehlernachricht.090099": "Fehler",
}
READ = sorted((ROOT / "mappings/azr-to-hub/examples").glob("*/*.in.xml"))
WRITTEN = sorted((ROOT / "mappings/hub-to-azr/examples").glob("*/*.out.xml"))
QUERY = ROOT / "mappings/hub-to-azr/examples/Registeranfrage/01.out.xml"
REPORT = ROOT / "mappings/hub-to-azr/examples/Registermeldung/02.out.xml"
HITS = ROOT / "mappings/azr-to-hub/examples/Trefferliste/01.in.xml"

TRAPS = [
    ("head in the namespace of the body", QUERY, "nachrichtenkopf.g2g", "xa:nachrichtenkopf.g2g"),
    ("qualified code", QUERY, "<code>31</code>", "<xa:code>31</xa:code>"),
    ("list URI with version", QUERY, "azr:abrufzweck", "azr:abrufzweck_1"),
    ("open list without version", QUERY, ' listVersionID="6"', ""),
    ("standard in ASCII", QUERY, 'standard="XAusländer"', 'standard="xauslaender"'),
    ("day with time zone", REPORT, "2026-11-01<", "2026-11-01Z<"),
    ("Cyrillic letters", QUERY, "Amina Lucía", "Амина"),
    ("hit without further persons", HITS, "<xa:weiterePersonalien/>", ""),
    ("unknown kind of change", REPORT, "<code>02</code>", "<code>06</code>"),
    ("name where the type has none", QUERY, "<code>DVDV</code>", "<code>DVDV</code><name>x</name>"),
    ("author without a way to reach them", QUERY, "erreichbarkeit>", "unerreichbarkeit>"),
    ("AZR number with a thirteenth month", REPORT, "151103000001", "151303000001"),
    ("reference after the content", REPORT, "leistungsbeginn", "loeschdatum"),
]


def root_name(message: Path) -> str:
    return etree.QName(etree.parse(message).getroot()).localname


def our_schema(message: Path) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(OURS / f"{FORMATS[root_name(message)]}-26.11.xsd"))


@pytest.fixture(scope="module")
def standard() -> etree.XMLSchema:
    if not STANDARD.exists():
        pytest.skip("reference schemas of XAusländer 26.11 are not at hand")
    return etree.XMLSchema(etree.parse(STANDARD))


def name_of(message: object) -> str | None:
    return f"{message.parent.name}-{message.name}" if isinstance(message, Path) else None


def test_there_are_examples_of_every_message():
    assert set(FORMATS) == {root_name(message) for message in READ + WRITTEN}


@pytest.mark.parametrize("message", READ + WRITTEN, ids=name_of)
def test_our_schema_accepts_every_example(message):
    our_schema(message).assertValid(etree.parse(message))


@pytest.mark.parametrize("message", READ + WRITTEN, ids=name_of)
def test_the_standard_accepts_every_example(message, standard):
    standard.assertValid(etree.parse(message))


@pytest.mark.parametrize(
    ("message", "old", "new"), [t[1:] for t in TRAPS], ids=[t[0] for t in TRAPS]
)
def test_our_schema_refuses_the_known_traps(message, old, new):
    text = message.read_text(encoding="utf-8")
    trapped = text.replace(old, new)

    assert trapped != text
    assert not our_schema(message).validate(etree.fromstring(trapped.encode()))


@pytest.mark.parametrize(
    ("message", "old", "new"), [t[1:] for t in TRAPS], ids=[t[0] for t in TRAPS]
)
def test_the_standard_refuses_them_too(message, old, new, standard):
    trapped = message.read_text(encoding="utf-8").replace(old, new)

    assert not standard.validate(etree.fromstring(trapped.encode()))


@pytest.mark.parametrize("letters", ["Ḫ", "C\u0328\u0306", "K\u035fh", "Œ€ß'", "\t\n", ""])
def test_letters_of_din_91379_are_accepted_by_both(letters, standard):
    text = QUERY.read_text(encoding="utf-8").replace("Amina Lucía", letters)
    document = etree.fromstring(text.encode())

    assert our_schema(QUERY).validate(document)
    assert standard.validate(document)


@pytest.mark.parametrize("letters", ["Ω", "☺", "\u0301", "Q\u0301", "\u00ad"])
def test_letters_beyond_din_91379_are_refused_by_both(letters, standard):
    text = QUERY.read_text(encoding="utf-8").replace("Amina Lucía", letters)
    document = etree.fromstring(text.encode())

    assert not our_schema(QUERY).validate(document)
    assert not standard.validate(document)


@pytest.mark.parametrize("schema", sorted(OURS.rglob("*.xsd")), ids=lambda path: path.name)
def test_no_schema_points_to_the_network(schema):
    locations = etree.parse(schema).getroot().xpath("//@schemaLocation")

    assert all((schema.parent / place).is_file() for place in locations)
