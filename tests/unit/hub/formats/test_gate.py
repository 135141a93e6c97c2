"""The gate refuses what no XML parser should meet."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.errors import Undecodable
from hub.formats.encoding import LIMITS, Limits, to_utf8
from hub.formats.gate import is_plain, places_of, root_of, survey

DOCTYPE = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'
BOMB = '<!DOCTYPE a [<!ENTITY l "ha"><!ENTITY m "&l;&l;&l;"><!ENTITY n "&m;&m;&m;">]><a>&n;</a>'
PARAMETER = '<!DOCTYPE a [<!ENTITY % p SYSTEM "http://127.0.0.1:1/p.dtd"> %p;]><a/>'
SUBSET = '<!DOCTYPE a SYSTEM "http://127.0.0.1:1/a.dtd"><a/>'


def declared(text: str, encoding: str, codec: str = "") -> bytes:
    return f'<?xml version="1.0" encoding="{encoding}"?>\n{text}'.encode(codec or encoding)


def refused(data: bytes, limits: Limits = LIMITS) -> str:
    with pytest.raises(Undecodable) as caught:
        survey(to_utf8(data, limits), limits)
    assert caught.value.findings
    assert caught.value.findings[0].rule == caught.value.code
    return caught.value.code


@pytest.mark.parametrize("text", [DOCTYPE, BOMB, PARAMETER, SUBSET, "<!DOCTYPE a><a/>"])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-16", "iso-8859-1", "iso-8859-15", "windows-1252"]
)
def test_a_doctype_is_refused_in_every_encoding(text: str, encoding: str) -> None:
    assert refused(declared(text, encoding)) == "doctype_forbidden"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty_file"),
        (b" \r\n\t", "empty_file"),
        ("<a/>".encode("utf-32"), "encoding_forbidden"),
        ("<a/>".encode("utf-16-le"), "encoding_forbidden"),
        ("<a/>".encode("utf-16-be"), "encoding_forbidden"),
        (declared("<a/>", "utf-16", "utf-8"), "encoding_forbidden"),
        (declared("<a/>", "utf-7"), "encoding_forbidden"),
        (declared("<a/>", "us-ascii"), "encoding_forbidden"),
        (declared("<a/>", "koi8-r"), "encoding_forbidden"),
        (declared("<a/>", "utf-8", "cp500"), "encoding_wrong"),
        ("<a>ä</a>".encode("iso-8859-1"), "encoding_wrong"),
        (declared("<a>ä</a>", "utf-8", "cp1252"), "encoding_wrong"),
        (b"\xef\xbb\xbf" + declared("<a/>", "iso-8859-1"), "encoding_wrong"),
        (b"\xff\xfe" + "<a>\ud800</a>".encode("utf-16-le", "surrogatepass"), "encoding_wrong"),
        (declared("<a>\x81</a>", "windows-1252", "latin-1"), "encoding_wrong"),
        (declared("<a>Müller</a>", "iso-8859-1", "utf-8"), "mojibake"),
        (declared("<a>Größe</a>", "windows-1252", "utf-8"), "mojibake"),
        ("<a>MÃ¼ller</a>".encode(), "mojibake"),
        ("<a>Ã–ztÃ¼rk</a>".encode(), "mojibake"),
        (declared("<a>\x96</a>", "iso-8859-1"), "mojibake"),
        (b"<a>\0</a>", "nul_bytes"),
        ("<a>\0ä</a>".encode(), "nul_bytes"),
        (b'<?xml version="1.1"?><a/>', "xml_version"),
        (b"<?xml version='2.0' encoding='UTF-8'?><a/>", "xml_version"),
        (b'<?xml-stylesheet href="http://127.0.0.1:1/"?><a/>', "stylesheet_forbidden"),
        (b"<a>" * 101 + b"</a>" * 101, "too_deep"),
        (b"<a>" * 100_000, "too_deep"),
        (b"<a>&x;</a>", "not_wellformed"),
        (b"<a>&#1;</a>", "not_wellformed"),
        (b"<a>&#0;</a>", "not_wellformed"),
        (b"<a/><b/>", "not_wellformed"),
        (b"<a><b></a></b>", "not_wellformed"),
        (b'<a b="1" b="2"/>', "not_wellformed"),
        (b"<a", "not_wellformed"),
        (b"Fallnummer;Betrag\r\n", "not_wellformed"),
    ],
)
def test_a_bad_document_is_refused(data: bytes, code: str) -> None:
    assert refused(data) == code


FEW = Limits(elements=3, depth=2, attributes=2, attributes_per_element=1)

PIECES = st.sampled_from(
    [
        "<a>", "</a>", "<b/>", "<b c='1'/>", "<!DOCTYPE a>", "<!--x-->", "<![CDATA[x]]>", "x", " ",
        '<?xml version="1.0"?>', '<?xml version="1.1"?>', "<?xml-stylesheet href='x'?>", "&x;",
        "<?xml\tversion='1.1'?>", "&lt;", "ä", "\n",
    ]
)  # fmt: skip


@given(pieces=st.lists(PIECES, max_size=8), limits=st.sampled_from([LIMITS, FEW]))
def test_what_is_plain_can_only_be_malformed(pieces: list[str], limits: Limits) -> None:
    document = "".join(pieces).encode()

    assert not is_plain(document, limits) or _verdict(document, limits) in {
        "", "empty_file", "xml_version", "not_wellformed",
    }  # fmt: skip


def _verdict(document: bytes, limits: Limits) -> str:
    try:
        survey(to_utf8(document), limits)
    except Undecodable as exc:
        return exc.code
    return ""


def test_a_message_of_a_case_core_is_plain() -> None:
    assert is_plain(declared("<a xmlns='urn:x'><b>ä</b></a>", "UTF-8", "utf-8"))


def test_a_hundred_thousand_attributes_are_refused() -> None:
    many = " ".join(f'a{number}="1"' for number in range(100_000))

    assert refused(f"<a {many}/>".encode()) == "too_many_attributes"


def test_too_many_elements_are_refused() -> None:
    assert refused(b"<a>" + b"<b/>" * 10 + b"</a>", Limits(elements=10)) == "too_many_elements"


def test_too_many_bytes_are_refused_unread() -> None:
    assert refused(b"<a>xxxxxx</a>", Limits(bytes=10)) == "oversize"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-15", "windows-1252"]
)
def test_an_allowed_encoding_arrives_as_utf_8(encoding: str) -> None:
    data = declared("<a>Straße 5 €</a>", encoding.removesuffix("-sig"), encoding)

    assert to_utf8(data).endswith("<a>Straße 5 €</a>".encode())


@pytest.mark.parametrize("name", ["São João", "ÃO", "Łódź", "Şahin", "Ñandú"])
def test_foreign_names_are_not_taken_for_garbled_text(name: str) -> None:
    assert to_utf8(f"<a>{name}</a>".encode())


def test_the_place_of_a_fault_is_told() -> None:
    with pytest.raises(Undecodable) as caught:
        survey(b"<a>\n  <b>\n  </c>\n</a>")
    finding = caught.value.findings[0]

    assert (finding.line, finding.column) == (3, 5)


@pytest.mark.parametrize(
    ("data", "root"),
    [
        (b'<a xmlns="urn:x"><b/></a>', "{urn:x}a"),
        (b'<p:a xmlns:p="urn:x"/>', "{urn:x}a"),
        (b"<!-- \xc3\xa4 --><a><b>", "a"),
        (declared('<a xmlns="urn:x"/>', "utf-16"), "{urn:x}a"),
        (declared("<a>ä</a>", "iso-8859-15"), "a"),
        (DOCTYPE.encode(), None),
        (b"Satz;Mandant", None),
        (b"", None),
        (b"\xff\xfe\x00", None),
        (b'<?xml version="1.0" encoding="none-such"?><a/>', None),
    ],
)
def test_the_root_is_found_without_parsing(data: bytes, root: str | None) -> None:
    assert root_of(data) == root


def test_places_are_lines_and_characters() -> None:
    assert places_of("<ä>\n <b/>é<c/>\n</ä>".encode()) == [(1, 1), (2, 2), (2, 7)]
