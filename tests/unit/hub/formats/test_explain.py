"""Each kind of XSD fault has its rule and its German sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.formats.explain import Explainer, translated
from hub.formats.gate import places_of
from hub.formats.xml import safe_parse

SCHEMA = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <xs:simpleType name="Art"><xs:restriction base="xs:token">
    <xs:enumeration value="neu"/><xs:enumeration value="alt"/></xs:restriction></xs:simpleType>
  <xs:simpleType name="Kurz"><xs:restriction base="xs:token"><xs:maxLength value="3"/></xs:restriction></xs:simpleType>
  <xs:simpleType name="Klein"><xs:restriction base="xs:integer"><xs:maxInclusive value="9"/></xs:restriction></xs:simpleType>
  <xs:simpleType name="Genau"><xs:restriction base="xs:decimal"><xs:fractionDigits value="1"/></xs:restriction></xs:simpleType>
  <xs:element name="a"><xs:complexType>
    <xs:sequence>
      <xs:element name="art" type="Art" minOccurs="0"/>
      <xs:element name="kurz" type="Kurz" minOccurs="0"/>
      <xs:element name="klein" type="Klein" minOccurs="0"/>
      <xs:element name="genau" type="Genau" minOccurs="0"/>
      <xs:element name="tag" type="xs:date" minOccurs="0"/>
      <xs:element name="pflicht" type="xs:string"/>
    </xs:sequence>
    <xs:attribute name="nr" use="required" type="xs:integer"/>
  </xs:complexType></xs:element>
</xs:schema>"""


@pytest.fixture
def explainer(tmp_path: Path) -> Explainer:
    path = tmp_path / "a.xsd"
    path.write_text(SCHEMA, encoding="utf-8")
    return Explainer(path)


@pytest.mark.parametrize(
    ("content", "rule", "words"),
    [
        ("<art>x</art><pflicht/>", "xsd_enumeration", "erlaubt ist: neu, alt."),
        ("<kurz>lang</kurz><pflicht/>", "xsd_length", "„lang“ ist kein zulässiger Wert"),
        ("<klein>10</klein><pflicht/>", "xsd_range", "Element „klein“"),
        ("<genau>1.25</genau><pflicht/>", "xsd_digits", "„1.25“"),
        ("<tag>22.11.2026</tag><pflicht/>", "xsd_type", "ein Datum in der Form JJJJ-MM-TT"),
        ("<tag></tag><pflicht/>", "xsd_type", "der Wert fehlt"),
        ("", "xsd_element_missing", "Erwartet wird"),
        ("<pflicht/><pflicht/>", "xsd_element_unexpected", "„pflicht“ ist an dieser Stelle"),
        ("Text<pflicht/>", "xsd_text_unexpected", "Text ist hier nicht erlaubt"),
    ],
)
def test_a_fault_is_explained(explainer: Explainer, content: str, rule: str, words: str) -> None:
    data = f'<a nr="1">{content}</a>'.encode()
    findings, counts = explainer.explain(safe_parse(data).getroot(), places_of(data))

    assert [rule] == [finding.rule for finding in findings]
    assert words in findings[0].message
    assert counts == {rule: 1}


@pytest.mark.parametrize(
    ("start", "rule"),
    [
        ("<a>", "xsd_attribute_missing"),
        ('<a nr="1" x="2">', "xsd_attribute_unexpected"),
    ],
)
def test_attributes_are_explained(explainer: Explainer, start: str, rule: str) -> None:
    data = f"{start}<pflicht/></a>".encode()
    findings, _ = explainer.explain(safe_parse(data).getroot(), places_of(data))

    assert [rule] == [finding.rule for finding in findings]


def test_a_schema_from_outside_is_not_fetched(tmp_path: Path) -> None:
    folder = tmp_path / "inside"
    folder.mkdir()
    (tmp_path / "b.xsd").write_text(SCHEMA, encoding="utf-8")
    (folder / "a.xsd").write_text(
        '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">'
        '<xs:include schemaLocation="../b.xsd"/></xs:schema>',
        encoding="utf-8",
    )

    assert [finding.rule for finding in Explainer(folder / "a.xsd").judge()] == ["schema_unusable"]


def test_a_faulty_schema_is_found_where_libxml2_sees_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.xsd"
    path.write_text(SCHEMA.replace('value="9"', 'value="neun"'), encoding="utf-8")

    assert "schema_unusable" in [finding.rule for finding in Explainer(path).judge()]


@pytest.mark.parametrize(
    ("word", "message", "rule", "sentence"),
    [
        (
            "SCHEMAV_ELEMENT_CONTENT",
            "Element '{urn:x}b': This element is not expected. Expected is ( {urn:x}c ).",
            "xsd_element_unexpected",
            "Element „b“: es ist an dieser Stelle nicht erlaubt; erwartet wird c.",
        ),
        (
            "SCHEMAV_ELEMENT_CONTENT",
            "Element '{urn:x}b': Missing child element(s). Expected is one of ( {urn:x}c, {urn:x}d ).",
            "xsd_element_missing",
            "Element „b“: darin fehlt ein Element; erwartet wird c, d.",
        ),
        (
            "SCHEMAV_CVC_AU",
            "Element 'b': Something new.",
            "xsd_invalid",
            "Element „b“: nicht schemagerecht (Element 'b': Something new.).",
        ),
    ],
)
def test_the_log_of_the_fast_engine_is_translated(
    word: str, message: str, rule: str, sentence: str
) -> None:
    finding = translated(word, message, 7)

    assert (rule, sentence, 7) == (finding.rule, finding.message, finding.line)
