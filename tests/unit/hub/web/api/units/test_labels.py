"""What parts say of themselves: understood as clients write it, refused where it has two meanings."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.channels.inbound.rules import is_taken
from hub.web.api.problems import Problem
from hub.web.api.units.labels import (
    LONGEST_NAME_BYTES,
    Label,
    attachment_name,
    attachment_type,
    plain_name,
    read_label,
)


def head(disposition: str, *more: str) -> bytes:
    return "\r\n".join([f"Content-Disposition: form-data; {disposition}", *more]).encode()


@pytest.mark.parametrize(
    ("raw", "label"),
    [
        (
            head('name="message"; filename="a.xml"', "Content-Type: application/xml"),
            Label("message", "a.xml", "application/xml", None),
        ),
        (
            head('name="attachment"; filename="Nachweis ü.pdf"', "Content-Type: Application/PDF; x=y"),
            Label("attachment", "Nachweis ü.pdf", "application/pdf", None),
        ),
        (
            head("name=attachment; filename=\"=?utf-8?B?w7w=?=\"; filename*=utf-8''%C3%BC.pdf"),
            Label("attachment", "ü.pdf", "", None),
        ),
        (
            head('name="attachment"; filename="Nachweis%20%C3%BC.pdf"', "Content-Length: 17"),
            Label("attachment", "Nachweis ü.pdf", "", 17),
        ),
        (
            head('name="a"', "content-transfer-encoding: BINARY", "X-Other: y", "Content-Type:text/xml"),
            Label("a", "", "text/xml", None),
        ),
    ],
    ids=["curl", "browser", "dotnet", "aiohttp", "others"],
)  # fmt: skip
def test_headers_are_understood_as_clients_write_them(raw: bytes, label: Label) -> None:
    assert label == read_label(raw, 1)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "multipart_invalid"),
        (b"Content-Type: text/xml", "multipart_invalid"),
        (b"Content-Disposition: attachment; name=a", "multipart_invalid"),
        (head('name="a"') + b"\r\n" + head('name="b"'), "multipart_invalid"),
        (head('name="a"; name="b"'), "multipart_invalid"),
        (head('name="a";') + b"\r\n filename=folded", "multipart_invalid"),
        (head('name="a"') + b"\nX: y", "multipart_invalid"),
        (head('name="a"') + b"\r\nX\xff: y", "multipart_invalid"),
        (head('name="a"', "X y: z"), "multipart_invalid"),
        (head('name="a"', "Content-Length: -1"), "multipart_invalid"),
        (head('name="a"', "Content-Type: "), "multipart_invalid"),
        (head('name="a"', "Content-Type: multipart/mixed; boundary=b"), "part_nested"),
        (head('name="a"', "Content-Transfer-Encoding: base64"), "part_encoded"),
        (head('name="a"', "Content-Transfer-Encoding: x-uuencode"), "part_encoded"),
        (head('name="a"', "Content-Encoding: gzip"), "part_encoded"),
    ],
)
def test_what_is_no_plain_part_is_refused_by_its_number(raw: bytes, code: str) -> None:
    with pytest.raises(Problem) as caught:
        read_label(raw, 7)

    assert (code, {"part": 7}) == (caught.value.code, caught.value.members)


@given(st.binary(max_size=60) | st.text(max_size=60).map(head))
def test_any_bytes_are_a_label_or_a_problem(raw: bytes) -> None:
    try:
        label = read_label(raw, 1)
    except Problem:
        return
    assert "/" not in label.name
    assert label.name.isprintable()


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("../../etc/passwd", "passwd"),
        (r"C:\Users\x\Scan.pdf", "Scan.pdf"),
        ("a\u0308.pdf", "ä.pdf"),
        ("a\u202efdp.exe", "afdp.exe"),
        ("zwei\r\nZeilen.pdf", "zweiZeilen.pdf"),
        (" a b.pdf ", "a b.pdf"),
        ("folder/", ""),
    ],
)
def test_a_name_is_never_a_path(said: str, name: str) -> None:
    assert name == plain_name(said)


@given(st.text())
def test_any_name_becomes_composed_printable_and_stays_as_it_is(said: str) -> None:
    name = plain_name(said)

    assert unicodedata.is_normalized("NFC", name)
    assert name.isprintable()
    assert name == plain_name(name)


UNFIT = [
    "", ".", "..", ".hidden", "a.tmp", "a.PART", "a~", "~$a.docx", "a.pdf.sha256", "a.done",
    "a.manifest", "ä" * 128,
]  # fmt: skip


@pytest.mark.parametrize("name", UNFIT)
def test_names_no_folder_would_take_are_refused(name: str) -> None:
    with pytest.raises(Problem, match="attachment_name_invalid"):
        attachment_name(Label("attachment", name, "", None), 2)


@given(st.text().map(plain_name))
def test_a_name_that_is_taken_is_one_of_a_folder(name: str) -> None:
    try:
        taken = attachment_name(Label("attachment", name, "", None), 2)
    except Problem:
        return
    assert is_taken(taken)
    assert len(taken.encode()) <= LONGEST_NAME_BYTES


@pytest.mark.parametrize(
    ("said", "name", "kind"),
    [
        ("application/pdf", "a.bin", "application/pdf"),
        ("application/octet-stream", "a.pdf", "application/pdf"),
        ("", "a.tif", "image/tiff"),
        ("", "a", "application/octet-stream"),
    ],
)
def test_a_type_nobody_said_is_that_of_the_name(said: str, name: str, kind: str) -> None:
    assert kind == attachment_type(Label("attachment", name, said, None), name)
