import pickle
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.errors import Misconfigured, RuleViolation
from hub.letters.render import fields_of, render
from tests.unit.hub.letters.word import paragraph, part_of, word_file

NAME = word_file(paragraph("{{ name }}"))


def text_of(file: bytes) -> str:
    """Return what a reader sees, one line per paragraph."""
    lines = re.findall(r"<w:p>(.*?)</w:p>", part_of(file), re.DOTALL)
    plain = (re.sub(r"<[^>]*>", "", line) for line in lines)
    return "\n".join(re.sub(r"&(#?\w+);", _character, line) for line in plain)


def _character(entity: re.Match[str]) -> str:
    return {"amp": "&", "lt": "<", "gt": ">", "#34": '"', "#39": "'"}[entity[1]]


@pytest.mark.parametrize(
    "value",
    [
        "Müller & Söhne",
        "a < b > c",
        "„Şahin“ 'Łukasz' \"x\"",
        "{{ name }}",
        "{% if %}",
        "{_{ x }_}",
        "]]>",
    ],
)
def test_a_value_appears_exactly(value: str) -> None:
    assert value == text_of(render(NAME, {"name": value}, "vorlage"))


@given(st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1))
def test_any_printable_value_appears_exactly(value: str) -> None:
    assert value == text_of(render(NAME, {"name": value}, "vorlage"))


def test_line_breaks_in_a_value_become_spaces() -> None:
    assert "a b c" == text_of(render(NAME, {"name": "a\r\nb\tc"}, "vorlage"))


@pytest.mark.parametrize("value", ["a\x00b", "\x1b[0m", "\x96", "\ud800", "\ufffe", "00,99\u202e"])
def test_control_characters_are_refused(value: str) -> None:
    with pytest.raises(RuleViolation) as caught:
        render(NAME, {"name": value}, "vorlage")

    assert "letter_text_unprintable" == caught.value.code
    assert value not in str(caught.value)


def test_an_unknown_field_is_named_with_its_template() -> None:
    template = word_file(paragraph("{{ office.name }} {{ office.fax }}"))

    with pytest.raises(Misconfigured) as caught:
        render(template, {"office": {"name": "Jugendamt"}}, "bewilligung")

    assert "template_field_unknown" == caught.value.code
    assert "bewilligung" in caught.value.message
    assert "office.fax" in caught.value.message
    assert "office.name" not in caught.value.message


def test_nothing_is_never_printed_as_a_word() -> None:
    with pytest.raises(Misconfigured, match="template_field_unknown"):
        render(NAME, {"name": None}, "vorlage")


def test_an_absent_object_without_condition_is_refused() -> None:
    with pytest.raises(Misconfigured, match="template_field_unknown"):
        render(word_file(paragraph("{{ reclaim.amount }}")), {"reclaim": None}, "vorlage")


def test_paragraphs_of_an_absent_object_vanish() -> None:
    lines = ["vor", "{%p if reclaim %}", "{{ reclaim.amount }} €", "{%p endif %}", "nach"]
    template = word_file("".join(map(paragraph, lines)))

    assert "vor\nnach" == text_of(render(template, {"reclaim": None}, "vorlage"))
    assert "vor\n12 €\nnach" == text_of(render(template, {"reclaim": {"amount": "12"}}, "vorlage"))


def test_a_placeholder_split_by_word_is_put_together() -> None:
    split = (
        "<w:p><w:r><w:t>{</w:t></w:r><w:r><w:t>{ na</w:t></w:r><w:r><w:t>me }}</w:t></w:r></w:p>"
    )

    assert "Şahin" == text_of(render(word_file(split), {"name": "Şahin"}, "vorlage"))


def test_headers_footers_and_properties_are_filled() -> None:
    names = ["word/header1.xml", "word/footer2.xml", "docProps/core.xml"]
    template = word_file("", dict.fromkeys(names, "<a>{{ case_id }}</a>"))

    letter = render(template, {"case_id": "UV & 1"}, "vorlage")

    assert ["<a>UV &amp; 1</a>"] * 3 == [part_of(letter, name) for name in names]


def test_other_parts_are_copied_untouched() -> None:
    template = word_file("", {"word/styles.xml": "<a>{{ x.__class__ }}</a>"})

    assert "<a>{{ x.__class__ }}</a>" == part_of(render(template, {}, "vorlage"), "word/styles.xml")


def test_equal_input_gives_equal_bytes() -> None:
    assert render(NAME, {"name": "x"}, "vorlage") == render(bytes(NAME), {"name": "x"}, "vorlage")


def test_letters_after_one_another_are_not_mixed_up() -> None:
    names = ["Anna", "Berta", "Anna"]

    assert names == [text_of(render(NAME, {"name": name}, "vorlage")) for name in names]


@pytest.mark.parametrize(
    "escape",
    [
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
        "{{ name.__class__.__mro__[1].__subclasses__() }}",
        "{{ name.format(name) }}",
        "{{ self._TemplateReference__context }}",
        "{{ lipsum() }}",
        "{% for x in range(999999999) %}{% endfor %}",
        "{{ 'A' * 100000000 }}",
        "{{ name|attr('__class__') }}",
    ],
)
def test_escaping_from_the_sandbox_is_refused(escape: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        render(word_file(paragraph(escape)), {"name": "x"}, "vorlage")

    assert "template_expression_forbidden" == caught.value.code


def test_a_broken_placeholder_is_reported() -> None:
    with pytest.raises(Misconfigured) as caught:
        render(word_file(paragraph("{% if %}")), {}, "vorlage")

    assert "template_syntax" == caught.value.code


def test_an_unsafe_template_is_not_opened() -> None:
    template = word_file("", {"word/vbaProject.bin": "x"})

    with pytest.raises(Misconfigured) as caught:
        render(template, {}, "vorlage")

    assert "template_active_content" == caught.value.code


def test_faults_travel_between_processes() -> None:
    with pytest.raises(Misconfigured) as caught:
        render(NAME, {}, "vorlage")

    copy = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 (our own bytes)

    assert (caught.value.code, caught.value.message) == (copy.code, copy.message)


def test_the_fields_of_all_parts_are_known() -> None:
    template = word_file(paragraph("{{ name }}"), {"word/header1.xml": "{{ office.name }}"})

    assert {"name", "office.name"} == fields_of(template, "vorlage")
