import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfWriter
from pypdf.actions import JavaScript

from hub.core.findings import Verdict
from hub.letters.pdfa import _appears, check_letter


def blank() -> PdfWriter:
    writer = PdfWriter()
    writer.add_blank_page(595, 842)
    return writer


def written(writer: PdfWriter) -> bytes:
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def rules(pdf: bytes, *must_contain: str) -> set[str]:
    return {finding.rule for finding in check_letter(pdf, must_contain).findings}


@pytest.mark.parametrize("pdf", [b"", b"x", b"%PDF-1.7\n", b"PK\x03\x04", b"%PDF-1.7\n%%EOF"])
def test_an_unreadable_file_is_not_checkable(pdf: bytes) -> None:
    verdict = check_letter(pdf, [])

    assert Verdict.NOT_CHECKABLE is verdict.verdict
    assert ["letter_pdf_unreadable"] == [finding.rule for finding in verdict.findings]


@given(st.integers(0, 600), st.integers(0, 255))
def test_a_damaged_file_never_passes_or_escapes(position: int, value: int) -> None:
    damaged = bytearray(written(blank()))
    damaged[position % len(damaged)] = value

    assert Verdict.PASSED is not check_letter(bytes(damaged), []).verdict


def test_an_ordinary_pdf_is_no_letter() -> None:
    verdict = check_letter(written(blank()), ["Anna"])
    expected = {"letter_not_pdfa", "letter_not_pdfua", "letter_font_missing", "letter_text_missing"}

    assert Verdict.FAILED is verdict.verdict
    assert expected == {finding.rule for finding in verdict.findings}
    assert 1 == verdict.pages


def test_an_encrypted_file_is_refused() -> None:
    writer = blank()
    writer.encrypt("secret", algorithm="AES-256")

    assert {"letter_pdf_active"} == rules(written(writer))


def test_a_script_is_refused() -> None:
    writer = blank()
    writer.add_open_action(JavaScript("app.alert('x')"))

    assert "letter_pdf_active" in rules(written(writer))


def test_an_attachment_is_refused() -> None:
    writer = blank()
    writer.add_attachment("x.txt", b"x")

    assert "letter_pdf_active" in rules(written(writer))


def test_a_finding_names_no_person() -> None:
    verdict = check_letter(written(blank()), ["Ayşe Şahin"])

    assert "Ayşe" not in repr(verdict.findings)


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        ("Ayşe Şahin", "An Ayşe Şahin, Weg 1"),
        ("Ayşe Şahin-Łukasz", "Ayşe Şahin-\nŁukasz"),
        ("Ayşe Şahin", "Ayşe\nŞahin"),
        ("Unterhaltsvorschuss", "Unterhalts\u00ad\nvorschuss"),
        ("Müller & Söhne", "bei Müller & Söhne."),
        ("finden", "ﬁnden"),
        ("UV-2026-000417", "(UV-2026-\n000417)"),
        ("ö", "o\u0308"),
    ],
)
def test_expected_text_is_found_whatever_the_layout_did(expected: str, text: str) -> None:
    assert _appears(expected, text)


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        ("UV-1", "UV-12"),
        ("UV-1", "UV-1-2"),
        ("V-1", "UV-1"),
        ("Anna", "Annabell"),
        ("Anna", "Anna-Lena"),
        ("Müller & Söhne", "Müller Söhne"),
        ("Şahin", "Sahin"),
        ("", "anything"),
        (" ", "anything"),
    ],
)
def test_part_of_another_word_does_not_count(expected: str, text: str) -> None:
    assert not _appears(expected, text)
