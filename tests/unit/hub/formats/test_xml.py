"""XML formats: hardened, three-valued, and explained in German."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.core.errors import Misconfigured, Undecodable
from hub.core.findings import Verdict
from hub.formats.xml import XmlFormat, safe_parse

SCHEMA = """<?xml version="1.0" encoding="UTF-8"?>
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns="urn:t" targetNamespace="urn:t"
           elementFormDefault="qualified">
  <xs:simpleType name="Betrag">
    <xs:annotation><xs:documentation>Betrag wie 299.00</xs:documentation></xs:annotation>
    <xs:restriction base="xs:decimal"><xs:pattern value="[0-9]+\\.[0-9]{2}"/></xs:restriction>
  </xs:simpleType>
  <xs:element name="brief">
    <xs:complexType><xs:sequence>
      <xs:element name="betrag" type="Betrag" maxOccurs="unbounded"/>
      <xs:element name="tag" type="xs:date" minOccurs="0"/>
    </xs:sequence></xs:complexType>
  </xs:element>
</xs:schema>
"""


def letter(*content: str) -> bytes:
    return ('<brief xmlns="urn:t">' + "\n".join(content) + "</brief>").encode()


@pytest.fixture
def schema(tmp_path: Path) -> Path:
    path = tmp_path / "Brief-1.0.xsd"
    path.write_text(SCHEMA, encoding="utf-8")
    return path


@pytest.fixture
def brief(schema: Path) -> XmlFormat:
    return XmlFormat("test/Brief-1.0", schema)


def test_a_good_document_passes(brief: XmlFormat) -> None:
    reading = brief.read(letter("<betrag>299.00</betrag>", "<tag>2026-11-22</tag>"))

    assert reading.verdict is Verdict.PASSED
    assert reading.document.getroot()[0].text == "299.00"


def test_a_finding_has_line_column_path_rule_and_german_words(brief: XmlFormat) -> None:
    reading = brief.read(letter("<betrag>1.00</betrag>", "  <betrag>zwölf</betrag>"))
    finding = reading.findings[0]

    assert reading.verdict is Verdict.FAILED
    assert reading.document is None
    assert (finding.line, finding.column) == (2, 3)
    assert finding.path == "/brief/betrag[2]"
    assert finding.rule == "xsd_pattern"
    assert finding.message == (
        "Element „betrag“: „zwölf“ ist kein zulässiger Wert; erlaubt ist: Betrag wie 299.00."
    )


def test_another_root_is_a_finding(brief: XmlFormat) -> None:
    reading = brief.read(b'<karte xmlns="urn:t"/>')

    assert reading.verdict is Verdict.FAILED
    assert reading.findings[0].rule == "xsd_root_unexpected"


def test_an_include_of_another_file_is_not_followed(brief: XmlFormat) -> None:
    inclusion = (
        '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="/etc/passwd" parse="text"/>'
    )
    reading = brief.read(letter("<betrag>1.00</betrag>", inclusion))

    assert reading.verdict is Verdict.FAILED
    assert reading.findings[0].rule == "xsd_element_unexpected"


def test_a_schema_named_by_the_sender_is_ignored(brief: XmlFormat) -> None:
    data = (
        b'<brief xmlns="urn:t" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        b'xsi:schemaLocation="urn:t http://127.0.0.1:1/evil.xsd"><betrag>x</betrag></brief>'
    )

    assert brief.read(data).verdict is Verdict.FAILED


@pytest.mark.parametrize(
    "data",
    [
        b"<a>" + b"x" * 11_000_000 + b"</a>",
        b"<" + b"a" * 11_000_000 + b"/>",
        b'<a b="' + b"x" * 11_000_000 + b'"/>',
    ],
    ids=["text", "name", "attribute"],
)
def test_eleven_megabytes_in_one_place_are_refused(data: bytes) -> None:
    with pytest.raises(Undecodable):
        safe_parse(data)


def test_an_unbound_prefix_is_refused() -> None:
    with pytest.raises(Undecodable, match="not_wellformed"):
        safe_parse(b"<x:a/>")


def test_a_schema_that_cannot_run_never_passes(tmp_path: Path, schema: Path) -> None:
    broken = SCHEMA.replace('type="Betrag"', 'type="Fehlt"')
    schema.write_text(broken, encoding="utf-8")
    brief = XmlFormat("test/Brief-1.0", schema)

    assert brief.read(letter("<betrag>1.00</betrag>")).verdict is Verdict.NOT_CHECKABLE
    assert [finding.rule for finding in brief.check()] == ["schema_unusable"]


def test_a_document_stays_failed_when_the_explainer_finds_nothing(schema: Path) -> None:
    brief = XmlFormat("test/Brief-1.0", schema)
    brief.read(letter("<betrag>1.00</betrag>"))
    # The explainer reads the schema on the first failure: now it is gone.
    schema.unlink()
    reading = brief.read(letter("<betrag>x</betrag>", "<tag/>", "<neu/>"))

    assert reading.verdict is Verdict.FAILED
    assert {"xsd_type", "xsd_element_unexpected"} <= set(reading.counts)
    assert reading.findings[0].message == (
        "Element „betrag“: der Wert hat nicht den vereinbarten Typ."
    )
    assert reading.findings[0].line == 1


def test_a_schema_may_not_include_from_outside(tmp_path: Path, schema: Path) -> None:
    outside = SCHEMA.replace(
        "<xs:simpleType", '<xs:include schemaLocation="../a.xsd"/><xs:simpleType', 1
    )
    schema.write_text(outside, encoding="utf-8")

    assert XmlFormat("t/Brief-1.0", schema).check()[0].rule == "schema_outside"


def test_many_faults_are_capped_and_counted(brief: XmlFormat) -> None:
    reading = brief.read(letter(*["<betrag>x</betrag>"] * 1500))

    assert len(reading.findings) == 1000
    assert reading.counts == {"xsd_pattern": 1500}


def test_a_very_large_failure_is_told_in_other_words(brief: XmlFormat) -> None:
    reading = brief.read(letter(*["<betrag>x</betrag>"] * 20_001))

    assert reading.verdict is Verdict.FAILED
    assert reading.findings[0].rule == "xsd_type"


def test_what_we_write_is_validated(brief: XmlFormat) -> None:
    wrong = safe_parse(letter("<betrag>x</betrag>"))

    with pytest.raises(Misconfigured) as caught:
        brief.write(wrong)

    assert caught.value.code == "own_output_invalid"
    assert caught.value.findings[0].path == "/brief/betrag"


def test_what_we_write_can_be_read(brief: XmlFormat) -> None:
    data = brief.write(safe_parse(letter("<betrag>1.00</betrag>")))

    assert brief.matches(data, "beliebig.txt")
    assert brief.read(data).verdict is Verdict.PASSED
