"""Letters through the real LibreOffice."""

from __future__ import annotations

import asyncio
import copy
import io
import shutil
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from hub.core.errors import Unavailable
from hub.core.findings import Verdict
from hub.letters.office import Office
from hub.letters.pdfa import PdfVerdict, check_letter
from hub.letters.render import render
from hub.letters.templates import Template, Templates
from tests.unit.hub.letters.word import paragraph, word_file

pytestmark = pytest.mark.office
TEMPLATES = Templates.load(Path(__file__).parents[3] / "templates")
NAMES = TEMPLATES.names()
PEOPLE = (
    "Ayşe Şahin-Łukasz",
    "Müller & Söhne <Nachlass>",
    "Zoë „Zo“ D'Angelo",
    "Nguyễn Thị Ánh",
    "Иван Петров",
)
"""One addressee per template, each hard for a careless program."""


@pytest.fixture(scope="module")
def work_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("soffice") is None:
        pytest.skip("LibreOffice is not installed")
    return tmp_path_factory.mktemp("office")


@pytest.fixture(scope="module")
def batch(work_dir: Path) -> list[bytes]:
    """Convert one letter per template, each to somebody else, in one start."""
    return convert(work_dir, [filled(TEMPLATES.template(NAMES[n]), fields(n)) for n in range(5)])


def fields(number: int) -> dict[str, Any]:
    """Return the fields of one letter of the batch."""
    example = copy.deepcopy(dict(TEMPLATES.template(NAMES[number]).example))
    values = {"payee": {}, "reclaim": None} | example | {"case_id": case_id(number)}
    values["recipient"]["name"] = values["payee"]["name"] = PEOPLE[number]
    if values["reclaim"]:
        values["reclaim"]["debtor"] = PEOPLE[number]
    return values


def case_id(number: int) -> str:
    return f"UV-2026-00{number}"


def filled(template: Template, values: Mapping[str, Any]) -> bytes:
    return render(template.content, values, template.name)


def convert(work_dir: Path, letters: Sequence[bytes]) -> list[bytes]:
    return asyncio.run(Office("soffice", work_dir, 120).to_pdfa(letters))


def grant(work_dir: Path, **changes: Any) -> tuple[bytes, PdfVerdict]:
    """Return the grant of the example with some fields changed, and its verdict."""
    template = TEMPLATES.template("bewilligungsbescheid")
    (pdf,) = convert(work_dir, [filled(template, {**template.example, **changes})])
    return pdf, check_letter(pdf, [template.example["case_id"]])


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def rules(verdict: PdfVerdict) -> set[str]:
    return {finding.rule for finding in verdict.findings}


@pytest.mark.parametrize("number", range(5), ids=NAMES)
def test_every_letter_is_archivable_accessible_and_for_its_addressee(
    batch: list[bytes], number: int
) -> None:
    verdict = check_letter(batch[number], [PEOPLE[number], case_id(number)])

    assert (Verdict.PASSED, ()) == (verdict.verdict, verdict.findings)
    assert ("2", "B", "de-DE") == (verdict.part, verdict.conformance, verdict.language)
    assert ("LiberationSans", "LiberationSans-Bold") == verdict.fonts
    assert TEMPLATES.template(NAMES[number]).title in verdict.title


@pytest.mark.parametrize("number", range(5), ids=NAMES)
def test_letters_of_a_batch_are_not_mixed_up(batch: list[bytes], number: int) -> None:
    others = [n for n in range(5) if n != number]
    strangers = [text for n in others for text in (PEOPLE[n], case_id(n))]

    verdict = check_letter(batch[number], strangers)

    assert len(strangers) == len(verdict.findings)
    assert {"letter_text_missing"} == rules(verdict)


def test_pages_are_counted_per_letter(batch: list[bytes]) -> None:
    refusal, grant_notice = batch[NAMES.index("ablehnungsbescheid")], batch[2]

    assert "Seite 1 von 1" in text_of(refusal)
    assert "Seite 1 von 2" in text_of(grant_notice)
    assert "Seite 2 von 2" in text_of(grant_notice)


def test_the_structure_has_one_title_and_table_headings(batch: list[bytes]) -> None:
    reader = PdfReader(io.BytesIO(batch[2]))
    tags = _tags(reader.root_object["/StructTreeRoot"]["/K"])

    assert 1 == tags.count("/H1")
    assert 5 == tags.count("/TH")
    assert 10 == tags.count("/TD")
    assert tags.index("/Anschrift") < tags.index("/H1")


