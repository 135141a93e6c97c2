import hashlib
import re
import zipfile
from pathlib import Path

import pytest

from hub.core.errors import Misconfigured
from hub.letters.templates import Template, Templates, preview
from tests.unit.hub.letters.word import paragraph, part_of, word_file

SHIPPED = Templates.load(Path(__file__).parents[4] / "templates")
every_template = pytest.mark.parametrize(
    "template", [SHIPPED.template(name) for name in SHIPPED.names()], ids=SHIPPED.names()
)
DECLARATION = 'title = "Brief"\n[fields]\nname = "Name"\n[example]\nname = "Anna"\n'


def folder(path: Path, body: str, declaration: str = DECLARATION) -> Path:
    (path / "brief.docx").write_bytes(word_file(paragraph(body)))
    (path / "brief.fields.toml").write_text(declaration)
    return path


def rules(directory: Path) -> list[tuple[str, str | None]]:
    return [(finding.rule, finding.field) for finding in Templates.load(directory).check()]


def test_shipped_templates_have_no_findings() -> None:
    assert () == SHIPPED.check()


def test_all_notices_have_a_template() -> None:
    expected = (
        "ablehnungsbescheid",
        "aenderungsbescheid",
        "bewilligungsbescheid",
        "einstellungsbescheid",
        "ersatzbescheid",
    )

    assert expected == SHIPPED.names()


@every_template
def test_a_template_knows_its_digest(template: Template) -> None:
    assert hashlib.sha256(template.path.read_bytes()).hexdigest() == template.digest


@every_template
def test_a_preview_holds_the_example(template: Template) -> None:
    text = part_of(preview(template))

    assert template.example["recipient"]["name"] in text
    assert template.example["case_id"] in text
    assert "{{" not in text
    assert "{%" not in text


@every_template
def test_a_notice_says_how_to_object(template: Template) -> None:
    text = re.sub(r"<[^>]*>", "", part_of(preview(template)))

    assert "Rechtsbehelfsbelehrung" in text
    assert "innerhalb eines Monats nach seiner Bekanntgabe" in text
    assert template.example["office"]["street"] in text


@every_template
def test_only_one_font_and_language_is_used(template: Template) -> None:
    with zipfile.ZipFile(template.path) as package:
        text = "".join(package.read(name).decode() for name in package.namelist())

    assert {"Liberation Sans"} == set(re.findall(r'w:(?:ascii|hAnsi|cs)="([^"]*)"', text))
    assert {"de-DE"} == set(re.findall(r'<w:lang w:val="([^"]*)"', text))


@pytest.mark.parametrize(
    "part", ["styles", "numbering", "settings", "header1", "footer1", "footer2"]
)
def test_templates_share_their_design(part: str) -> None:
    contents = {
        part_of(SHIPPED.template(name).content, f"word/{part}.xml") for name in SHIPPED.names()
    }

    assert 1 == len(contents)


def test_an_unknown_template_is_named() -> None:
    with pytest.raises(Misconfigured, match="mahnung") as caught:
        SHIPPED.template("mahnung")

    assert "template_unknown" == caught.value.code
    assert "bewilligungsbescheid" in caught.value.remedy


def test_a_sound_template_has_no_findings(tmp_path: Path) -> None:
    assert [] == rules(folder(tmp_path, "{{ name }}"))


def test_an_undeclared_field_is_found(tmp_path: Path) -> None:
    found = rules(folder(tmp_path, "{{ name }} {{ office.city }}"))

    assert ("template_field_undeclared", "office.city") in found


def test_an_unused_field_is_found(tmp_path: Path) -> None:
    assert [("template_field_unused", "name")] == rules(folder(tmp_path, "Guten Tag"))


def test_an_example_with_gaps_is_found(tmp_path: Path) -> None:
    gaps = DECLARATION.replace('name = "Anna"', "")

    assert [("template_field_unknown", None)] == rules(folder(tmp_path, "{{ name }}", gaps))


def test_a_forbidden_expression_is_found(tmp_path: Path) -> None:
    found = rules(folder(tmp_path, "{{ name.upper() }}"))

    assert [("template_expression_forbidden", None)] == found


def test_macros_are_found(tmp_path: Path) -> None:
    folder(tmp_path, "")
    macros = word_file(paragraph("{{ name }}"), {"word/vbaProject.bin": "x"})
    (tmp_path / "brief.docx").write_bytes(macros)

    assert [("template_active_content", None)] == rules(tmp_path)


@pytest.mark.parametrize(
    "declaration",
    ["", 'title = "x"', DECLARATION + "[more]\n", "title = 1\n[fields]\n[example]\n", "="],
)
def test_a_bad_declaration_is_refused(tmp_path: Path, declaration: str) -> None:
    with pytest.raises(Misconfigured, match="template_declaration_invalid"):
        Templates.load(folder(tmp_path, "{{ name }}", declaration))


def test_a_missing_declaration_is_refused(tmp_path: Path) -> None:
    (folder(tmp_path, "{{ name }}") / "brief.fields.toml").unlink()

    with pytest.raises(Misconfigured, match=r"brief\.fields\.toml"):
        Templates.load(tmp_path)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="templates_missing"):
        Templates.load(tmp_path)


def test_what_word_keeps_while_editing_is_ignored(tmp_path: Path) -> None:
    (folder(tmp_path, "{{ name }}") / "~$brief.docx").write_bytes(b"lock")

    assert ("brief",) == Templates.load(tmp_path).names()
