"""Large documents are judged like small ones, in memory that does not grow with them."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest

from hub.core.errors import Undecodable
from hub.core.findings import Verdict
from hub.formats import xml
from hub.formats.base import Reading
from hub.formats.xml import XmlFormat

SCHEMA = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:t"
  xmlns="urn:t" elementFormDefault="qualified">
  <xs:element name="liste"><xs:complexType><xs:sequence>
    <xs:element name="person" maxOccurs="unbounded"><xs:complexType><xs:sequence>
      <xs:element name="name" type="xs:string"/><xs:element name="tag" type="xs:date"/>
    </xs:sequence></xs:complexType></xs:element>
  </xs:sequence></xs:complexType></xs:element>
</xs:schema>"""
GOOD = "<person><name>Müller</name><tag>2026-01-01</tag></person>\n"
ROOT = Path(__file__).parents[4]


@pytest.fixture
def listing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> XmlFormat:
    """A format whose documents all count as large."""
    monkeypatch.setattr(xml, "WHOLE_BYTES", 10)
    path = tmp_path / "Liste-1.0.xsd"
    path.write_text(SCHEMA, encoding="utf-8")
    return XmlFormat("test/Liste-1.0", path)


def verified(listing: XmlFormat, *people: str, encoding: str = "utf-8") -> Reading:
    head = f'<?xml version="1.0" encoding="{encoding}"?>\n<liste xmlns="urn:t">\n'
    return listing.verify(io.BytesIO(f"{head}{''.join(people)}</liste>".encode(encoding)))


@pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-1", "windows-1252"])
def test_a_good_document_passes_in_every_allowed_encoding(
    listing: XmlFormat, encoding: str
) -> None:
    reading = verified(listing, *[GOOD] * 20_000, encoding=encoding)

    assert (Verdict.PASSED, (), None) == (reading.verdict, reading.findings, reading.document)


@pytest.mark.parametrize(
    ("person", "rule"),
    [
        ("<person><name>A</name><tag>2026-31-01</tag></person>\n", "xsd_type"),
        ("<person><name>A</name></person>\n", "xsd_element_missing"),
        ("<person><x/><name>A</name></person>\n", "xsd_element_unexpected"),
    ],
)
def test_a_faulty_place_is_told_with_its_line(listing: XmlFormat, person: str, rule: str) -> None:
    people = [GOOD] * 3000
    people[1500] = people[2500] = person
    reading = verified(listing, *people)

    assert reading.verdict is Verdict.FAILED
    assert [1503, 2503] == [f.line for f in reading.findings if f.rule == rule]


def test_a_document_of_faults_is_told_up_to_a_bound(listing: XmlFormat) -> None:
    faulty = "<person><name>A</name><tag>x</tag></person>\n"
    reading = verified(listing, *[faulty] * 3000)

    assert 1000 == len(reading.findings)
    assert sum(reading.counts.values()) >= 1000


def test_another_root_is_refused(listing: XmlFormat) -> None:
    reading = listing.verify(io.BytesIO(b"<other>" + b" " * 100 + b"</other>"))

    assert ["xsd_root_unexpected"] == [finding.rule for finding in reading.findings]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b" " * 100, "empty_file"),
        (b'<!DOCTYPE r [<!ENTITY a "b">]><liste xmlns="urn:t">&a;</liste>', "doctype_forbidden"),
        (b'<liste xmlns="urn:t"><person></liste>', "not_wellformed"),
        (b'<?xml version="1.0" encoding="utf-7"?><liste/>', "encoding_forbidden"),
        (b'<?xml version="1.0" encoding="utf-8"?><liste>\xe4\xe4</liste>', "encoding_wrong"),
        ('<?xml version="1.0" encoding="iso-8859-1"?><liste>ü</liste>'.encode(), "mojibake"),
        (b'<liste xmlns="urn:t">' + b"<a>" * 200, "too_deep"),
        (b"<liste>abcdefghijklmnop\0</liste>", "nul_bytes"),
    ],
)
def test_what_is_no_sound_xml_is_refused_as_ever(
    listing: XmlFormat, data: bytes, code: str
) -> None:
    with pytest.raises(Undecodable) as caught:
        listing.verify(io.BytesIO(data))

    assert code == caught.value.code


def test_a_single_text_may_not_be_huge(listing: XmlFormat) -> None:
    with pytest.raises(Undecodable, match="text_too_long"):
        verified(listing, f"<person><name>{'x' * 11_000_000}</name></person>")


def test_a_schema_that_cannot_run_passes_nothing(listing: XmlFormat) -> None:
    listing.path.write_text(SCHEMA.replace("xs:date", "xs:dat"), encoding="utf-8")

    assert verified(listing, GOOD).verdict is Verdict.NOT_CHECKABLE


def test_memory_does_not_grow_with_the_document(listing: XmlFormat, tmp_path: Path) -> None:
    """30 MB as a tree take more than 300 MB; the check has to do with 150."""
    document = tmp_path / "gross.xml"
    with document.open("w", encoding="utf-8") as file:
        file.write('<liste xmlns="urn:t">\n')
        for _ in range(500):
            file.write(GOOD * 1000)
        file.write("</liste>")
    program = (
        "import resource,sys;from pathlib import Path;from hub.formats.xml import XmlFormat;"
        f"limit={150 << 20};resource.setrlimit(resource.RLIMIT_DATA,(limit,limit));"
        "f=XmlFormat('t/Liste-1.0',Path(sys.argv[1]));"
        "sys.exit(f.verify(open(sys.argv[2],'rb')).verdict!='passed')"
    )

    done = subprocess.run(
        [sys.executable, "-c", program, str(listing.path), str(document)],
        check=False, capture_output=True, cwd=ROOT,
    )  # fmt: skip

    assert (0, b"") == (done.returncode, done.stderr)
