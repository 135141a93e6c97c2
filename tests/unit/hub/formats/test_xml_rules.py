"""Rules run after the schema; one that cannot run lets nothing pass."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from hub.core.errors import Misconfigured
from hub.core.findings import Level, Verdict
from hub.formats import xml
from hub.formats.xml import XmlFormat

SCHEMA = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:t"
  xmlns="urn:t" elementFormDefault="qualified"><xs:element name="r"><xs:complexType>
  <xs:sequence><xs:element name="a" type="xs:int" maxOccurs="9"/></xs:sequence>
  </xs:complexType></xs:element></xs:schema>"""
DECLARED = """namespaces = { t = "urn:t" }
[[rules]]
id = "value_too_high"
text = "Der Wert ist zu hoch."
context = "//t:a"
test = "number(.) < 10"
"""
SCHEMATRON = """<sch:schema xmlns:sch="http://purl.oclc.org/dsdl/schematron">
  <sch:ns prefix="t" uri="urn:t"/>
  <sch:pattern><sch:rule context="t:a">
    <sch:assert id="value_odd" role="warning" test=". mod 2 = 0">Der Wert
      <sch:value-of select="."/> ist ungerade.</sch:assert>
    <sch:report id="value_zero" test=". = 0">Der Wert ist null.</sch:report>
  </sch:rule></sch:pattern>
</sch:schema>"""


def ruled(folder: Path, *, declared: str = "", schematron: str = "") -> XmlFormat:
    (folder / "A-1.0.xsd").write_text(SCHEMA, encoding="utf-8")
    if declared:
        (folder / "A-1.0.rules.toml").write_text(declared, encoding="utf-8")
    if schematron:
        (folder / "A-1.0.sch").write_text(schematron, encoding="utf-8")
    return XmlFormat("test/A-1.0", folder / "A-1.0.xsd")


def document(*values: int) -> bytes:
    lines = "\n".join(f"<a>{value}</a>" for value in values)
    return f'<r xmlns="urn:t">\n{lines}\n</r>'.encode()


def test_a_broken_rule_names_id_place_and_line(tmp_path: Path) -> None:
    reading = ruled(tmp_path, declared=DECLARED).read(document(1, 12))
    (finding,) = reading.findings

    assert (Verdict.FAILED, None) == (reading.verdict, reading.document)
    assert ("value_too_high", Level.ERROR, 3, "/*/*[2]") == (
        finding.rule,
        finding.level,
        finding.line,
        finding.path,
    )


def test_a_rule_graded_as_warning_is_told_and_lets_pass(tmp_path: Path) -> None:
    levels = {"value_too_high": Level.WARNING}
    reading = ruled(tmp_path, declared=DECLARED).read(document(12), levels)

    assert reading.verdict is Verdict.PASSED
    assert reading.document is not None
    assert [("value_too_high", Level.WARNING)] == [(f.rule, f.level) for f in reading.findings]


def test_what_the_schema_refuses_cannot_be_graded_anew(tmp_path: Path) -> None:
    wrong = b'<r xmlns="urn:t"><a>x</a></r>'
    table = ruled(tmp_path, declared=DECLARED)
    rule = table.read(wrong).findings[0].rule

    assert Verdict.FAILED is table.read(wrong, {rule: Level.INFO}).verdict


def test_schematron_tells_the_same(tmp_path: Path) -> None:
    reading = ruled(tmp_path, schematron=SCHEMATRON).read(document(3, 0))

    assert reading.verdict is Verdict.FAILED
    assert [
        ("value_odd", Level.WARNING, 2, "Der Wert 3 ist ungerade."),
        ("value_zero", Level.ERROR, 3, "Der Wert ist null."),
    ] == [(f.rule, f.level, f.line, f.message) for f in reading.findings]


def test_schematron_levels_may_be_graded_anew(tmp_path: Path) -> None:
    table = ruled(tmp_path, schematron=SCHEMATRON)

    assert Verdict.FAILED is table.read(document(3), {"value_odd": Level.ERROR}).verdict
    assert Verdict.PASSED is table.read(document(0), {"value_zero": Level.INFO}).verdict


def test_all_rules_are_known_by_their_ids(tmp_path: Path) -> None:
    table = ruled(tmp_path, declared=DECLARED, schematron=SCHEMATRON)

    assert ("value_too_high", "value_odd", "value_zero") == table.rules
    assert () == table.check()


@pytest.mark.parametrize(
    "test",
    ["number(unknown:a) < 1", "t:a/text(", "$limit > 1"],
)
def test_a_rule_that_cannot_run_never_passes(tmp_path: Path, test: str) -> None:
    reading = ruled(tmp_path, declared=DECLARED.replace("number(.) < 10", test)).read(document(1))

    assert reading.verdict is Verdict.NOT_CHECKABLE
    assert reading.document is None


def test_a_rule_for_no_elements_at_all_never_passes(tmp_path: Path) -> None:
    reading = ruled(tmp_path, declared=DECLARED.replace('"//t:a"', '"string(//t:a)"')).read(
        document(12)
    )

    assert reading.verdict is Verdict.NOT_CHECKABLE


@pytest.mark.parametrize(
    "schematron",
    [
        SCHEMATRON.replace('id="value_odd" ', ""),
        SCHEMATRON.replace("value_odd", "value_zero"),
        SCHEMATRON.replace(". mod 2 = 0", "document('file:///etc/passwd')"),
        SCHEMATRON.replace("<sch:pattern>", '<sch:include href="other.sch"/><sch:pattern>'),
        SCHEMATRON.replace(". mod 2 = 0", "((("),
    ],
)
def test_faulty_or_reaching_schematron_is_found_at_the_check(
    tmp_path: Path, schematron: str
) -> None:
    table = ruled(tmp_path, schematron=schematron)

    assert ["rules_invalid"] == [finding.rule for finding in table.check()]
    assert Verdict.NOT_CHECKABLE is table.read(document(2)).verdict


def test_rules_of_tables_are_none_of_xml(tmp_path: Path) -> None:
    text = '[[rules]]\nid = "a_b"\ntext = "T"\nrequire = [["A", "given"]]\n'
    with pytest.raises(Misconfigured, match="rules_invalid"):
        _ = ruled(tmp_path, declared=text).rules


def test_a_document_too_large_for_rules_does_not_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xml, "WHOLE_BYTES", 10)
    source = io.BytesIO(document(1))

    assert Verdict.NOT_CHECKABLE is ruled(tmp_path, declared=DECLARED).verify(source).verdict
