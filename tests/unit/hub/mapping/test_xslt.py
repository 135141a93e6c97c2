"""Style sheets translate, and can do nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.core.errors import Misconfigured
from hub.core.findings import Verdict
from hub.core.record import Record
from hub.formats.catalog import Catalog
from hub.formats.xml import safe_parse
from hub.mapping.xslt import XsltMapping

SCHEMA = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <xs:element name="a"><xs:complexType><xs:sequence>
    <xs:element name="b" type="xs:string"/></xs:sequence></xs:complexType></xs:element>
</xs:schema>"""
SHEET = (
    '<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" '
    'xmlns:exsl="http://exslt.org/common" extension-element-prefixes="exsl">%s</xsl:stylesheet>'
)
READ = SHEET % (
    '<xsl:template match="/"><records><record kind="A"><b><xsl:value-of select="%s"/></b>'
    "</record></records></xsl:template>"
)
WRITE = SHEET % (
    '<xsl:template match="/records"><a><b><xsl:value-of select="context/office"/>'
    '<xsl:value-of select="record/x"/></b></a></xsl:template>'
)


def mapping(tmp_path: Path, sheet: str, name: str = "test-to-hub/A") -> XsltMapping:
    schemas = tmp_path / "schemas" / "test"
    schemas.mkdir(parents=True, exist_ok=True)
    (schemas / "A-1.0.xsd").write_text(SCHEMA, encoding="utf-8")
    path = tmp_path / "mappings" / f"{name}.xslt"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(sheet, encoding="utf-8")
    return XsltMapping(name, path, Catalog.load(tmp_path / "schemas"))


def records(tmp_path: Path, sheet: str) -> list[Record]:
    return mapping(tmp_path, sheet).to_records(safe_parse(b"<a><b>c</b></a>"))


def test_a_document_becomes_records(tmp_path: Path) -> None:
    assert records(tmp_path, READ % "/a/b") == [Record("A", {"b": "c"})]


def test_records_become_a_document_of_the_only_format_of_the_kind(tmp_path: Path) -> None:
    made = mapping(tmp_path, WRITE, "hub-to-test/A")
    data = made.format.write(made.from_records([Record("A", {"x": 2})], {"office": "1"}))

    assert made.format.name == "test/A-1.0"
    assert made.format.read(data).verdict is Verdict.PASSED
    assert b"<b>12</b>" in data


def test_a_style_sheet_may_name_its_format(tmp_path: Path) -> None:
    named = '<m:mapping xmlns:m="urn:aktenhub:mapping" format="test/A-1.0"/>'

    assert mapping(tmp_path, SHEET % named, "hub-to-test/Anders").format.name == "test/A-1.0"


def test_a_format_that_is_not_there_is_the_operators_matter(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="mapping_faulty"):
        _ = mapping(tmp_path, SHEET % "", "hub-to-test/Anders").format


def test_files_cannot_be_read(tmp_path: Path) -> None:
    secret = tmp_path / "mappings" / "test-to-hub" / "secret.xml"
    secret.parent.mkdir(parents=True)
    secret.write_text("<s>geheim</s>", encoding="utf-8")
    sheet = READ % f"document('{secret.as_uri()}')/s"

    with pytest.raises(Misconfigured, match="mapping_faulty"):
        records(tmp_path, sheet)


def test_the_network_cannot_be_reached(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured):
        records(tmp_path, READ % "document('http://127.0.0.1:1/x.xml')/s")


def test_files_cannot_be_written(tmp_path: Path) -> None:
    target = tmp_path / "written.xml"
    sheet = SHEET % (
        f'<xsl:template match="/"><exsl:document href="{target.as_uri()}"><x/></exsl:document>'
        '<records><record kind="A"/></records></xsl:template>'
    )

    with pytest.raises(Misconfigured):
        records(tmp_path, sheet)
    assert not target.exists()


@pytest.mark.parametrize("link", ["include", "import"])
@pytest.mark.parametrize(
    "href", ["../outside.xsl", "/etc/hosts", "http://127.0.0.1:1/x.xsl", "no.xsl"]
)
def test_nothing_outside_the_folder_is_included(tmp_path: Path, link: str, href: str) -> None:
    (tmp_path / "mappings").mkdir()
    (tmp_path / "mappings" / "outside.xsl").write_text(READ % "/a/b", encoding="utf-8")

    with pytest.raises(Misconfigured, match="mapping_faulty"):
        records(tmp_path, SHEET % f'<xsl:{link} href="{href}"/>')


def test_nothing_outside_the_folder_is_included_by_a_detour(tmp_path: Path) -> None:
    folder = tmp_path / "mappings" / "test-to-hub"
    folder.mkdir(parents=True)
    (tmp_path / "mappings" / "outside.xsl").write_text(READ % "/a/b", encoding="utf-8")
    (folder / "detour.xsl").write_text(
        SHEET % '<xsl:include href="../outside.xsl"/>', encoding="utf-8"
    )

    with pytest.raises(Misconfigured):
        records(tmp_path, SHEET % '<xsl:include href="detour.xsl"/>')


def test_a_neighbour_may_be_included(tmp_path: Path) -> None:
    folder = tmp_path / "mappings" / "test-to-hub"
    folder.mkdir(parents=True)
    (folder / "parts.xsl").write_text(READ % "/a/b", encoding="utf-8")

    assert records(tmp_path, SHEET % '<xsl:include href="parts.xsl"/>')[0].data == {"b": "c"}


def test_endless_recursion_ends(tmp_path: Path) -> None:
    sheet = SHEET % (
        '<xsl:template match="/"><xsl:call-template name="t"/></xsl:template>'
        '<xsl:template name="t"><xsl:call-template name="t"/></xsl:template>'
    )

    with pytest.raises(Misconfigured, match="mapping_faulty"):
        records(tmp_path, sheet)


@pytest.mark.parametrize("sheet", ["<a", "<a/>", SHEET % "<xsl:unknown/>", SHEET % ""])
def test_a_faulty_sheet_is_the_operators_matter(tmp_path: Path, sheet: str) -> None:
    with pytest.raises(Misconfigured):
        records(tmp_path, sheet)
