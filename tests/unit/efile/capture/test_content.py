"""Types are told from contents; names and declarations are claims."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from efile.capture import content
from tests.foreign_files import LETTER, docx, mail, picture


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (LETTER, content.PDF),
        (b"\r\n \r\n" + LETTER, content.PDF),
        (picture("PNG"), content.PNG),
        (picture("JPEG"), content.JPEG),
        (picture("TIFF"), content.TIFF),
        (docx("a"), content.PACKAGE),
        (mail(), content.MAIL),
        (b"<?xml version='1.0'?><a/>", content.XML),
        (b"\xef\xbb\xbf<?xml version='1.0'?><a/>", content.XML),
        (b"<!DOCTYPE html><p>", content.HTML),
        ("Grüße".encode(), content.PLAIN),
        ("Grüße".encode("cp1252"), content.PLAIN),
        ("Grüße".encode("utf-16"), content.PLAIN),
        (b"BMW gekauft", content.PLAIN),
        (b"MZ\x90\x00\x03\x00", "application/x-msdownload"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1...", "application/x-ole-storage"),
        (b"", content.UNKNOWN),
        (b"\x00\x01\x02", content.UNKNOWN),
    ],
)
def test_a_type_is_told_from_the_first_bytes(data: bytes, found: str) -> None:
    head = data[: content.HEAD_BYTES]

    assert found == content.recognised(head, "", "")
    assert found == content.recognised(head, "", "bescheid.pdf")


@pytest.mark.parametrize(
    ("data", "declared", "name", "found"),
    [
        (b"a;b\n1;2\n", "text/csv", "x", content.CSV),
        (b"a;b\n1;2\n", "", "liste.csv", content.CSV),
        (b"a;b\n1;2\n", "application/vnd.ms-excel", "liste.csv", content.CSV),
        (b'{"a": 1}', "application/json; charset=utf-8", "x", content.JSON),
        (b"<a/>", "application/atom+xml", "x", "application/atom+xml"),
        (b"Text", "text/xml", "x.xml", content.PLAIN),
    ],
)
def test_among_kinds_of_text_a_possible_claim_decides(
    data: bytes, declared: str, name: str, found: str
) -> None:
    assert found == content.recognised(data, declared, name)


@pytest.mark.parametrize(
    ("claim", "found", "wrong"),
    [
        ("application/pdf", content.PNG, True),
        ("text/plain", content.PDF, True),
        ("image/jpg", content.JPEG, False),
        ("application/octet-stream", content.PDF, False),
        ("", content.PDF, False),
        ("text/rtf-like", content.PLAIN, False),
        ("application/atom+xml", content.XML, False),
    ],
)
def test_only_a_claim_that_cannot_be_true_contradicts(
    *, claim: str, found: str, wrong: bool
) -> None:
    assert wrong is content.contradicts(claim, found)


@given(st.binary(max_size=400), st.text(max_size=20), st.text(max_size=20))
def test_whatever_comes_has_a_type(data: bytes, declared: str, name: str) -> None:
    assert content.recognised(data, declared, name)