def _tags(node: Any) -> list[str]:
    node = node.get_object()
    if isinstance(node, list):
        return [tag for child in node for tag in _tags(child)]
    if not isinstance(node, dict) or "/S" not in node:
        return []
    return [node["/S"], *(_tags(node["/K"]) if "/K" in node else [])]


def test_amounts_and_bank_details_appear(batch: list[bytes]) -> None:
    example = TEMPLATES.template("bewilligungsbescheid").example
    expected = [
        example["payee"]["iban"],
        example["reclaim"]["amount"],
        example["reclaim"]["due_date"],
        *(value for period in example["periods"] for value in period.values()),
    ]

    assert Verdict.PASSED is check_letter(batch[2], expected).verdict


def test_without_a_claim_nothing_is_claimed(work_dir: Path) -> None:
    pdf, verdict = grant(work_dir, reclaim=None)

    assert Verdict.PASSED is verdict.verdict
    assert "erstatte" not in text_of(pdf)


def test_a_table_over_two_pages_repeats_its_heading(work_dir: Path) -> None:
    period = TEMPLATES.template("bewilligungsbescheid").example["periods"][0]

    pdf, verdict = grant(work_dir, periods=[period] * 30)
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]

    assert Verdict.PASSED is verdict.verdict
    assert [True, True] == ["Mindestunterhalt" in page for page in pages[:2]]


@pytest.mark.parametrize("character", ["王", "🙂", "ع"])
def test_a_character_no_font_of_ours_knows_is_found(work_dir: Path, character: str) -> None:
    _, verdict = grant(work_dir, reasons=[f"Zeichen {character}"])

    assert Verdict.FAILED is verdict.verdict
    assert rules(verdict) <= {"letter_glyph_missing", "letter_font_fallback"}


def test_another_font_is_found(work_dir: Path) -> None:
    body = paragraph("Anna").replace(
        "<w:t>", '<w:rPr><w:rFonts w:ascii="Liberation Serif"/></w:rPr><w:t>'
    )
    (pdf,) = convert(work_dir, [word_file(body)])

    assert "letter_font_fallback" in rules(check_letter(pdf, ["Anna"]))


def test_a_line_outside_of_the_structure_is_found(work_dir: Path) -> None:
    template = TEMPLATES.template("ablehnungsbescheid")
    border = b'<w:pPr><w:pBdr><w:bottom w:val="single" w:sz="8"/></w:pBdr>'
    letter = filled(template, template.example)
    (pdf,) = convert(work_dir, [_with_header(letter, border)])

    assert {"letter_not_pdfua"} == rules(check_letter(pdf, []))


def _with_header(letter: bytes, properties: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(letter)) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    before, _, after = parts["word/header1.xml"].rpartition(b"<w:pPr>")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        for name, part in (parts | {"word/header1.xml": before + properties + after}).items():
            package.writestr(name, part)
    return buffer.getvalue()


async def test_two_converters_work_side_by_side(work_dir: Path) -> None:
    letters = [[word_file(paragraph(f"{side} {n}")) for n in range(3)] for side in ("Nord", "Süd")]

    results = await asyncio.gather(
        *(Office("soffice", work_dir, 120).to_pdfa(side) for side in letters)
    )

    expected = [[f"{side} {n}" for n in range(3)] for side in ("Nord", "Süd")]
    assert expected == [[text_of(pdf).strip() for pdf in side] for side in results]


async def test_a_conversion_that_takes_too_long_leaves_no_process(work_dir: Path) -> None:
    letters = [word_file(paragraph("x") * 2000)] * 20

    with pytest.raises(Unavailable, match="libreoffice_failed"):
        await Office("soffice", work_dir / "slow", 0.5).to_pdfa(letters)

    assert [] == _processes_in(work_dir / "slow")
    assert [] == list((work_dir / "slow").iterdir())


def _processes_in(folder: Path) -> list[str]:
    """Return the command lines of the processes that use a profile in this folder."""
    lines = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            lines.append(path.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        except OSError:
            continue
    return [line for line in lines if f"UserInstallation={folder.as_uri()}" in line]


async def test_something_that_is_no_word_file_is_reported(work_dir: Path) -> None:
    with pytest.raises(Unavailable, match="libreoffice_failed"):
        await Office("soffice", work_dir, 60).to_pdfa([b"PK\x03\x04 broken"])


async def test_the_version_is_known(work_dir: Path) -> None:
    version = await Office("soffice", work_dir, 60).version()

    assert int(version.partition(".")[0]) >= 7
