import io
import stat
import warnings
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.letters.package import MAX_ENTRIES, check_package
from tests.unit.hub.letters.word import document, paragraph, word_file

TEMPLATES = Path(__file__).parents[4] / "templates"
PLAIN = word_file(paragraph("Guten Tag"))


def rules(data: bytes) -> set[str]:
    return {finding.rule for finding in check_package(data)}


def test_an_ordinary_word_file_is_let_in() -> None:
    assert () == check_package(PLAIN)


@pytest.mark.parametrize("path", sorted(TEMPLATES.glob("*.docx")), ids=lambda path: path.stem)
def test_shipped_templates_are_let_in(path: Path) -> None:
    assert () == check_package(path.read_bytes())


def test_something_else_is_refused() -> None:
    assert {"template_archive_unsafe"} == rules(b"%PDF-1.7")


def test_an_archive_that_is_no_word_file_is_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        package.writestr("content.xml", "<a/>")

    assert {"template_archive_unsafe"} == rules(buffer.getvalue())


@pytest.mark.parametrize(
    "name",
    [
        "/etc/passwd",
        "../x.xml",
        "word/../../x.xml",
        "word\\x.xml",
        "C:/x.xml",
        "word/a.zip",
        "a.DOCM",
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(name: str) -> None:
    assert {"template_archive_unsafe"} == rules(word_file("", {name: "<a/>"}))


def test_a_bomb_is_refused_before_it_is_inflated() -> None:
    assert {"template_archive_unsafe"} == rules(
        word_file("", {"word/styles.xml": b" " * 5_000_000})
    )


def test_a_picture_may_compress_well() -> None:
    assert set() == rules(word_file("", {"word/media/image1.bmp": b" " * 5_000_000}))


def test_too_many_entries_are_refused() -> None:
    parts = {f"word/media/{number}.png": b"" for number in range(MAX_ENTRIES)}

    assert {"template_archive_unsafe"} == rules(word_file("", parts))


def test_a_symbolic_link_is_refused() -> None:
    link = zipfile.ZipInfo("word/styles.xml")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    buffer = io.BytesIO(PLAIN)
    with zipfile.ZipFile(buffer, "a") as package:
        package.writestr(link, "/etc/passwd")

    assert {"template_archive_unsafe"} == rules(buffer.getvalue())


def test_a_name_given_twice_is_refused() -> None:
    buffer = io.BytesIO(PLAIN)
    with zipfile.ZipFile(buffer, "a") as package, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        package.writestr("word/document.xml", document("other"))

    assert {"template_archive_unsafe"} == rules(buffer.getvalue())


def test_entries_that_share_bytes_are_refused() -> None:
    buffer = io.BytesIO(PLAIN)
    with zipfile.ZipFile(buffer, "a") as package:
        package.writestr("word/styles.xml", "<a/>")
        package.infolist()[1].header_offset = package.infolist()[0].header_offset
        package.comment = b"directory is written again"

    assert {"template_archive_unsafe"} == rules(buffer.getvalue())


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("word/vbaProject.bin", "x"),
        ("word/embeddings/oleObject1.bin", "x"),
        ("word/activeX/activeX1.xml", "<a/>"),
        ("word/_rels/document.xml.rels", '<R Target="http://x" TargetMode="External"/>'),
        ("word/_rels/document.xml.rels", '<R Target="http://x" TargetMode="&#69;xternal"/>'),
        ("word/_rels/settings.xml.rels", '<R Type="…/attachedTemplate" Target="x"/>'),
        ("word/styles.xml", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'),
        ("word/header1.xml", "<w:p><w:altChunk r:id='x'/></w:p>"),
        ("word/header1.xml", '<w:fldSimple w:instr=" INCLUDEPICTURE http://x "/>'),
        ("word/header1.xml", "<w:instrText>DD</w:instrText><w:instrText>EAUTO c</w:instrText>"),
        ("word/header1.xml", "<a>Grüße</a>".encode("utf-16")),
        ("word/header1.xml", "<a>Grüße</a>".encode("latin-1")),
        ("[Content_Types].xml", "application/vnd.ms-word.document.macroEnabled.main+xml"),
    ],
)
def test_active_content_is_refused(name: str, content: str | bytes) -> None:
    assert {"template_active_content"} == rules(word_file("", {name: content}))


def test_page_numbers_are_no_active_content() -> None:
    footer = "<w:instrText> PAGE </w:instrText><w:instrText> NUMPAGES </w:instrText>"

    assert set() == rules(word_file("", {"word/footer1.xml": footer}))


@given(position=st.integers(0, len(PLAIN) - 1), value=st.integers(0, 255))
def test_a_damaged_file_never_ends_in_an_unexpected_error(position: int, value: int) -> None:
    damaged = bytearray(PLAIN)
    damaged[position] = value

    assert isinstance(check_package(bytes(damaged)), tuple)


@given(size=st.integers(0, len(PLAIN) - 1))
def test_a_cut_file_is_refused(size: int) -> None:
    assert {"template_archive_unsafe"} == rules(PLAIN[:size])
